"""Views of lists made of numbers, or with more or fewer cells than those that they are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from lasynth.domains.c.lists.syntax import (
    Assign,
    Binary,
    Choice,
    Declaration,
    Expression,
    If,
    Number,
    Statement,
    While,
)
from lasynth.domains.c.lists.terms.operations import Function
from lasynth.domains.c.lists.terms.term import Term
from lasynth.domains.c.lists.terms.writing.expressions import (
    less,
    quotient,
    sum_of,
)
from lasynth.domains.c.lists.terms.writing.fused import combined
from lasynth.domains.c.lists.terms.writing.loops import counted, every, within
from lasynth.domains.c.lists.terms.writing.names import UnwritableError
from lasynth.domains.c.lists.terms.writing.views import (
    Cells,
    Emit,
    Places,
    Row,
    Stream,
    View,
    as_row,
)

if TYPE_CHECKING:
    from lasynth.domains.c.lists.terms.writing.lists import Lists

__all__ = ["joined", "of_numbers", "where"]

Test: TypeAlias = Callable[[Expression], Expression]
Make: TypeAlias = Callable[[], list[Statement]]

_F = Function
_ZERO, _ONE, _TEN = Number(0), Number(1), Number(10)


def where(lists: Lists, view: Places | Row, test: Test) -> Stream:
    """The cells at places where a test holds."""

    def run(emit: Emit) -> list[Statement]:
        row = as_row(view)
        before, body = row.begin()
        place = lists.draft.enter()
        statements, cells = body(place)
        inner = [*statements, If(test(place), tuple(emit(cells)))]
        lists.draft.leave()
        return [*before, counted(place, _ZERO, within(place, row.bounds), inner)]

    return Stream(run)


def of_numbers(lists: Lists, term: Term) -> View:
    """Lists made of numbers."""
    function = term.function
    if function is _F.DIGITS:
        view = lists.view(term.arguments[0])
        return Stream(lambda emit: every(lists.draft, view, lambda cells: _digits(lists, cells[0], emit)))
    numbers = [lists.number(each) for each in term.arguments]
    x, y = numbers[0], numbers[-1]
    match function:
        case _F.SINGLE:
            return Places(_ZERO, (_ONE,), lambda _: (x,))
        case _F.PAIR:
            return Stream(lambda emit: emit((x,)) + emit((y,)))
        case _F.REPEAT:
            return Places(_ZERO, (y,), lambda _: (x,), whole=isinstance(y, Number) and y.value >= 0)
        case _F.RANGE:
            return Places(x, (sum_of(y, _ONE),), lambda place: (place,), whole=False)
        case _F.DIGITS_OF:
            return Stream(lambda emit: _digits(lists, x, emit))
    last, step = numbers[1], numbers[2]

    def run(emit: Emit) -> list[Statement]:
        place = lists.draft.enter()
        inner = emit((place,))
        lists.draft.leave()
        up, down = Binary("<=", place, last), Binary(">=", place, last)
        test: Expression = Choice(Binary(">", step, _ZERO), up, down)
        if isinstance(step, Number):
            test = up if step.value > 0 else down
        return [counted(place, x, test, inner, step)]

    return Stream(run)


def _digits(lists: Lists, x: Expression, emit: Emit) -> list[Statement]:
    """The decimal digits of a number, from the left."""
    power = lists.draft.variable("power")
    return [
        Declaration(power.name, _ONE),
        While(Binary(">=", quotient(x, power), _TEN), (Assign(power, "*=", _TEN),)),
        While(
            Binary(">", power, _ZERO),
            (*emit((Binary("%", quotient(x, power), _TEN),)), Assign(power, "/=", _TEN)),
        ),
    ]


def joined(lists: Lists, term: Term) -> View:
    """Lists with more cells, or with others in between."""
    function, draft, arguments = term.function, lists.draft, term.arguments
    if function is _F.CONCATENATE:
        first, second = lists.view(arguments[0]), lists.view(arguments[1])
        return Stream(lambda emit: every(draft, first, emit) + every(draft, second, emit))
    if function is _F.INTERLEAVE:
        both = combined(lists, list(arguments))
        return Stream(lambda emit: every(draft, both, lambda cells: emit(cells[:1]) + emit(cells[1:])))
    numbers = [lists.number(each) for each in arguments[1:]]
    if function in (_F.EACH, _F.EACH_ITSELF):
        view = lists.view(arguments[0])

        def repeated(cells: Cells, emit: Emit) -> list[Statement]:
            return _times(lists, numbers[0] if numbers else cells[0], lambda: emit(cells))

        return Stream(lambda emit: every(draft, view, lambda cells: repeated(cells, emit)))
    k, view = numbers[0], lists.view(arguments[0])
    match function:
        case _F.APPEND:
            return Stream(lambda emit: every(draft, view, emit) + emit((k,)))
        case _F.PREPEND:
            return Stream(lambda emit: emit((k,)) + every(draft, view, emit))
        case _F.REMOVE_AT:
            kept = lists.places(arguments[0]) if isinstance(view, Stream) else view
            return where(lists, kept, lambda place: Binary("!=", place, k))
    places = lists.places(arguments[0])
    match function:
        case _F.INSERT:
            middle = sum_of(places.first, k)
            head, tail = Places(places.first, (middle,), places.at), Places(middle, places.bounds, places.at)
            return Stream(
                lambda emit: every(draft, head, emit) + emit((numbers[1],)) + every(draft, tail, emit)
            )
        case _F.CYCLE:
            return Stream(lambda emit: _times(lists, k, lambda: every(draft, places, emit)))
        case _F.STRIDE:

            def run(emit: Emit) -> list[Statement]:
                place = draft.enter()
                inner = emit(places.at(place))
                draft.leave()
                return [counted(place, places.first, within(place, places.bounds), inner, k)]

            return Stream(run)
    raise UnwritableError(function.name)


def _times(lists: Lists, num: Expression, make: Make) -> list[Statement]:
    """What is made, a number of times."""
    place = lists.draft.enter()
    body = make()
    lists.draft.leave()
    return [counted(place, _ZERO, less(place, num), body)]
