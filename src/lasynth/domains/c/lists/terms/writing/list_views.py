"""The view of each operation whose result is a list or a mask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lasynth.domains.c.lists.syntax import (
    Assign,
    Binary,
    Break,
    Choice,
    Declaration,
    For,
    If,
    Number,
    Statement,
)
from lasynth.domains.c.lists.terms.operations import Function
from lasynth.domains.c.lists.terms.term import Term
from lasynth.domains.c.lists.terms.writing.expressions import (
    applied,
    difference,
    negation,
    sum_of,
)
from lasynth.domains.c.lists.terms.writing.fused import combined
from lasynth.domains.c.lists.terms.writing.loops import every, increased, search_while, within
from lasynth.domains.c.lists.terms.writing.views import (
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

from lasynth.domains.c.lists.terms.writing.row_views import NEIGHBOURS, compared, neighbours, running
from lasynth.domains.c.lists.terms.writing.stream_views import joined, of_numbers, where

__all__ = ["view_of"]

_F = Function
_ZERO, _ONE = Number(0), Number(1)


def view_of(lists: Lists, term: Term) -> View:
    """The view of an operation that is not cell by cell and not done in a stored list."""
    match term.function:
        case _F.TAKE | _F.DROP | _F.TAKE_LAST | _F.DROP_LAST | _F.SLICE:
            return _part(lists, term)
        case (
            _F.REVERSE
            | _F.ROTATE
            | _F.ROTATE_BACK
            | _F.DIFFERENCES
            | _F.ADJACENT_SUMS
            | _F.INDICES
            | _F.GATHER
        ):
            return _moved(lists, term)
        case _F.SINGLE | _F.PAIR | _F.REPEAT | _F.RANGE | _F.RANGE_BY | _F.DIGITS_OF | _F.DIGITS:
            return of_numbers(lists, term)
        case _F.FILTER | _F.TAKE_WHILE | _F.DROP_WHILE:
            return _chosen(lists, term)
        case (
            _F.RUNNING_SUM
            | _F.RUNNING_PRODUCT
            | _F.RUNNING_MAX
            | _F.RUNNING_MIN
            | _F.RUNNING_DIFFERENCE
            | _F.STREAK
        ):
            return running(lists, term)
        case _F.OCCURRENCES | _F.COUNT_IN | _F.MEMBER | _F.FIRST_SEEN | _F.UNIQUE:
            return compared(lists, term)
    if term.function in NEIGHBOURS:
        return neighbours(lists, term)
    return joined(lists, term)


def _part(lists: Lists, term: Term) -> View:
    function, numbers = term.function, [lists.number(each) for each in term.arguments[1:]]
    k, view = numbers[0], lists.view(term.arguments[0])
    if isinstance(view, Row) and function in (_F.TAKE, _F.DROP_LAST):
        bounds = (
            (*view.bounds, k) if function is _F.TAKE else tuple(difference(each, k) for each in view.bounds)
        )
        return Row(bounds, view.begin, whole=False)
    if isinstance(view, Row) and function is _F.DROP:
        return where(lists, view, lambda place: Binary(">=", place, k))
    places = lists.places(term.arguments[0])
    first, bounds, at = places.first, places.bounds, places.at
    match function:
        case _F.TAKE:
            return Places(first, (*bounds, sum_of(first, k)), at, whole=False)
        case _F.DROP:
            return Places(sum_of(first, k), bounds, at, whole=False)
        case _F.DROP_LAST:
            return Places(first, tuple(difference(each, k) for each in bounds), at, whole=False)
        case _F.SLICE:
            return Places(sum_of(first, k), (*bounds, sum_of(first, numbers[1])), at, whole=False)
    end = lists.end(places)
    later = Binary(">", difference(end, first), k)
    start = lists.draft.bound("start", Choice(later, difference(end, k), first))
    return Places(start, (end,), at, places.whole)


def _moved(lists: Lists, term: Term) -> View:
    function = term.function
    if function is _F.INDICES:
        view = lists.view(term.arguments[0])
        if isinstance(view, Stream):
            return Places(_ZERO, (lists.length(term.arguments[0]),), lambda place: (place,))
        return Places(_ZERO, as_row(view).bounds, lambda place: (place,), view.whole)
    places = lists.places(term.arguments[0])
    if function is _F.GATHER:
        source = places.from_zero()
        return mapped(lists.view(term.arguments[1]), lambda cells: source.at(cells[0]))
    if function is _F.REVERSE:
        end = lists.end(places)
        return Places(
            _ZERO,
            (difference(end, places.first),),
            lambda place: places.at(difference(difference(end, _ONE), place)),
            places.whole,
        )
    places = places.from_zero()
    if function in (_F.DIFFERENCES, _F.ADJACENT_SUMS):
        joined = _F.SUBTRACT if function is _F.DIFFERENCES else _F.ADD
        return Places(
            _ZERO,
            tuple(difference(bound, _ONE) for bound in places.bounds),
            lambda place: (applied(joined, [places.at(sum_of(place, _ONE))[0], places.at(place)[0]]),),
            whole=False,
        )
    n, k = lists.end(places), lists.number(term.arguments[1])
    if function is _F.ROTATE_BACK:
        k = difference(n, Binary("%", k, n))
    return Places(_ZERO, (n,), lambda place: places.at(Binary("%", sum_of(place, k), n)), places.whole)


def _chosen(lists: Lists, term: Term) -> View:
    function, draft = term.function, lists.draft
    if function is _F.FILTER:
        both = combined(lists, list(term.arguments))
        return Stream(lambda emit: every(draft, both, lambda cells: [If(cells[1], tuple(emit(cells[:1])))]))
    view = combined(lists, list(term.arguments), in_places=True)
    assert not isinstance(view, Stream)
    if function is _F.TAKE_WHILE:
        return Stream(lambda emit: _while_true(lists, view, emit))
    if isinstance(view, Places):
        start = draft.variable("start")
        test = Binary("&&", within(start, view.bounds), view.at(start)[1])
        draft.statements += search_while(start, view.first, test)
        return Places(start, view.bounds, lambda place: view.at(place)[:1], whole=len(view.bounds) == 1)

    def run(emit: Emit) -> list[Statement]:
        begun = draft.variable("begun")
        return [
            Declaration(begun.name, _ZERO),
            *every(
                draft,
                view,
                lambda cells: [
                    If(negation(cells[1]), (Assign(begun, "=", _ONE),)),
                    If(begun, tuple(emit(cells[:1]))),
                ],
            ),
        ]

    return Stream(run)


def _while_true(lists: Lists, view: Places | Row, emit: Emit) -> list[Statement]:
    """The cells in front of the first one whose second part does not hold."""
    if isinstance(view, Row):
        return every(lists.draft, view, lambda cells: [If(negation(cells[1]), (Break(),)), *emit(cells[:1])])
    place = lists.draft.enter()
    value, test = view.at(place)
    inner = emit((value,))
    lists.draft.leave()
    return [
        For(
            (Declaration(place.name, view.first),),
            Binary("&&", within(place, view.bounds), test),
            (increased(place),),
            tuple(inner),
        )
    ]
