"""Terms of lists as views, and terms of numbers as expressions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from lasynth.domains.c.lists.syntax import (
    Assign,
    Binary,
    Cell,
    Expression,
    If,
    Name,
    Number,
    Statement,
    Stepped,
)
from lasynth.domains.c.lists.terms.operations import CELLWISE, Function
from lasynth.domains.c.lists.terms.term import Term
from lasynth.domains.c.lists.terms.writing.expressions import (
    has_cells,
    is_plain,
    smaller,
)
from lasynth.domains.c.lists.terms.writing.fused import combined
from lasynth.domains.c.lists.terms.writing.loops import (
    counted,
    every,
    exchange_sort,
    exchanged,
    increased,
    within,
)
from lasynth.domains.c.lists.terms.writing.names import Draft
from lasynth.domains.c.lists.terms.writing.numbers import number_of
from lasynth.domains.c.lists.terms.writing.views import (
    Places,
    Row,
    Stream,
    View,
    as_row,
)

__all__ = ["Lists"]

_F = Function
_ZERO, _ONE = Number(0), Number(1)


class Lists:
    """Writes the parts of one function.

    Attributes:
        draft: the function.
    """

    def __init__(self, names: Mapping[int, str], *, in_place: bool) -> None:
        self.draft = Draft()
        self._names, self._in_place = names, in_place
        self._numbers: dict[Term, Expression] = {}
        self._views: dict[Term, View] = {}
        self._rooms: dict[Term, Places] = {}

    @contextmanager
    def block(self) -> Iterator[list[Statement]]:
        """A block of statements; what is computed in it is not known behind it."""
        numbers, views, rooms = dict(self._numbers), dict(self._views), dict(self._rooms)
        with self.draft.block() as statements:
            yield statements
        self._numbers, self._views, self._rooms = numbers, views, rooms

    # Numbers.

    def number(self, term: Term) -> Expression:
        """A number as an expression; what it needs is computed before, once."""
        if term not in self._numbers:
            value = number_of(self, term)
            if self._in_place and has_cells(value):  # the cell may change before it is read
                value = self.draft.bound("x", value)
            self._numbers[term] = value
        return self._numbers[term]

    def plain(self, value: Expression) -> Expression:
        """A value that can be written several times."""
        return value if is_plain(value) else self.draft.bound("x", value)

    def end(self, places: Places) -> Expression:
        """The place behind the last one, if there is any."""
        bound = places.bounds[0]
        for other in places.bounds[1:]:
            bound = smaller(self.plain(bound), self.plain(other))
        return self.plain(bound) if len(places.bounds) > 1 else bound

    def length(self, term: Term) -> Expression:
        """The number of cells of a list."""
        view = self.view(term)
        if isinstance(view, Stream):
            num = self.draft.bound("m", _ZERO)
            self.draft.statements += every(self.draft, view, lambda _: [increased(num)])
            return num
        places = (
            view.from_zero()
            if isinstance(view, Places)
            else Places(_ZERO, view.bounds, lambda _: (), view.whole)
        )
        if places.whole:
            return places.bounds[0]
        num = self.draft.bound("m", self.end(places))
        self.draft.statements.append(If(Binary("<", num, _ZERO), (Assign(num, "=", _ZERO),)))
        return num

    # Lists that are stored.

    def store(self, term: Term, target: str) -> Expression:
        """Write a list into another one from its beginning; what is given back is the number of cells."""
        function = term.function
        if function in (_F.SORT, _F.SORT_DOWN):
            num = self.store(term.arguments[0], target)
            self.draft.statements += self.sorted_cells(target, num, function)
            return num
        if function in (_F.REPLACE, _F.SWAP):
            numbers = [self.number(each) for each in term.arguments[1:]]
            num = self.store(term.arguments[0], target)
            self.draft.statements += self.changed_cells(target, function, numbers)
            return num
        view = self.view(term)
        if isinstance(view, Places | Row) and view.whole and (isinstance(view, Row) or view.first == _ZERO):
            return self._store_whole(view, target)
        num = self.draft.bound("m", _ZERO)
        next_cell = Cell(target, Stepped(num.name, "++"))
        self.draft.statements += every(self.draft, view, lambda cells: [Assign(next_cell, "=", cells[0])])
        return num

    def _store_whole(self, view: Places | Row, target: str) -> Expression:
        """Each cell at its own place."""
        draft, bound = self.draft, view.bounds[0]
        if bound == _ONE and isinstance(view, Places):
            draft.statements.append(Assign(Cell(target, _ZERO), "=", view.at(_ZERO)[0]))
            return bound
        before, row = as_row(view).begin()
        place = draft.enter()
        body, (value,) = row(place)
        draft.leave()
        body = [*body, Assign(Cell(target, place), "=", value)]
        draft.statements += [*before, counted(place, _ZERO, within(place, view.bounds), body)]
        return bound

    def sorted_cells(self, target: str, num: Expression, function: Function) -> list[Statement]:
        """Statements that sort the first cells of a list."""
        return exchange_sort(self.draft, target, num, function is _F.SORT_DOWN)

    def changed_cells(self, target: str, function: Function, numbers: list[Expression]) -> list[Statement]:
        """Statements that replace a cell, or exchange two."""
        x, y = numbers
        if function is _F.REPLACE:
            return [Assign(Cell(target, x), "=", y)]
        kept = self.draft.variable("kept")
        return exchanged(Cell(target, x), Cell(target, y), kept)

    def places(self, term: Term) -> Places:
        """A list whose cells can be read at any place; it is stored where there is no other way."""
        view = self.view(term)
        if isinstance(view, Places):
            return view
        if term not in self._rooms:
            room = self.draft.room()
            num = self.store(term, room)
            self._rooms[term] = Places(_ZERO, (num,), lambda place: (Cell(room, place),))
        return self._rooms[term]

    # Views.

    def name(self, term: Term) -> str:
        """The name of an input."""
        return self._names[term.cells[0]]

    def view(self, term: Term) -> View:
        """A list or a mask as a view of one cell at each place."""
        if term not in self._views:
            self._views[term] = self._view(term)
        return self._views[term]

    def _view(self, term: Term) -> View:
        function = term.function
        if function is _F.INPUT:
            name = self.name(term)
            length = Name("n" if name == "a" else f"n_{name}")
            return Places(_ZERO, (length,), lambda place: (Cell(name, place),))
        if function is _F.CONSTANTS:
            return self._emitted([Number(cell) for cell in term.cells])
        if function < CELLWISE:
            return combined(self, [term])
        if function in (_F.SORT, _F.SORT_DOWN, _F.REPLACE, _F.SWAP):
            room = self.draft.room()
            num = self.store(term, room)
            return Places(_ZERO, (num,), lambda place: (Cell(room, place),))
        # The views of operations ask for those of their arguments, which are found here.
        from lasynth.domains.c.lists.terms.writing.list_views import view_of

        return view_of(self, term)

    def _emitted(self, cells: list[Expression]) -> View:
        if len(cells) == 1:
            return Places(_ZERO, (_ONE,), lambda _: (cells[0],))
        return Stream(lambda emit: [statement for cell in cells for statement in emit((cell,))])
