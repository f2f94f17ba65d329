"""How the cells of a list are got in C: at any place, in a row, or one behind another as they come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from lasynth.domains.c.lists.syntax import Expression, Number, Statement
from lasynth.domains.c.lists.terms.writing.expressions import difference, sum_of

__all__ = ["Body", "Cells", "Emit", "Places", "Row", "Stream", "View", "as_row", "mapped", "united"]

Cells: TypeAlias = tuple[Expression, ...]  # of several lists at one place
Body: TypeAlias = Callable[
    [Expression], tuple[list[Statement], Cells]
]  # for a place: statements, then the cells
Emit: TypeAlias = Callable[[Cells], list[Statement]]


@dataclass(frozen=True, slots=True)
class Places:
    """Cells that an expression gives for each place.

    Attributes:
        first: the place of the first cell.
        bounds: all places are below each of these.
        at: the cells at a place.
        whole: there is one bound, and it is not below `first`.
    """

    first: Expression
    bounds: tuple[Expression, ...]
    at: Callable[[Expression], Cells]
    whole: bool = True

    def from_zero(self) -> Places:
        """The same cells, the first one at 0."""
        if self.first == Number(0):
            return self
        return Places(
            Number(0),
            tuple(difference(bound, self.first) for bound in self.bounds),
            lambda place: self.at(sum_of(self.first, place)),
            self.whole,
        )


@dataclass(frozen=True, slots=True)
class Row:
    """Cells that need statements, each after the one before.

    Attributes:
        bounds: as of `Places`; the first place is 0.
        begin: statements in front of a loop, and what is done in it; names are taken for each loop anew.
        whole: as of `Places`.
    """

    bounds: tuple[Expression, ...]
    begin: Callable[[], tuple[list[Statement], Body]]
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Stream:
    """Cells whose number is seen only when they have come.

    Attributes:
        run: statements that do with each cell what they are told.
    """

    run: Callable[[Emit], list[Statement]]


View: TypeAlias = Places | Row | Stream


def mapped(view: View, change: Callable[[Cells], Cells]) -> View:
    """A view whose cells are changed each by itself."""
    match view:
        case Places(first, bounds, at, whole):
            return Places(first, bounds, lambda place: change(at(place)), whole)
        case Row(bounds, begin, whole):

            def begin_changed() -> tuple[list[Statement], Body]:
                before, body = begin()

                def changed(place: Expression) -> tuple[list[Statement], Cells]:
                    statements, cells = body(place)
                    return statements, change(cells)

                return before, changed

            return Row(bounds, begin_changed, whole)
        case Stream(run):
            return Stream(lambda emit: run(lambda cells: emit(change(cells))))


def united(bounds: Sequence[tuple[Expression, ...]]) -> tuple[Expression, ...]:
    """All bounds, each once."""
    return tuple(dict.fromkeys(bound for some in bounds for bound in some))


def as_row(view: Places | Row) -> Row:
    """Cells at places as a row."""
    if isinstance(view, Row):
        return view
    places = view.from_zero()
    return Row(places.bounds, lambda: ([], lambda place: ([], places.at(place))), places.whole)
