"""Terms over integers and sequences of integers, with the meaning that SMT-LIB and cvc5 give them.

A cell outside of a list (`seq.nth`) is any number there; here such a term has no value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lasynth.domains.c.lists.inputs import Value

__all__ = ["Apply", "Input", "Literal", "Term", "evaluate", "read_term"]

_List = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Input:
    """An input, by its number."""

    index: int

    def __str__(self) -> str:
        return f"in_{self.index}"


@dataclass(frozen=True, slots=True)
class Literal:
    """A number or a list."""

    value: Value

    def __str__(self) -> str:
        return str(self.value if isinstance(self.value, int) else list(self.value))


@dataclass(frozen=True, slots=True)
class Apply:
    """An operation, by its name in SMT-LIB, and what it is applied to."""

    name: str
    parts: tuple[Term, ...]

    def __str__(self) -> str:
        return f"({' '.join([self.name, *map(str, self.parts)])})"


Term = Input | Literal | Apply


def read_term(obj: Any) -> Term:
    """The term in an answer of the worker (see `_sygus_sequences`)."""
    if isinstance(obj, int):
        return Literal(obj)
    name, *parts = obj
    if name == "in":
        return Input(parts[0])
    return Literal(tuple(parts)) if name == "list" else Apply(name, tuple(map(read_term, parts)))


def evaluate(term: Term, inputs: Sequence[Value]) -> Value | None:
    """The value of a term; None where SMT-LIB leaves it open."""
    match term:
        case Input(index):
            return inputs[index]
        case Literal(value):
            return value
        case Apply("ite", (test, then, otherwise)):
            chosen = evaluate(test, inputs)
            return None if chosen is None else evaluate(then if chosen else otherwise, inputs)
    values = [evaluate(part, inputs) for part in term.parts]
    return None if None in values else _OPERATIONS[term.name](*values)


def _extract(cells: _List, start: int, length: int) -> _List:
    return cells[start : start + length] if start >= 0 and length > 0 else ()


def _nth(cells: _List, index: int) -> int | None:
    return cells[index] if 0 <= index < len(cells) else None


def _update(cells: _List, start: int, new: _List) -> _List:
    """The cells from `start` on are overwritten; the length stays."""
    if not 0 <= start < len(cells):
        return cells
    return (cells[:start] + new + cells[start + len(new) :])[: len(cells)]


def _index_of(cells: _List, part: _List, start: int) -> int:
    """Where `part` first is, from `start` on, or -1."""
    if start >= 0:
        for index in range(start, len(cells) - len(part) + 1):
            if cells[index : index + len(part)] == part:
                return index
    return -1


def _replace(cells: _List, part: _List, new: _List) -> _List:
    """The first `part` is replaced; the empty one is at the start."""
    index = _index_of(cells, part, 0)
    return cells if index < 0 else cells[:index] + new + cells[index + len(part) :]


def _replace_all(cells: _List, part: _List, new: _List) -> _List:
    """Every `part` is replaced, from the left; the empty one is nowhere."""
    index = _index_of(cells, part, 0) if part else -1
    return cells if index < 0 else cells[:index] + new + _replace_all(cells[index + len(part) :], part, new)


# cvc5 writes a sum or join of several parts as one. Divisors are positive.
_OPERATIONS: Final[dict[str, Callable[..., Value | None]]] = {
    "seq.unit": lambda value: (value,),
    "seq.++": lambda *parts: sum(parts, ()),
    "seq.rev": lambda cells: cells[::-1],
    "seq.at": lambda cells, index: _extract(cells, index, 1),
    "seq.extract": _extract,
    "seq.update": _update,
    "seq.replace": _replace,
    "seq.replace_all": _replace_all,
    "seq.len": len,
    "seq.nth": _nth,
    "seq.indexof": _index_of,
    "seq.contains": lambda cells, part: _index_of(cells, part, 0) >= 0,
    "+": lambda *values: sum(values),
    "-": lambda left, right: left - right,
    "div": lambda value, by: value // by,
    "mod": lambda value, by: value % by,
    "<=": lambda left, right: left <= right,
    "=": lambda left, right: left == right,
}
