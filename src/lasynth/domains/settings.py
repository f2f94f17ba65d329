"""What the settings of all samplers share: names, TOML and JSON, checks, and their form for compiled code.

A language's own settings are a frozen dataclass of numbers and tuples of numbers below `SamplerSettings`. Its
fields say by their type and name what they are: a tuple holds weights (or, if listed in `PLAIN`, numbers as
they are), `p_*` is a probability, any other number is whole.
"""

from __future__ import annotations

import dataclasses
import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np

from lasynth.errors import InputError

__all__ = ["SamplerSettings"]


class SamplerSettings:
    """The base of a language's sampler settings; subclasses are dataclasses with a field `name`.

    Attributes:
        NAMED: the named settings, each as what it changes of the defaults.
        KIND: what messages call a setting.
        MAX_WEIGHTS: the most weights of a field.
        LENGTHS: how many weights a field has, where that is fixed.
        PLAIN: tuples that hold no weights.
    """

    __slots__ = ()
    NAMED: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    KIND: ClassVar[str] = "sampler setting"
    MAX_WEIGHTS: ClassVar[int] = 16
    LENGTHS: ClassVar[Mapping[str, int]] = {}
    PLAIN: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def keys(cls) -> tuple[str, ...]:
        """The fields, the name left out, in their order: what compiled code takes."""
        return tuple(field.name for field in _fields(cls) if field.name != "name")

    @classmethod
    def _tuples(cls) -> tuple[str, ...]:
        return tuple(field.name for field in _fields(cls) if "tuple" in str(field.type))

    def _check_numbers(self) -> None:
        """Check weights and probabilities."""
        for key in self._tuples():
            if key in self.PLAIN:
                continue
            weights = getattr(self, key)
            fits = 0 < len(weights) <= self.MAX_WEIGHTS and min(weights) >= 0 and sum(weights) > 0
            fits = fits and len(weights) == self.LENGTHS.get(key, len(weights))
            count = self.LENGTHS.get(key, f"1 to {self.MAX_WEIGHTS}")
            self._check(fits, key, f"{count} weights, none negative, not all 0")
        for key in self.keys():
            if key.startswith("p_"):
                self._check(0 <= getattr(self, key) <= 1, key, "from 0 to 1")

    def _check(self, fits: bool, key: str, wanted: str) -> None:
        if not fits:
            raise InputError(f"the sampler's {key} is {getattr(self, key)!r}", hint=f"Give {wanted}.")

    @classmethod
    def named(cls, name: str, **changes: Any) -> Self:
        """A named setting, with some fields changed.

        Raises:
            InputError: no such setting, or a field that does not fit.
        """
        if name not in cls.NAMED:
            known = ", ".join(sorted(cls.NAMED))
            raise InputError(f"no {cls.KIND} is called {name!r}", hint=f"Known are: {known}.")
        return cls.from_dict({**cls.NAMED[name], "name": name, **changes})

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The setting of a mapping, as TOML or JSON give it; what it leaves out has its default.

        Raises:
            InputError: an unknown key, or a value that does not fit.
        """
        known = {field.name for field in _fields(cls)}
        tuples = cls._tuples()
        fields: dict[str, Any] = {}
        for key, value in values.items():
            if key not in known:
                raise InputError(f"the sampler has no setting {key!r}", hint=_nearest(key, known))
            try:
                if key in tuples:
                    fields[key] = tuple(float(number) for number in value)
                elif key == "name":
                    fields[key] = str(value)
                else:
                    fields[key] = float(value) if key.startswith("p_") else int(value)
            except (TypeError, ValueError):
                raise InputError(f"the sampler's {key} cannot be {value!r}") from None
        return cls(**fields)

    @classmethod
    def read(cls, path: str | Path) -> Self:
        """The setting of a TOML file; a key `name` names the setting it starts from.

        Raises:
            InputError: no such file, no TOML, or a setting that does not fit.
        """
        try:
            values = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(str(error), str(path), "Give the path of a TOML file.") from None
        name = values.pop("name", next(iter(cls.NAMED)))
        return cls.named(name, **values)

    def to_dict(self) -> dict[str, Any]:
        """All fields as JSON values; `from_dict` reads them back equal."""
        values = {field.name: getattr(self, field.name) for field in _fields(type(self))}
        return {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}

    def compiled(self) -> list[Any]:
        """The values of `keys` as compiled code takes them: weights as running sums up to 1."""
        tuples = self._tuples()
        values: list[Any] = []
        for key in self.keys():
            value = getattr(self, key)
            if key in tuples:
                value = np.array(value, dtype=np.float64)
                if key not in self.PLAIN:
                    sums = np.cumsum(value) / value.sum()
                    sums[np.flatnonzero(value)[-1] :] = 1.0  # rounding must not reach a weight of 0
                    value = sums
            values.append(value)
        return values


def _fields(cls: type[Any]) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(cls)


def _nearest(key: str, known: set[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    return f"Did you mean {near[0]!r}?" if near else "See docs/training.md for the settings."
