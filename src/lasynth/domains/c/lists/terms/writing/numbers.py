"""The expression of each operation whose result is a number, and the loops that it needs before."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    Unary,
    While,
)
from lasynth.domains.c.lists.terms.operations import CELLWISE, Function
from lasynth.domains.c.lists.terms.term import Term
from lasynth.domains.c.lists.terms.writing.expressions import applied, difference, negation, sum_of
from lasynth.domains.c.lists.terms.writing.loops import counted, every, increased, search_while, within
from lasynth.domains.c.lists.terms.writing.names import UnwritableError
from lasynth.domains.c.lists.terms.writing.views import Cells, Places

if TYPE_CHECKING:
    from lasynth.domains.c.lists.terms.writing.lists import Lists

__all__ = ["number_of"]

_F = Function
_ZERO, _ONE = Number(0), Number(1)


def number_of(lists: Lists, term: Term) -> Expression:
    """The expression of a number; loops for it are put into the draft."""
    function, arguments = term.function, term.arguments
    if function is _F.INPUT:
        return Name(lists.name(term))
    if function is _F.CONSTANT:
        return Number(term.cells[0])
    if function is _F.GCD:
        return _gcd(lists, [lists.number(each) for each in arguments])
    if function < CELLWISE:
        values = [lists.number(each) for each in arguments]
        if function in (_F.MIN, _F.MAX, _F.ABSOLUTE):
            values = [lists.plain(value) for value in values]
        return applied(function, values)
    match function:
        case _F.LENGTH:
            return lists.length(arguments[0])
        case _F.SUM | _F.PRODUCT | _F.COUNT | _F.ANY | _F.ALL:
            return _folded(lists, function, arguments[0])
        case _F.DECODE:
            return _decoded(lists, lists.number(arguments[1]), arguments[0])
        case _F.FIND:
            places = lists.places(arguments[0]).from_zero()
            found = lists.draft.variable("p")

            def missed() -> Expression:
                return negation(places.at(found)[0])

            return _searched(lists, found, places, missed())
    places = lists.places(arguments[0])
    last = difference(lists.end(places), _ONE)
    match function:
        case _F.FIRST:
            return places.at(places.first)[0]
        case _F.LAST:
            return places.at(last)[0]
        case _F.AT:
            return places.at(sum_of(places.first, lists.number(arguments[1])))[0]
        case _F.AT_END:
            return places.at(difference(last, lists.number(arguments[1])))[0]
        case _F.PLACE_OF_LARGEST | _F.PLACE_OF_SMALLEST:
            return _place_of_best(lists, function, places)
        case _F.LARGEST | _F.SMALLEST:
            return _best(lists, function, places)
        case _F.INDEX_OF:
            wanted, places = lists.number(arguments[1]), places.from_zero()
            found = lists.draft.variable("p")
            return _searched(lists, found, places, Binary("!=", places.at(found)[0], wanted))
    raise UnwritableError(function.name)


def _gcd(lists: Lists, values: list[Expression]) -> Expression:
    x, y = (lists.draft.bound(base, value) for base, value in zip("xy", values, strict=True))
    rest = lists.draft.variable("rest")
    lists.draft.statements.append(
        While(
            Binary("!=", y, _ZERO),
            (Declaration(rest.name, Binary("%", x, y)), Assign(x, "=", y), Assign(y, "=", rest)),
        )
    )
    return lists.draft.bound("gcd", Choice(Binary("<", x, _ZERO), Unary("-", x), x))


def _decoded(lists: Lists, base: Expression, argument: Term) -> Expression:
    view = lists.view(argument)
    total = lists.draft.bound("number", _ZERO)

    def emit(cells: Cells) -> list[Statement]:
        return [Assign(total, "=", Binary("+", Binary("*", total, base), cells[0]))]

    lists.draft.statements += every(lists.draft, view, emit)
    return total


def _place_of_best(lists: Lists, function: Function, places: Places) -> Expression:
    places = places.from_zero()
    best = lists.draft.bound("best", _ZERO)
    place = lists.draft.enter()
    better = Binary(">" if function is _F.PLACE_OF_LARGEST else "<", places.at(place)[0], places.at(best)[0])
    lists.draft.leave()
    lists.draft.statements.append(
        counted(place, _ONE, within(place, places.bounds), [If(better, (Assign(best, "=", place),))])
    )
    return best


def _searched(lists: Lists, found: Name, places: Places, missed: Expression) -> Expression:
    test = Binary("&&", within(found, places.bounds), missed)
    lists.draft.statements += search_while(found, _ZERO, test)
    return found


def _folded(lists: Lists, function: Function, argument: Term) -> Expression:
    view = lists.view(argument)
    base, start = {
        _F.SUM: ("sum", 0), _F.PRODUCT: ("product", 1), _F.COUNT: ("count", 0), _F.ANY: ("any", 0),
        _F.ALL: ("all", 1),
    }[function]  # fmt: skip
    total = lists.draft.bound(base, Number(start))

    def emit(cells: Cells) -> list[Statement]:
        x = cells[0]
        match function:
            case _F.SUM:
                return [increased(total)] if x == _ONE else [Assign(total, "+=", x)]
            case _F.PRODUCT:
                return [Assign(total, "*=", x)]
            case _F.COUNT:
                return [If(x, (increased(total),))]
            case _F.ANY:
                return [If(x, (Assign(total, "=", _ONE),))]
        return [If(negation(x), (Assign(total, "=", _ZERO),))]

    lists.draft.statements += every(lists.draft, view, emit)
    return total


def _best(lists: Lists, function: Function, places: Places) -> Expression:
    best = lists.draft.bound("best", places.at(places.first)[0])
    place = lists.draft.enter()
    (x,) = places.at(place)
    better = Binary(">" if function is _F.LARGEST else "<", x, best)
    body: list[Statement] = [If(better, (Assign(best, "=", x),))]
    lists.draft.leave()
    lists.draft.statements.append(
        counted(place, sum_of(places.first, _ONE), within(place, places.bounds), body)
    )
    return best
