"""A term as a function of C, as a person would write it: loops over the cells, fused where they can be.

Numbers are computed first, each once, in the outermost block. Lists are views
(`lasynth.domains.c.lists.terms.writing.views`): most are never stored, but read where they are needed.
"""

from __future__ import annotations

from collections.abc import Sequence

from lasynth.domains.c.lists.syntax import (
    Assign,
    Binary,
    Cell,
    Expression,
    If,
    Kind,
    Name,
    Number,
    Parameter,
    Program,
    Result,
    Return,
    Statement,
)
from lasynth.domains.c.lists.terms.operations import Function, Type
from lasynth.domains.c.lists.terms.term import Term, Value
from lasynth.domains.c.lists.terms.writing.expressions import cells_read, negation, stored
from lasynth.domains.c.lists.terms.writing.lists import Lists
from lasynth.domains.c.lists.terms.writing.loops import counted, reversed_cells, within
from lasynth.domains.c.lists.terms.writing.names import UnwritableError
from lasynth.domains.c.lists.terms.writing.views import Places, Row, as_row

__all__ = ["UnwritableError", "result_of", "written"]


def result_of(inputs: Sequence[Sequence[Value]], outputs: Sequence[Value]) -> Result:
    """How a function gives back what a task wants."""
    if not isinstance(outputs[0], tuple):
        return Result.NUMBER
    if sum(isinstance(value, tuple) for value in inputs[0]) != 1:
        return Result.LIST
    lists = [next(value for value in some if isinstance(value, tuple)) for some in inputs]
    same = all(
        isinstance(output, tuple) and len(output) == len(cells)
        for output, cells in zip(outputs, lists, strict=True)
    )
    return Result.IN_PLACE if same else Result.LIST


def written(term: Term, types: Sequence[Type], result: Result) -> Program:
    """A function that computes a term.

    Args:
        term: of a list or a number, as the result says.
        types: of the inputs, in their order.
        result: how the value is given back.

    Raises:
        UnwritableError: it needs more names than a program may have.
    """
    names, parameters = _parameters(types)
    lists = Lists(names, in_place=result is Result.IN_PLACE)
    _write(lists, term, result)
    if result is Result.LIST:
        parameters.append(Parameter("out", Kind.OUT))
    return Program(result, tuple(parameters), (*lists.draft.rooms, *lists.draft.statements))


def _write(lists: Lists, term: Term, result: Result) -> None:
    """Statements that give back a value."""
    statements = lists.draft.statements
    if term.function is Function.IF:
        condition, then, otherwise = term.arguments
        holds = lists.number(condition)
        with lists.block() as first:
            _write(lists, then, result)
        if result is not Result.IN_PLACE:
            statements.append(If(holds, tuple(first)))
            _write(lists, otherwise, result)
            return
        with lists.block() as second:
            _write(lists, otherwise, result)
        branch = If(holds, tuple(first), tuple(second)) if first else If(negation(holds), tuple(second))
        statements.append(branch)
    elif result is Result.NUMBER:
        statements.append(Return(lists.number(term)))
    elif result is Result.LIST:
        statements.append(Return(lists.store(term, "out")))
    else:
        _in_place(lists, term)


def _parameters(types: Sequence[Type]) -> tuple[dict[int, str], list[Parameter]]:
    """The names of the inputs, and the parameters: lists with their lengths, then numbers."""
    places = [place for place, type_ in enumerate(types) if type_ is Type.LIST]
    names, parameters = {}, []
    for letter, place in zip("abcd", places, strict=False):
        names[place] = letter
        length = "n" if letter == "a" else f"n_{letter}"
        parameters += [Parameter(letter, Kind.LIST), Parameter(length, Kind.LENGTH)]
    numbers = [place for place, type_ in enumerate(types) if type_ is Type.NUMBER]
    for order, place in enumerate(numbers):
        names[place] = f"k_{order}" if order else "k"
        parameters.append(Parameter(names[place], Kind.NUMBER))
    return names, parameters


def _in_place(lists: Lists, term: Term) -> None:
    """Change `a`; directly where no cell is read after it has been changed."""
    draft = lists.draft
    match term.function:
        case Function.SORT | Function.SORT_DOWN:
            _in_place(lists, term.arguments[0])
            draft.statements += lists.sorted_cells("a", Name("n"), term.function)
            return
        case Function.REVERSE:
            _in_place(lists, term.arguments[0])
            draft.statements += reversed_cells(draft, "a", Name("n"))
            return
        case Function.REPLACE | Function.SWAP if not _moves(term.arguments[0]):
            numbers = [lists.number(each) for each in term.arguments[1:]]
            _in_place(lists, term.arguments[0])
            draft.statements += lists.changed_cells("a", term.function, numbers)
            return
    view = lists.view(term)
    if isinstance(view, Places | Row):
        loop = _direct(lists, view)
        if loop is not None:
            draft.statements += loop
            return
    room = draft.room()
    lists.store(term, room)
    place = draft.enter()
    copy: list[Statement] = [Assign(Cell("a", place), "=", Cell(room, place))]
    draft.leave()
    draft.statements.append(counted(place, Number(0), within(place, (Name("n"),)), copy))


def _moves(term: Term) -> bool:
    """Whether numbers computed from the input could change while a term is written over it."""
    return term.function is not Function.INPUT


def _direct(lists: Lists, view: Places | Row) -> list[Statement] | None:
    """A loop that writes each cell where it stands, or None where that would destroy what is read later."""
    if isinstance(view, Places) and view.first != Number(0):
        return None
    before, row = as_row(view).begin()
    place = lists.draft.enter()
    statements, (value,) = row(place)
    lists.draft.leave()
    read = [cell for cell in cells_read(statements, value) if cell.list == "a"]
    if not all(_ahead(cell.index, place) for cell in read) or (read and view.bounds != (Name("n"),)):
        return None
    body = statements + stored(Cell("a", place), value)
    # All of the list is written, whatever the length of what is written over it.
    return [*before, counted(place, Number(0), within(place, (Name("n"),)), body)] if body else []


def _ahead(index: object, place: Expression) -> bool:
    """Whether an index is that of a cell not yet changed."""
    match index:
        case Name():
            return index == place
        case Binary("+", left, Number(offset)):
            return left == place and offset >= 0
    return False
