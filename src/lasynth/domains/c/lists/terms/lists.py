"""Terms of lists as views, and terms of numbers as expressions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from lasynth.domains.c.lists.syntax import (
    Assign,
    Binary,
    Cell,
    Choice,
    Declaration,
    Expression,
    If,
    Name,
    Number,
    Statement,
    Stepped,
    Unary,
    While,
)
from lasynth.domains.c.lists.terms.expressions import (
    applied,
    difference,
    has_cells,
    is_plain,
    negation,
    smaller,
    sum_of,
)
from lasynth.domains.c.lists.terms.loops import (
    counted,
    every,
    exchange_sort,
    exchanged,
    increased,
    search_while,
    within,
)
from lasynth.domains.c.lists.terms.names import Draft, UnwritableError
from lasynth.domains.c.lists.terms.operations import CELLWISE, Function, Type
from lasynth.domains.c.lists.terms.term import Term
from lasynth.domains.c.lists.terms.views import (
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

__all__ = ["Lists"]

_F = Function
_ZERO, _ONE = Number(0), Number(1)

# Functions whose result is as long as their first argument.
_SAME_LENGTH: Final = frozenset({
    _F.REVERSE, _F.SORT, _F.SORT_DOWN, _F.INDICES, _F.RUNNING_SUM, _F.RUNNING_PRODUCT, _F.RUNNING_MAX,
    _F.RUNNING_MIN, _F.RUNNING_DIFFERENCE, _F.OCCURRENCES, _F.STREAK, _F.REPLACE, _F.SWAP, _F.ROTATE, _F.ROTATE_BACK,
    _F.ABOVE_LAST, _F.BELOW_LAST, _F.AS_LAST, _F.ABOVE_NEXT, _F.BELOW_NEXT, _F.AS_NEXT, _F.FIRST_SEEN,
    _F.MEMBER, _F.COUNT_IN,
})  # fmt: skip


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
            value = self._number(term)
            if self._in_place and has_cells(value):  # the cell may change before it is read
                value = self.draft.bound("x", value)
            self._numbers[term] = value
        return self._numbers[term]

    def _number(self, term: Term) -> Expression:
        function, arguments = term.function, term.arguments
        if function is _F.INPUT:
            return Name(self._names[term.cells[0]])
        if function is _F.CONSTANT:
            return Number(term.cells[0])
        if function is _F.GCD:
            return self._gcd([self.number(each) for each in arguments])
        if function < CELLWISE:
            values = [self.number(each) for each in arguments]
            if function in (_F.MIN, _F.MAX, _F.ABSOLUTE):
                values = [self.plain(value) for value in values]
            return applied(function, values)
        match function:
            case _F.LENGTH:
                return self.length(arguments[0])
            case _F.SUM | _F.PRODUCT | _F.COUNT | _F.ANY | _F.ALL:
                return self._folded(function, arguments[0])
            case _F.DECODE:
                return self._decoded(self.number(arguments[1]), arguments[0])
            case _F.FIND:
                places = self.places(arguments[0]).from_zero()
                found = self.draft.variable("p")

                def missed() -> Expression:
                    return negation(places.at(found)[0])

                return self._searched(found, places, missed())
        places = self.places(arguments[0])
        last = difference(self.end(places), _ONE)
        match function:
            case _F.FIRST:
                return places.at(places.first)[0]
            case _F.LAST:
                return places.at(last)[0]
            case _F.AT:
                return places.at(sum_of(places.first, self.number(arguments[1])))[0]
            case _F.AT_END:
                return places.at(difference(last, self.number(arguments[1])))[0]
            case _F.PLACE_OF_LARGEST | _F.PLACE_OF_SMALLEST:
                return self._place_of_best(function, places)
            case _F.LARGEST | _F.SMALLEST:
                return self._best(function, places)
            case _F.INDEX_OF:
                wanted, places = self.number(arguments[1]), places.from_zero()
                found = self.draft.variable("p")
                return self._searched(found, places, Binary("!=", places.at(found)[0], wanted))
        raise UnwritableError(function.name)

    def _gcd(self, values: list[Expression]) -> Expression:
        x, y = (self.draft.bound(base, value) for base, value in zip("xy", values, strict=True))
        rest = self.draft.variable("rest")
        self.draft.statements.append(
            While(
                Binary("!=", y, _ZERO),
                (Declaration(rest.name, Binary("%", x, y)), Assign(x, "=", y), Assign(y, "=", rest)),
            )
        )
        return self.draft.bound("gcd", Choice(Binary("<", x, _ZERO), Unary("-", x), x))

    def _decoded(self, base: Expression, argument: Term) -> Expression:
        view = self.view(argument)
        total = self.draft.bound("number", _ZERO)

        def emit(cells: Cells) -> list[Statement]:
            return [Assign(total, "=", Binary("+", Binary("*", total, base), cells[0]))]

        self.draft.statements += every(self.draft, view, emit)
        return total

    def _place_of_best(self, function: Function, places: Places) -> Expression:
        places = places.from_zero()
        best = self.draft.bound("best", _ZERO)
        place = self.draft.enter()
        better = Binary(
            ">" if function is _F.PLACE_OF_LARGEST else "<", places.at(place)[0], places.at(best)[0]
        )
        self.draft.leave()
        self.draft.statements.append(
            counted(place, _ONE, within(place, places.bounds), [If(better, (Assign(best, "=", place),))])
        )
        return best

    def plain(self, value: Expression) -> Expression:
        """A value that can be written several times."""
        return value if is_plain(value) else self.draft.bound("x", value)

    def _searched(self, found: Name, places: Places, missed: Expression) -> Expression:
        test = Binary("&&", within(found, places.bounds), missed)
        self.draft.statements += search_while(found, _ZERO, test)
        return found

    def _folded(self, function: Function, argument: Term) -> Expression:
        view = self.view(argument)
        base, start = {
            _F.SUM: ("sum", 0), _F.PRODUCT: ("product", 1), _F.COUNT: ("count", 0), _F.ANY: ("any", 0),
            _F.ALL: ("all", 1),
        }[function]  # fmt: skip
        total = self.draft.bound(base, Number(start))

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

        self.draft.statements += every(self.draft, view, emit)
        return total

    def _best(self, function: Function, places: Places) -> Expression:
        best = self.draft.bound("best", places.at(places.first)[0])
        place = self.draft.enter()
        (x,) = places.at(place)
        better = Binary(">" if function is _F.LARGEST else "<", x, best)
        body: list[Statement] = [If(better, (Assign(best, "=", x),))]
        self.draft.leave()
        self.draft.statements.append(
            counted(place, sum_of(places.first, _ONE), within(place, places.bounds), body)
        )
        return best

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

    def view(self, term: Term) -> View:
        """A list or a mask as a view of one cell at each place."""
        if term not in self._views:
            self._views[term] = self._view(term)
        return self._views[term]

    def _view(self, term: Term) -> View:
        function = term.function
        if function is _F.INPUT:
            name = self._names[term.cells[0]]
            length = Name("n" if name == "a" else f"n_{name}")
            return Places(_ZERO, (length,), lambda place: (Cell(name, place),))
        if function is _F.CONSTANTS:
            return self._emitted([Number(cell) for cell in term.cells])
        if function < CELLWISE:
            return self.combined([term])
        if function in (_F.SORT, _F.SORT_DOWN, _F.REPLACE, _F.SWAP):
            room = self.draft.room()
            num = self.store(term, room)
            return Places(_ZERO, (num,), lambda place: (Cell(room, place),))
        from lasynth.domains.c.lists.terms.list_views import view_of

        return view_of(self, term)

    def _emitted(self, cells: list[Expression]) -> View:
        if len(cells) == 1:
            return Places(_ZERO, (_ONE,), lambda _: (cells[0],))
        return Stream(lambda emit: [statement for cell in cells for statement in emit((cell,))])

    def combined(self, terms: list[Term], *, in_places: bool = False) -> View:
        """Several lists of one length together, as far as all go: what is computed cell by cell is fused.

        Args:
            terms: lists and masks.
            in_places: store lists rather than take their cells as they come.
        """
        leaves: dict[Term, None] = {}
        for term in terms:
            _leaves(term, leaves)
        views = {leaf: self.view(leaf) for leaf in leaves}
        streams = [leaf for leaf, view in views.items() if isinstance(view, Stream)]
        if streams and (in_places or len(views) > 1):
            views |= {leaf: self.places(leaf) for leaf in streams}
        order = list(views)
        # All numbers now, in front of the loop.
        for term in terms:
            self._numbers_of(term)

        def change(cells: Cells) -> Cells:
            known = dict(zip(order, cells, strict=True))
            return tuple(self._cell(term, known) for term in terms)

        return mapped(_side_by_side(order, [views[leaf] for leaf in order]), change)

    def _numbers_of(self, term: Term) -> None:
        if term.type is Type.NUMBER:
            self.number(term)
        elif _is_cellwise(term):
            for argument in term.arguments:
                self._numbers_of(argument)

    def _cell(self, term: Term, known: Mapping[Term, Expression]) -> Expression:
        if term in known:
            return known[term]
        if term.type is Type.NUMBER:
            return self.number(term)
        return applied(term.function, [self._cell(each, known) for each in term.arguments])


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
