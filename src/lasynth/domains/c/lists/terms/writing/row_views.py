"""Views of lists whose cells are computed each after the one before, or from other cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lasynth.domains.c.lists.syntax import (
    Assign,
    Binary,
    Choice,
    Declaration,
    Expression,
    If,
    Name,
    Number,
    Statement,
)
from lasynth.domains.c.lists.terms.operations import Function
from lasynth.domains.c.lists.terms.term import Term
from lasynth.domains.c.lists.terms.writing.expressions import (
    applied,
    less,
    sum_of,
)
from lasynth.domains.c.lists.terms.writing.loops import every, increased, search_while, within
from lasynth.domains.c.lists.terms.writing.views import (
    Body,
    Cells,
    Emit,
    Places,
    Row,
    Stream,
    View,
    as_row,
    mapped,
)

if TYPE_CHECKING:
    from lasynth.domains.c.lists.terms.writing.lists import Lists

__all__ = ["NEIGHBOURS", "compared", "neighbours", "running"]

_F = Function
_ZERO, _ONE = Number(0), Number(1)
NEIGHBOURS: Final = {
    _F.ABOVE_LAST: (_F.GREATER, -1), _F.BELOW_LAST: (_F.LESS, -1), _F.AS_LAST: (_F.EQUAL, -1),
    _F.ABOVE_NEXT: (_F.GREATER, 1), _F.BELOW_NEXT: (_F.LESS, 1), _F.AS_NEXT: (_F.EQUAL, 1),
}  # fmt: skip
_RUNNING_NAMES: Final = {
    _F.RUNNING_SUM: "sum", _F.RUNNING_PRODUCT: "product", _F.RUNNING_MAX: "best", _F.RUNNING_MIN: "best",
    _F.RUNNING_DIFFERENCE: "rest", _F.STREAK: "num",
}  # fmt: skip


def running(lists: Lists, term: Term) -> View:
    """What has come of all cells up to each one."""
    function, draft = term.function, lists.draft
    view = lists.view(term.arguments[0])
    base = _RUNNING_NAMES[function]
    simple = function in (_F.RUNNING_SUM, _F.RUNNING_PRODUCT)
    start = _ONE if function is _F.RUNNING_PRODUCT else _ZERO
    if isinstance(view, Stream) and simple:
        stream = view

        def run(emit: Emit) -> list[Statement]:
            total = draft.variable(base)
            return [
                Declaration(total.name, start),
                *stream.run(lambda cells: [_step(function, total, _ZERO, cells[0]), *emit((total,))]),
            ]

        return Stream(run)
    row = as_row(lists.places(term.arguments[0]) if isinstance(view, Stream) else view)

    def begin() -> tuple[list[Statement], Body]:
        before, inner = row.begin()
        total = draft.variable(base)

        def body(place: Expression) -> tuple[list[Statement], Cells]:
            statements, (x,) = inner(place)
            return [*statements, _step(function, total, place, x)], (total,)

        return [*before, Declaration(total.name, start)], body

    return Row(row.bounds, begin, row.whole)


def _step(function: Function, total: Name, place: Expression, x: Expression) -> Statement:
    at_first = Binary("==", place, _ZERO)
    match function:
        case _F.RUNNING_SUM:
            return Assign(total, "+=", x)
        case _F.RUNNING_PRODUCT:
            return Assign(total, "*=", x)
        case _F.STREAK:
            return If(x, (increased(total),), (Assign(total, "=", _ZERO),))
        case _F.RUNNING_DIFFERENCE:
            return Assign(total, "=", Choice(at_first, x, Binary("-", total, x)))
    better = Binary(">" if function is _F.RUNNING_MAX else "<", x, total)
    return If(Binary("||", at_first, better), (Assign(total, "=", x),))


def compared(lists: Lists, term: Term) -> View:
    """Each cell compared with those in front of it, or with those of another list."""
    function, draft = term.function, lists.draft
    if function in (_F.FIRST_SEEN, _F.UNIQUE):
        places = lists.places(term.arguments[0]).from_zero()

        def begin_seen() -> tuple[list[Statement], Body]:
            seen = draft.variable("p")

            def body(place: Expression) -> tuple[list[Statement], Cells]:
                test = Binary("&&", less(seen, place), Binary("!=", places.at(seen)[0], places.at(place)[0]))
                return search_while(seen, _ZERO, test), (Binary("==", seen, place), *places.at(place))

            return [], body

        row = Row(places.bounds, begin_seen, places.whole)
        if function is _F.FIRST_SEEN:
            return mapped(row, lambda cells: cells[:1])
        return Stream(lambda emit: every(draft, row, lambda cells: [If(cells[0], tuple(emit(cells[1:])))]))
    view = lists.view(term.arguments[0])
    cells_row = as_row(lists.places(term.arguments[0]) if isinstance(view, Stream) else view)
    others = lists.places(term.arguments[-1])

    def begin() -> tuple[list[Statement], Body]:
        before, inner = cells_row.begin()
        num = draft.variable("found" if function is _F.MEMBER else "count")

        def body(place: Expression) -> tuple[list[Statement], Cells]:
            statements, (x,) = inner(place)
            noted: Statement = Assign(num, "=", _ONE) if function is _F.MEMBER else increased(num)
            loop = every(draft, others, lambda cells: [If(Binary("==", cells[0], x), (noted,))])
            return [*statements, Declaration(num.name, _ZERO), *loop], (num,)

        return before, body

    return Row(cells_row.bounds, begin, cells_row.whole)


def neighbours(lists: Lists, term: Term) -> View:
    """Each cell compared with the one before or behind it."""
    places = lists.places(term.arguments[0]).from_zero()
    function, offset = NEIGHBOURS[term.function]

    def at(place: Expression) -> Cells:
        other = sum_of(place, Number(offset))
        there = Binary(">", place, _ZERO) if offset < 0 else within(other, places.bounds)
        return (Binary("&&", there, applied(function, [places.at(place)[0], places.at(other)[0]])),)

    return Places(_ZERO, places.bounds, at, places.whole)
