"""What the settings of all samplers share: names, the check of weights, and the form for compiled code.

The settings of a language are a frozen dataclass of numbers, and tuples of numbers, below `SamplerSettings`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self, get_args

import numpy as np
from msgspec import Meta

from lasynth.config import Config, Weight, field_types, nearest, read
from lasynth.errors import InputError
from lasynth.quoting import quoted

__all__ = ["Choices", "Five", "Four", "SamplerSettings", "Three", "Two"]

# Weights of choices, relative to one another.
Choices = Annotated[tuple[Weight, ...], Meta(min_length=1, max_length=16)]
Two = Annotated[tuple[Weight, ...], Meta(min_length=2, max_length=2)]
Three = Annotated[tuple[Weight, ...], Meta(min_length=3, max_length=3)]
Four = Annotated[tuple[Weight, ...], Meta(min_length=4, max_length=4)]
Five = Annotated[tuple[Weight, ...], Meta(min_length=5, max_length=5)]


class SamplerSettings(Config):
    """The base of a language's sampler settings; subclasses are dataclasses with a field `name`.

    `lasynth.config.read` takes the name of a setting, or a table that changes the setting its `name` gives.

    Attributes:
        NAMED: the named settings, each as what it changes of the defaults.
    """

    __slots__ = ()
    WHERE: ClassVar[str] = "sampler settings"
    NAMED: ClassVar[Mapping[str, Mapping[str, Any]]] = {}

    @classmethod
    def table(cls, obj: object, where: str) -> object:
        """See `Config`."""
        values = {"name": obj} if isinstance(obj, str) else obj
        name = values.get("name") if isinstance(values, Mapping) else None
        if not isinstance(values, Mapping) or not isinstance(name, str):
            return values
        if name not in cls.NAMED:
            raise InputError(f"unknown name {quoted(name)}", where, nearest(name, cls.NAMED))
        return {**cls.NAMED[name], **values}

    @classmethod
    def named(cls, name: str, **changes: Any) -> Self:
        """The settings of a name, with some fields changed.

        Raises:
            InputError: an unknown name or field, or a value that does not fit.
        """
        return read(cls, {"name": name, **changes})

    def misfit(self) -> tuple[str, str] | None:
        """See `Config`."""
        zero = next((key for key in _weights(type(self)) if not any(getattr(self, key))), None)
        return None if zero is None else (f"all weights of {zero} are 0", "Give one above 0.")

    @classmethod
    def keys(cls: Any) -> tuple[str, ...]:
        """The fields but the name, in their order: what compiled code takes."""
        return tuple(key for key in field_types(cls) if key != "name")

    def compiled(self) -> list[Any]:
        """The values of `keys` as compiled code takes them: weights as running sums up to 1."""
        values = {key: getattr(self, key) for key in self.keys()}
        values |= {key: np.array(value) for key, value in values.items() if isinstance(value, tuple)}
        for key in _weights(type(self)):
            sums = np.cumsum(values[key]) / values[key].sum()
            sums[np.flatnonzero(values[key])[-1] :] = 1.0  # rounding must not reach a weight of 0
            values[key] = sums
        return list(values.values())


def _weights(cls: Any) -> list[str]:
    """The fields that hold weights."""
    return [key for key, kind in field_types(cls).items() if get_args(kind)[:1] == (tuple[Weight, ...],)]
