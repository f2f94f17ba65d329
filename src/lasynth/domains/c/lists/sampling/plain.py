"""Statements drawn one by one: cells assigned and exchanged, branches, loops, early returns."""

from __future__ import annotations

from typing import Any, Final

from lasynth.domains.c.lists.sampling.draw import Draw, sums
from lasynth.domains.c.lists.sampling.expressions import binary
from lasynth.domains.c.lists.sampling.fillings import MAX_DEPTH, condition, fill, value
from lasynth.domains.c.lists.sampling.recipe import Role
from lasynth.domains.c.lists.sampling.templates import Places
from lasynth.domains.c.lists.syntax import (
    Assign,
    Binary,
    Cell,
    Declaration,
    Expression,
    For,
    If,
    Increment,
    Name,
    Number,
    Return,
    Statement,
    While,
)

__all__ = ["plain_number", "plain_place"]

_LENGTH: Final = Name("n")
_LAST: Final = Binary("-", _LENGTH, Number(1))
_PLACES: Final = Places()
_IN_PLACE: Final = ("change", "change if", "swap", "loop", "swap in a loop", "two ways", "halving")
_IN_PLACE_SUMS: Final = sums((0.22, 0.20, 0.16, 0.18, 0.10, 0.08, 0.06))


def plain_place(draw: Draw) -> tuple[Any, ...]:
    """A body that changes the first list in place."""
    _begin(draw)
    num = 1 + (draw.random() < 0.62) + (draw.random() < 0.25)
    body = [inner for _ in range(num) for inner in _place_statement(draw, 0)]
    if num > 1 and draw.chance(0.1):
        body.insert(0, If(_on_cells(draw), (Return(),)))
    return tuple(body)


def plain_number(draw: Draw) -> tuple[Any, ...]:
    """A body that returns a number."""
    x = Name(draw.name())
    _begin(draw)
    begin: Expression = Number(draw.constant()) if draw.chance(0.5) else _cell(draw)
    body: list[Any] = [Declaration(x.name, begin)]
    for _ in range(1 + (draw.random() < 0.6)):
        which = draw.random()
        if which < 0.40:
            body.append(_loop(draw, [_accumulation(draw, x, _PLACES)]))
        elif which < 0.68:
            body.append(If(_on_cells(draw), (_with(draw, x, _cell(draw)),)))
        elif which < 0.9:
            body.append(_with(draw, x, _cell(draw)))
        else:
            body.append(If(_on_cells(draw), (Return(_cell(draw)),)))
    result: Expression = x
    if draw.chance(0.25):
        result = value(draw, x, None, _PLACES)
    return (*body, Return(result))


def _begin(draw: Draw) -> None:
    draw.recipe.least = max(draw.recipe.least, 1)
    draw.depth = MAX_DEPTH  # no inner loops in conditions and values


def _index(draw: Draw) -> Expression:
    """An index that is inside most lists."""
    which = draw.random()
    if which < 0.32:
        return Number(0)
    if which < 0.60:
        return _LAST
    if which < 0.72:
        return draw.number(Role.INDEX)
    if which < 0.82:
        return binary("-", _LENGTH, Number(2))
    return Binary("/", _LENGTH, Number(2)) if which < 0.9 else Number(1)


def _cell(draw: Draw) -> Cell:
    return Cell("a", _index(draw))


def _other(draw: Draw, cell: Cell) -> Cell:
    """Another cell than this."""
    for _ in range(20):
        found = _cell(draw)
        if found != cell:
            return found
    return Cell("a", Number(2))


def _on_cells(draw: Draw) -> Expression:
    """A condition on one or two cells, or on the length."""
    which = draw.random()
    cell = _cell(draw)
    if which < 0.35:
        return Binary(draw.relation(), cell, _other(draw, cell))
    if which < 0.45:
        return Binary("==", Binary("%", _LENGTH, Number(2)), Number(draw.below(2)))
    if which < 0.55:
        return Binary(draw.one_of((">", "<")), _LENGTH, Number(draw.between(3, 6)))
    return condition(draw, cell, None, _PLACES)


