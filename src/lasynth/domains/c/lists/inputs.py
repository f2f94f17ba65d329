"""Inputs of `lists` as an example holds them: a list, a number, or several of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Inputs", "Value", "kind_words", "lists_of", "numbers_of", "parts_of"]

# A list or a number.
Value = tuple[int, ...] | int


@dataclass(frozen=True, slots=True)
class Inputs:
    """Several inputs, or one that has a name.

    Attributes:
        names: of the inputs; None where they were given in a row.
        values: lists and numbers.
    """

    names: tuple[str, ...] | None
    values: tuple[Value, ...]

    def to_json(self) -> dict[str, Any] | list[Any]:
        """The inputs as JSON: an object, or a list of lists and numbers."""
        values = [_as_json(value) for value in self.values]
        return values if self.names is None else dict(zip(self.names, values, strict=True))

    def in_order(self, names: Sequence[str]) -> Inputs:
        """The same inputs with these names, which are its own in another order."""
        if self.names is None or tuple(names) == self.names:
            return self
        by_name = dict(zip(self.names, self.values, strict=True))
        return Inputs(tuple(names), tuple(by_name[name] for name in names))

    def __str__(self) -> str:
        values = [str(_as_json(value)) for value in self.values]
        if self.names is None:
            return ", ".join(values)
        return ", ".join(f"{name} = {value}" for name, value in zip(self.names, values, strict=True))


def _as_json(value: Value) -> list[int] | int:
    return value if isinstance(value, int) else list(value)


def parts_of(given: Any) -> tuple[Value, ...]:
    """The lists and numbers of an input in their order."""
    return given.values if isinstance(given, Inputs) else (given,)


def lists_of(given: Any) -> list[tuple[int, ...]]:
    """The lists of an input."""
    return [value for value in parts_of(given) if not isinstance(value, int)]


def numbers_of(given: Any) -> list[int]:
    """The numbers of an input."""
    return [value for value in parts_of(given) if isinstance(value, int)]


def kind_words(value: Value) -> str:
    """What a value is, in the words of a user."""
    return "a number" if isinstance(value, int) else "a list"
