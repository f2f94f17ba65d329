"""Lists computed cell by cell from others: one loop over all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from lasynth.domains.c.lists.syntax import Expression, Statement
from lasynth.domains.c.lists.terms.operations import CELLWISE, Function, Type
from lasynth.domains.c.lists.terms.term import Term
from lasynth.domains.c.lists.terms.writing.expressions import applied
from lasynth.domains.c.lists.terms.writing.views import (
    Body,
    Cells,
    Places,
    Row,
    Stream,
    View,
    as_row,
    mapped,
    united,
)

if TYPE_CHECKING:
    from lasynth.domains.c.lists.terms.writing.lists import Lists

__all__ = ["combined"]

_F = Function

# Functions whose result is as long as their first argument.
_SAME_LENGTH: Final = frozenset({
    _F.REVERSE, _F.SORT, _F.SORT_DOWN, _F.INDICES, _F.RUNNING_SUM, _F.RUNNING_PRODUCT, _F.RUNNING_MAX,
    _F.RUNNING_MIN, _F.RUNNING_DIFFERENCE, _F.OCCURRENCES, _F.STREAK, _F.REPLACE, _F.SWAP, _F.ROTATE,
    _F.ROTATE_BACK,
    _F.ABOVE_LAST, _F.BELOW_LAST, _F.AS_LAST, _F.ABOVE_NEXT, _F.BELOW_NEXT, _F.AS_NEXT, _F.FIRST_SEEN,
    _F.MEMBER, _F.COUNT_IN,
})  # fmt: skip


def combined(lists: Lists, terms: list[Term], *, in_places: bool = False) -> View:
    """Several lists of one length together, as far as all go: what is computed cell by cell is fused.

    Args:
        terms: lists and masks.
        in_places: store lists rather than take their cells as they come.
    """
    leaves: dict[Term, None] = {}
    for term in terms:
        _leaves(term, leaves)
    views = {leaf: lists.view(leaf) for leaf in leaves}
    streams = [leaf for leaf, view in views.items() if isinstance(view, Stream)]
    if streams and (in_places or len(views) > 1):
        views |= {leaf: lists.places(leaf) for leaf in streams}
    order = list(views)
    # All numbers now, in front of the loop.
    for term in terms:
        _numbers_of(lists, term)

    def change(cells: Cells) -> Cells:
        known = dict(zip(order, cells, strict=True))
        return tuple(_cell(lists, term, known) for term in terms)

    return mapped(_side_by_side(order, [views[leaf] for leaf in order]), change)


def _numbers_of(lists: Lists, term: Term) -> None:
    if term.type is Type.NUMBER:
        lists.number(term)
    elif _is_cellwise(term):
        for argument in term.arguments:
            _numbers_of(lists, argument)


def _cell(lists: Lists, term: Term, known: Mapping[Term, Expression]) -> Expression:
    if term in known:
        return known[term]
    if term.type is Type.NUMBER:
        return lists.number(term)
    return applied(term.function, [_cell(lists, each, known) for each in term.arguments])


def _is_cellwise(term: Term) -> bool:
    return term.type is not Type.NUMBER and term.function < CELLWISE


def _leaves(term: Term, leaves: dict[Term, None]) -> None:
    """The lists under what is computed cell by cell."""
    if term.type is Type.NUMBER:
        return
    if _is_cellwise(term):
        for argument in term.arguments:
            _leaves(argument, leaves)
    else:
        leaves[term] = None


def shape_of(term: Term) -> Term:
    """A list that surely has the same length; equal for terms that are known to be of one length."""
    while True:
        if term.function in _SAME_LENGTH or (_is_cellwise(term) and not term.shortest):
            term = next(each for each in term.arguments if each.type is not Type.NUMBER)
        elif term.function is _F.GATHER:
            term = term.arguments[1]
        else:
            return term


def _side_by_side(terms: list[Term], views: list[View]) -> View:
    """Views of several lists as one, with a cell of each at every place."""
    if len(views) == 1:
        return views[0]
    same = len({shape_of(term) for term in terms}) == 1
    if all(isinstance(view, Places) for view in views):
        places = [view for view in views if isinstance(view, Places)]
        if len({view.first for view in places}) > 1:
            places = [view.from_zero() for view in places]
        bounds = places[0].bounds if same else united([view.bounds for view in places])
        whole = places[0].whole if same else len(bounds) == 1 and places[0].whole
        return Places(
            places[0].first, bounds, lambda place: tuple(x for view in places for x in view.at(place)), whole
        )
    rows = [as_row(view) for view in views if not isinstance(view, Stream)]
    bounds = rows[0].bounds if same else united([row.bounds for row in rows])

    def begin() -> tuple[list[Statement], Body]:
        begun = [row.begin() for row in rows]

        def body(place: Expression) -> tuple[list[Statement], Cells]:
            parts = [row(place) for _, row in begun]
            return (
                [statement for statements, _ in parts for statement in statements],
                tuple(cell for _, cells in parts for cell in cells),
            )

        return [statement for before, _ in begun for statement in before], body

    return Row(bounds, begin, rows[0].whole if same else len(bounds) == 1 and rows[0].whole)
