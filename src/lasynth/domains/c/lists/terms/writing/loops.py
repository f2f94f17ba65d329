"""Loops over views: what is done with each cell, and in what form the loop is written."""

from __future__ import annotations

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
    Statement,
    While,
)
from lasynth.domains.c.lists.terms.writing.expressions import less
from lasynth.domains.c.lists.terms.writing.names import Draft
from lasynth.domains.c.lists.terms.writing.views import Emit, Places, Row, View

__all__ = [
    "counted",
    "every",
    "exchanged",
    "exchange_sort",
    "increased",
    "reversed_cells",
    "search_while",
    "within",
]


def increased(name: Name) -> Increment:
    """`name++`."""
    return Increment(name, "++")


def within(place: Expression, bounds: tuple[Expression, ...]) -> Expression:
    """Whether a place is below all bounds."""
    test = less(place, bounds[0])
    for bound in bounds[1:]:
        test = Binary("&&", test, less(place, bound))
    return test


def counted(
    name: Name, first: Expression, test: Expression, body: list[Statement], step: Expression | None = None
) -> For:
    """`for (int name = first; test; name++)`, or `name += step`."""
    change: Assign | Increment = increased(name)
    if step is not None and step != Number(1):
        change = Assign(name, "+=", step)
        if isinstance(step, Number) and step.value < 0:
            change = Increment(name, "--") if step.value == -1 else Assign(name, "-=", Number(-step.value))
    return For((Declaration(name.name, first),), test, (change,), tuple(body))


def every(draft: Draft, view: View, emit: Emit) -> list[Statement]:
    """Statements that do something with each cell of a view."""
    if isinstance(view, Places):
        if view.first == Number(0) and view.bounds == (Number(1),):
            return emit(view.at(Number(0)))
        place = draft.enter()
        inner = emit(view.at(place))
        draft.leave()
        return [counted(place, view.first, within(place, view.bounds), inner)]
    if isinstance(view, Row):
        before, body = view.begin()
        place = draft.enter()
        statements, cells = body(place)
        statements = statements + emit(cells)
        draft.leave()
        return [*before, counted(place, Number(0), within(place, view.bounds), statements)]
    return view.run(emit)


def search_while(name: Name, first: Expression, test: Expression) -> list[Statement]:
    """The first place, from one on, where a test does not hold."""
    return [Declaration(name.name, first), While(test, (increased(name),))]


def exchange_sort(draft: Draft, cell: str, num: Expression, down: bool) -> list[Statement]:
    """Sort the first cells of a list."""
    i, j = draft.enter(), draft.enter()
    kept = draft.shared("tmp")
    draft.leave()
    draft.leave()
    out_of_order = Binary(">" if down else "<", Cell(cell, j), Cell(cell, i))
    exchange = exchanged(Cell(cell, i), Cell(cell, j), kept)
    inner = counted(j, Binary("+", i, Number(1)), less(j, num), [If(out_of_order, tuple(exchange))])
    return [counted(i, Number(0), less(i, num), [inner])]


def reversed_cells(draft: Draft, cell: str, num: Expression) -> list[Statement]:
    """Reverse the first cells of a list."""
    i = draft.enter()
    kept = draft.shared("tmp")
    draft.leave()
    other = Binary("-", Binary("-", num, Number(1)), i)
    body = exchanged(Cell(cell, i), Cell(cell, other), kept)
    return [counted(i, Number(0), less(i, Binary("/", num, Number(2))), body)]


def exchanged(x: Cell, y: Cell, kept: Name) -> list[Statement]:
    """Exchange two cells."""
    return [Declaration(kept.name, x), Assign(x, "=", y), Assign(y, "=", kept)]