def _with(draw: Draw, target: Name | Cell, other: Expression) -> Statement:
    """A target changed by another value."""
    which = draw.random()
    if which < 0.4:
        return Assign(target, "+=", other)
    if which < 0.6:
        return Assign(target, "-=", other)
    if which < 0.85 or isinstance(target, Name):
        return Assign(target, "=", value(draw, other, None, _PLACES, changed=target == other))
    return Increment(target, draw.one_of(("++", "--")))


def _accumulation(draw: Draw, x: Name, places: Places) -> Statement:
    """What a loop does with a variable and an element; the index is still to be given."""
    i = Name("i")
    element = Cell("a", i)
    which = draw.random()
    if which < 0.3:
        return Assign(x, "+=", value(draw, element, i, places))
    added = Assign(x, draw.one_of(("+=", "-=", "=")), value(draw, element, i, places))
    test = condition(draw, element, i, places) if draw.chance(0.7) else Binary(draw.relation(), element, x)
    if draw.chance(0.3):
        other = Assign(x, "=", value(draw, x, i, places, changed=True))
        return If(test, (added,), (other,))
    return If(test, (added,))


def _loop(draw: Draw, body: list[Any]) -> For:
    """A loop along the list, whose body calls the index `i`."""
    first: int | Expression = 0
    which = draw.random()
    if which < 0.15:
        first = 1
    elif which < 0.22:
        first = draw.number(Role.INDEX)
    start = Number(first) if isinstance(first, int) else first
    name = "i"
    step: Any = Increment(Name(name), "++")
    if draw.chance(0.12):
        step = Assign(Name(name), "+=", Number(2))
    return For((Declaration(name, start),), Binary("<", Name(name), _LENGTH), (step,), tuple(body))


def _swap(draw: Draw, first: Cell, second: Cell) -> tuple[Any, ...]:
    x = draw.name()
    return Declaration(x, first), Assign(first, "=", second), Assign(second, "=", Name(x))


def _place_statement(draw: Draw, depth: int) -> tuple[Any, ...]:
    kind = draw.weighted(_IN_PLACE, _IN_PLACE_SUMS)
    i = Name("i")
    element = Cell("a", i)
    if kind == "change":
        cell = _cell(draw)
        if draw.chance(0.5):
            return (Assign(cell, "=", value(draw, cell, None, _PLACES, changed=True)),)
        return (_with(draw, cell, _other(draw, cell)),)
    if kind == "change if":
        return (If(_on_cells(draw), _place_statement(draw, depth + 1) if depth < 1 else _changes(draw)),)
    if kind == "two ways":
        return (If(_on_cells(draw), _changes(draw), _changes(draw)),)
    if kind == "swap":
        cell = _cell(draw)
        return _swap(draw, cell, _other(draw, cell))
    if kind == "halving":
        x = Name(draw.name())
        loop = While(
            Binary(">", x, Number(0)), (_with(draw, Cell("a", x), _cell(draw)), Assign(x, "/=", Number(2)))
        )
        return Declaration(x.name, _LAST), loop
    if kind == "swap in a loop":
        other = Cell("a", Binary("+", i, Number(1)))
        test = fill(draw, "PAIR", (element, other), _PLACES)
        head = (Declaration("i", Number(0)),), Binary("<", Binary("+", i, Number(1)), _LENGTH)
        return (For(*head, (Increment(i, "++"),), (If(test, _swap(draw, element, other)),)),)
    changed: Any = Assign(element, "=", value(draw, element, i, _PLACES, changed=True))
    if draw.chance(0.35):
        changed = Assign(element, draw.one_of(("+=", "-=")), _cell(draw))
    if draw.chance(0.6):
        changed = If(condition(draw, element, i, _PLACES), (changed,))
    return (_loop(draw, [changed]),)


def _changes(draw: Draw) -> tuple[Any, ...]:
    cell = _cell(draw)
    if draw.chance(0.5):
        return (Assign(cell, "=", value(draw, cell, None, _PLACES, changed=True)),)
    return (_with(draw, cell, _other(draw, cell)),)
