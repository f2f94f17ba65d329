"""The view of each operation whose result is a list or a mask."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

from lasynth.domains.c.lists.syntax import (
    Assign,
    Binary,
    Break,
    Choice,
    Declaration,
    Expression,
    For,
    If,
    Name,
    Number,
    Statement,
    While,
)
from lasynth.domains.c.lists.terms.expressions import (
    applied,
    difference,
    less,
    negation,
    quotient,
    sum_of,
)
from lasynth.domains.c.lists.terms.loops import counted, every, increased, search_while, within
from lasynth.domains.c.lists.terms.names import UnwritableError
from lasynth.domains.c.lists.terms.operations import Function
from lasynth.domains.c.lists.terms.term import Term
from lasynth.domains.c.lists.terms.views import Body, Cells, Emit, Places, Row, Stream, View, as_row, mapped

if TYPE_CHECKING:
    from lasynth.domains.c.lists.terms.lists import Lists

__all__ = ["view_of"]

Test: TypeAlias = Callable[[Expression], Expression]
Make: TypeAlias = Callable[[], list[Statement]]

_F = Function
_ZERO, _ONE, _TEN = Number(0), Number(1), Number(10)
_NEIGHBOURS: Final = {
    _F.ABOVE_LAST: (_F.GREATER, -1), _F.BELOW_LAST: (_F.LESS, -1), _F.AS_LAST: (_F.EQUAL, -1),
    _F.ABOVE_NEXT: (_F.GREATER, 1), _F.BELOW_NEXT: (_F.LESS, 1), _F.AS_NEXT: (_F.EQUAL, 1),
}  # fmt: skip

_RUNNING_NAMES: Final = {
    _F.RUNNING_SUM: "sum", _F.RUNNING_PRODUCT: "product", _F.RUNNING_MAX: "best", _F.RUNNING_MIN: "best",
    _F.RUNNING_DIFFERENCE: "rest", _F.STREAK: "num",
}  # fmt: skip


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
            return _of_numbers(lists, term)
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
            return _running(lists, term)
        case _F.OCCURRENCES | _F.COUNT_IN | _F.MEMBER | _F.FIRST_SEEN | _F.UNIQUE:
            return _compared(lists, term)
    if term.function in _NEIGHBOURS:
        return _neighbours(lists, term)
    return _joined(lists, term)


def _part(lists: Lists, term: Term) -> View:
    function, numbers = term.function, [lists.number(each) for each in term.arguments[1:]]
    k, view = numbers[0], lists.view(term.arguments[0])
    if isinstance(view, Row) and function in (_F.TAKE, _F.DROP_LAST):
        bounds = (
            (*view.bounds, k) if function is _F.TAKE else tuple(difference(each, k) for each in view.bounds)
        )
        return Row(bounds, view.begin, whole=False)
    if isinstance(view, Row) and function is _F.DROP:
        return _where(lists, view, lambda place: Binary(">=", place, k))
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


def _where(lists: Lists, view: Places | Row, test: Test) -> Stream:
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


def _of_numbers(lists: Lists, term: Term) -> View:
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


def _chosen(lists: Lists, term: Term) -> View:
    function, draft = term.function, lists.draft
    if function is _F.FILTER:
        both = lists.combined(list(term.arguments))
        return Stream(lambda emit: every(draft, both, lambda cells: [If(cells[1], tuple(emit(cells[:1])))]))
    view = lists.combined(list(term.arguments), in_places=True)
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


def _running(lists: Lists, term: Term) -> View:
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


def _compared(lists: Lists, term: Term) -> View:
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


def _neighbours(lists: Lists, term: Term) -> View:
    places = lists.places(term.arguments[0]).from_zero()
    function, offset = _NEIGHBOURS[term.function]

    def at(place: Expression) -> Cells:
        other = sum_of(place, Number(offset))
        there = Binary(">", place, _ZERO) if offset < 0 else within(other, places.bounds)
        return (Binary("&&", there, applied(function, [places.at(place)[0], places.at(other)[0]])),)

    return Places(_ZERO, places.bounds, at, places.whole)


def _joined(lists: Lists, term: Term) -> View:
    """Lists with more cells, or with others in between."""
    function, draft, arguments = term.function, lists.draft, term.arguments
    if function is _F.CONCATENATE:
        first, second = lists.view(arguments[0]), lists.view(arguments[1])
        return Stream(lambda emit: every(draft, first, emit) + every(draft, second, emit))
    if function is _F.INTERLEAVE:
        both = lists.combined(list(arguments))
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
            return _where(lists, kept, lambda place: Binary("!=", place, k))
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
