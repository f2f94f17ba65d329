"""Configurations: frozen dataclasses that check their fields by type, and the reader of their tables.

A field says by its type what fits: `Annotated[int, Meta(ge=1)]`, `Literal["end", "statements"]`. `msgspec`
checks it, whether the configuration comes from a file or from a call.
"""

from __future__ import annotations

import dataclasses
import difflib
import functools
from collections.abc import Iterable, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from lasynth.errors import InputError
from lasynth.quoting import quoted

__all__ = [
    *("Batch", "Config", "Count", "Layers", "Length", "Positive", "Rate", "Share", "Size", "Weight", "Width"),
    *("field_types", "in_range", "nearest", "read"),
]

C = TypeVar("C", bound="Config")

Size = Annotated[int, Meta(ge=1)]
Count = Annotated[int, Meta(ge=0)]
# Sizes that memory is taken for before anything else would refuse them.
Width = Annotated[int, Meta(ge=1, le=4096)]  # of a layer, a beam
Layers = Annotated[int, Meta(ge=1, le=32)]
Batch = Annotated[int, Meta(ge=1, le=65536)]
Length = Annotated[int, Meta(ge=1, le=4096)]  # of a program, in tokens
Share = Annotated[float, Meta(ge=0, le=1)]
Rate = Annotated[float, Meta(ge=0, lt=1)]
Weight = Annotated[float, Meta(ge=0)]
Positive = Annotated[float, Meta(gt=0)]

# Beyond it a number is not exact as a float, and sums and 64 bits are not far.
_LARGEST = 2**53

_WORDS = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}
_BOUNDS = {"ge": "at least {}", "gt": "above {}", "le": "at most {}", "lt": "below {}"}


class Config:
    """The base of a configuration; subclasses are frozen dataclasses.

    Attributes:
        WHERE: what messages call it.

    Raises:
        InputError: a value that does not fit; says which.
    """

    __slots__ = ()
    WHERE: ClassVar[str] = "configuration"

    def __post_init__(self) -> None:
        own: Any = type(self)
        for name, kind in field_types(own).items():
            object.__setattr__(self, name, _fit(getattr(self, name), kind, f"{self.WHERE}, {name}"))
        if (wrong := self.misfit()) is not None:
            raise InputError(wrong[0], self.WHERE, wrong[1])

    @classmethod
    def table(cls, obj: object, where: str) -> object:
        """What to read in place of `obj`: its table if `obj` is the name of a configuration."""
        return obj

    def to_dict(self) -> dict[str, Any]:
        """All fields as JSON values; `read` reads them back equal."""
        values: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self))
        return values

    def misfit(self) -> tuple[str, str] | None:
        """What is wrong with fields that do not fit each other, and what to do about it; None if all do."""


def read(cls: type[C], obj: object, *, where: str | None = None, path: str = "") -> C:
    """The configuration of a table of TOML or JSON; what it leaves out has its default.

    Args:
        cls: which configuration.
        obj: the table.
        where: the file or whatever else the table is from, for messages.
        path: of the table in it, as `"model."`.

    Raises:
        InputError: an unknown or missing entry, or a value that does not fit; says which.
    """
    where = where or cls.WHERE
    place = f"{where}, {path[:-1]}" if path else where
    obj = cls.table(obj, place)
    if not isinstance(obj, Mapping):
        raise InputError(f"{quoted(obj)} is not a table", place, "Give names with their values.")
    known: Any = cls  # a class can be hashed, whatever its instances are
    types = field_types(known)
    for key in obj:
        if key not in types:
            raise InputError(f"unknown entry {quoted(key)}", place, nearest(key, types))
    for field in dataclasses.fields(cls):  # type: ignore[arg-type]
        required = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if required and field.name not in obj:
            raise InputError(f"{field.name} is missing", place, f"Give {_wanted(types[field.name])}.")
    values: dict[str, Any] = {}
    for key, value in obj.items():
        kind, at = types[key], f"{where}, {path}{key}"
        inner, each = _config_of(kind), get_origin(kind) is tuple and _config_of(get_args(kind)[0])
        if inner is not None and isinstance(inner.table(value, at), Mapping):
            values[key] = read(inner, value, where=where, path=f"{path}{key}.")
        elif each and isinstance(value, list):
            values[key] = tuple(
                read(each, one, where=where, path=f"{path}{key} {n}.") for n, one in enumerate(value, 1)
            )
        else:
            values[key] = _fit(value, kind, at)
    try:
        return cls(**values)
    except InputError as error:  # fields that do not fit each other
        raise InputError(error.what, place, error.hint) from None


def nearest(key: object, known: Iterable[str]) -> str:
    """What to say to a name that is not among the known ones: the one that was meant, or all."""
    names = sorted(known)
    near = difflib.get_close_matches(str(key), names, n=1)
    return f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(names)}."


@functools.cache
def field_types(cls: Any) -> dict[str, Any]:
    """The fields of a configuration with their types."""
    hints = get_type_hints(cls, include_extras=True)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls)}


def _fit(value: Any, kind: Any, where: str) -> Any:
    """The value as its type has it: a list as a tuple, a whole number as a float."""
    if isinstance(value, Config) and isinstance(value, _config_of(kind) or ()):
        return value
    try:
        fitting = msgspec.convert(value, kind)
        if not in_range(fitting):
            raise ValueError
    except (ValueError, OverflowError):  # a number of thousands of digits is no ValidationError
        raise InputError(f"{quoted(value)} does not fit", where, f"Give {_wanted(kind)}.") from None
    return fitting


def in_range(value: object) -> bool:
    """Whether all numbers in a value are finite, and exact as floats."""
    if isinstance(value, int | float):
        return abs(value) <= _LARGEST  # false for what is no number
    return not isinstance(value, list | tuple) or all(map(in_range, value))


def _config_of(kind: Any) -> type[Config] | None:
    """The configuration that a type holds, if it holds one."""
    choices = get_args(kind) if get_origin(kind) in (Union, UnionType) else (kind,)
    return next((one for one in choices if isinstance(one, type) and issubclass(one, Config)), None)


def _wanted(kind: Any) -> str:
    """What fits a type, in words."""
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        if args[1].description is not None:
            return str(args[1].description)
        low, high = args[1].min_length, args[1].max_length
        if high is not None:
            size = low if low == high else f"{low} to {high}"
            return f"a list of {size}, each {_wanted(get_args(args[0])[0])}"
        bounds = [words.format(getattr(args[1], key)) for key, words in _BOUNDS.items() if _has(args[1], key)]
        return f"{_wanted(args[0])}, {' and '.join(bounds)}"
    if origin is Literal:
        return " or ".join(map(repr, args))
    if origin in (Union, UnionType):
        return " or ".join(_wanted(one) for one in args if one is not NoneType)
    if origin is tuple:
        each = [_wanted(one) for one in args if one is not Ellipsis]
        return f"a list of: {', '.join(each)}"
    return _WORDS.get(kind, "a table")


def _has(meta: Meta, key: str) -> bool:
    return getattr(meta, key) is not None
