"""How idioms make up a program: one alone, one after the other, one that uses what another found."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from lasynth.domains.c.lists.sampling.draw import Draw, Unfit, sums
from lasynth.domains.c.lists.sampling.fillings import fill
from lasynth.domains.c.lists.sampling.idioms import (
    FOLD_IDIOMS,
    MAKE_IDIOMS,
    NUMBER_IDIOMS,
    ORDER_IDIOMS,
    PLACE_IDIOMS,
    SEARCH_IDIOMS,
    SERIES_IDIOMS,
    SORT_IDIOMS,
    TWO_FOLD_IDIOMS,
    TWO_MAKE_IDIOMS,
    TWO_PLACE_IDIOMS,
)
from lasynth.domains.c.lists.sampling.plain import plain_number, plain_place
from lasynth.domains.c.lists.sampling.templates import Idiom, Piece, Places, instantiate
from lasynth.domains.c.lists.syntax import (
    Assign,
    Binary,
    Cell,
    Declaration,
    Expression,
    For,
    If,
    Increment,
    Name,
    Number,
    Return,
    Room,
    Stepped,
)
from lasynth.domains.c.lists.trees import nodes, renamed

__all__ = ["TABLES", "body_of_list", "body_of_number", "body_of_place"]

_ROOM: Final = "t"
_FROM_LIST: Final = (*FOLD_IDIOMS, *SEARCH_IDIOMS)
_INTO_LIST: Final = (*MAKE_IDIOMS, *ORDER_IDIOMS)
_IN_PLACE: Final = (*PLACE_IDIOMS, *SORT_IDIOMS)
# Which idioms there are: by what they make, and by how many lists they need.
TABLES: Final[dict[tuple[str, int], tuple[Idiom, ...]]] = {
    ("number", 0): NUMBER_IDIOMS,
    ("number", 1): _FROM_LIST,
    ("number", 2): TWO_FOLD_IDIOMS,
    ("list", 0): SERIES_IDIOMS,
    ("list", 1): _INTO_LIST,
    ("list", 2): TWO_MAKE_IDIOMS,
    ("place", 1): _IN_PLACE,
    ("place", 2): TWO_PLACE_IDIOMS,
}
_ROLES: Final = ("ANY", "INDEX", "COUNT", "SMALL", "DIVISOR", "STEPS", "NUMBER")
# A condition may use a parameter, if it must.
_MAY: Final = ("COND", "CHANGED", "VALUE", "PAIR")
_TRIES: Final = 20


@cache
def _table(result: str, num_lists: int, numbers: bool) -> tuple[tuple[Idiom, ...], tuple[float, ...]]:
    """The idioms of a table with running sums of their weights; larger ones for those that use a number."""
    idioms = TABLES[result, num_lists]
    weights = []
    for one in idioms:
        weight = one.weight
        if numbers:
            certain = any(role in one.text for role in _ROLES)
            weight *= 2.5 if certain else 0.6 if any(hole in one.text for hole in _MAY) else 0.0
        weights.append(weight)
    return idioms, sums(tuple(weights))


def _idiom(draw: Draw, result: str, num_lists: int, *, last: bool) -> Idiom:
    """An idiom; where a number is still unused, rather one that uses it."""
    unused = len(draw.recipe.roles) < draw.num_numbers
    idioms, cumulative = _table(result, num_lists, bool(num_lists and unused and last))
    return draw.weighted(idioms, cumulative)


def _piece(draw: Draw, result: str, places: Places, *, last: bool = True, lists: int | None = None) -> Piece:
    """An idiom with its holes filled."""
    num_lists = draw.recipe.num_lists if lists is None else lists
    if num_lists == 2 and draw.chance(0.12):
        num_lists = 1  # the other list is used in a condition, or elsewhere
    idiom = _idiom(draw, result, num_lists, last=last)
    piece = instantiate(draw, idiom, result, places, fill)
    draw.is_extreme = idiom.is_extreme
    if idiom.least and places.source != _ROOM and draw.chance(0.75):
        draw.recipe.least = max(draw.recipe.least, idiom.least)
    elif idiom.least and result == "number" and last and draw.chance(draw.settings.p_guard):
        short = Binary("==", places.length, Number(0))
        if idiom.least > 1:
            short = Binary("<", places.length, Number(idiom.least))
        guard = If(short, (Return(Number(-1 if draw.chance(0.3) else 0)),))
        piece = Piece((guard, *piece.statements), piece.result, True)
    return piece


def _number(draw: Draw, places: Places) -> tuple[tuple[Any, ...], Name]:
    """A number found in a list, in a variable."""
    for _ in range(_TRIES):
        piece = _piece(draw, "number", places, last=False, lists=1)
        if not piece.returns and piece.result is not None and not isinstance(piece.result, Number):
            if isinstance(piece.result, Name) and any(
                isinstance(one, Declaration) and one.name == piece.result.name for one in piece.statements
            ):
                return piece.statements, piece.result
            name = Name(draw.name())
            return (*piece.statements, Declaration(name.name, piece.result)), name
    raise Unfit


def _ended(draw: Draw, piece: Piece) -> tuple[Any, ...]:
    """A piece that returns its number, perhaps with something done to it."""
    if piece.result is None:
        return piece.statements
    result = piece.result
    if not piece.returns and isinstance(result, Name) and draw.chance(draw.settings.p_after):
        result = fill(draw, draw.one_of(("CHANGED", "COND")), (result,), Places())
        before, draw.before = draw.before, []
        return (*piece.statements, *before, Return(result))
    return (*piece.statements, Return(result))


def body_of_number(draw: Draw) -> tuple[Any, ...]:
    """The body of a function that returns a number."""
    if draw.recipe.num_lists == 0:
        return _ended(draw, _piece(draw, "number", Places()))
    return _NUMBER_PLANS[draw.pick("number_plans")](draw)


def _one_number(draw: Draw) -> tuple[Any, ...]:
    return _ended(draw, _piece(draw, "number", Places()))


def _list_between(draw: Draw) -> tuple[Any, ...]:
    """A list is made, or a copy is sorted, and a number is found in it."""
    if draw.recipe.num_lists == 1 and draw.chance(0.25):
        i = Name(draw.name())
        copy = Assign(Cell(_ROOM, i), "=", Cell("a", i))
        head = (Declaration(i.name, Number(0)),), Binary("<", i, Name("n"))
        sorting = draw.weighted(SORT_IDIOMS, _SORTS)
        statements = (
            For(*head, (Increment(i, "++"),), (copy,)),
            *instantiate(draw, sorting, "place", Places(_ROOM), fill).statements,
        )
        length: Expression = Name("n")
    else:
        piece = _piece(draw, "list", Places(target=_ROOM), last=False)
        statements, length = _with_length(draw, piece)
    then = _piece(draw, "number", Places(_ROOM, length), lists=1)
    return (Room(_ROOM), *statements, *_ended(draw, then))


def _with_length(draw: Draw, piece: Piece) -> tuple[tuple[Any, ...], Expression]:
    """The statements of a list in between, and its length as a name or a small expression."""
    assert piece.result is not None
    if piece.returns:
        raise Unfit
    if isinstance(piece.result, Name | Number):
        return piece.statements, piece.result
    name = Name(draw.name())
    return (*piece.statements, Declaration(name.name, piece.result)), name


def _number_used(draw: Draw) -> tuple[Any, ...]:
    statements, name = _number(draw, Places())
    return (*statements, *_ended(draw, _using(draw, "number", name)))


def _using(draw: Draw, result: str, name: Name) -> Piece:
    """An idiom that uses a number which was found before."""
    draw.computed = [name]
    is_extreme = draw.is_extreme
    for _ in range(_TRIES):
        draw.num_used, draw.is_extreme = 0, is_extreme
        piece = _piece(draw, result, Places(), lists=1)
        if draw.num_used:
            return piece
    raise Unfit


def _numbers_joined(draw: Draw) -> tuple[Any, ...]:
    first, x = _number(draw, Places())
    second, y = _number(draw, Places("b", Name("n_b")) if draw.recipe.num_lists == 2 else Places())
    result = fill(draw, "MIX" if draw.chance(0.7) else "COMPARE", (x, y), Places())
    return (*first, *second, Return(result))


_NUMBER_PLANS: Final[tuple[Callable[[Draw], tuple[Any, ...]], ...]] = (
    *(_one_number, _list_between, _number_used, _numbers_joined, plain_number),
)


def body_of_list(draw: Draw) -> tuple[Any, ...]:
    """The body of a function that writes a list and returns its length."""
    if draw.recipe.num_lists == 0:
        return _one_list(draw)
    return _LIST_PLANS[draw.pick("list_plans")](draw)


def _one_list(draw: Draw) -> tuple[Any, ...]:
    piece = _piece(draw, "list", Places())
    return (*piece.statements, Return(piece.result))


def _two_lists(draw: Draw) -> tuple[Any, ...]:
    """A list is made of a list that was made."""
    statements, length = _with_length(draw, _piece(draw, "list", Places(target=_ROOM), last=False))
    then = _piece(draw, "list", Places(_ROOM, length), lists=1)
    return (Room(_ROOM), *statements, *then.statements, Return(then.result))


def _number_for_list(draw: Draw) -> tuple[Any, ...]:
    statements, name = _number(draw, Places())
    piece = _using(draw, "list", name)
    return (*statements, *piece.statements, Return(piece.result))


def _lists_in_a_row(draw: Draw) -> tuple[Any, ...]:
    """Two lists, the second one behind the first: both count the cells written."""
    pieces = []
    for number in range(2):
        source = Places("b", Name("n_b")) if number and draw.recipe.num_lists == 2 else Places()
        for _ in range(_TRIES):
            piece = _piece(draw, "list", source, last=number == 1, lists=1)
            if isinstance(piece.result, Name) and _counter_of(piece) is not None:
                pieces.append(piece)
                break
        else:
            raise Unfit
    first, second = pieces
    assert isinstance(first.result, Name)
    assert isinstance(second.result, Name)
    count = _counter_of(second)
    rest = tuple(node for node in second.statements if node is not count)
    return (*first.statements, *renamed(rest, {second.result.name: first.result.name}), Return(first.result))


def _counter_of(piece: Piece) -> Declaration | None:
    """The declaration of the count of cells written, `int m = 0;`, where all cells are written by it."""
    assert isinstance(piece.result, Name)
    for node in piece.statements:
        if node == Declaration(piece.result.name, Number(0)):
            return node if _writes_by(piece.statements, piece.result.name) else None
    return None


def _writes_by(statements: tuple[Any, ...], name: str) -> bool:
    """Whether all cells of the result are written by `out[name++]`, and nothing else looks at the name."""
    cells = [one for one in nodes(statements) if isinstance(one, Cell) and one.list == "out"]
    names = [one for one in nodes(statements) if isinstance(one, Name) and one.name == name]
    return not names and all(one.index == Stepped(name, "++") for one in cells)


def _few_numbers(draw: Draw) -> tuple[Any, ...]:
    """A list of two or three numbers."""
    num = 2 if draw.chance(0.75) else 3
    statements: list[Any] = []
    names: list[Name] = []
    for number in range(num):
        source = Places("b", Name("n_b")) if number and draw.recipe.num_lists == 2 else Places()
        found, name = _number(draw, source)
        statements += found
        names.append(name)
    written = [Assign(Cell("out", Number(number)), "=", name) for number, name in enumerate(names)]
    return (*statements, *written, Return(Number(num)))


_LIST_PLANS: Final[tuple[Callable[[Draw], tuple[Any, ...]], ...]] = (
    *(_one_list, _two_lists, _number_for_list, _lists_in_a_row, _few_numbers),
)


def body_of_place(draw: Draw) -> tuple[Any, ...]:
    """The body of a function that changes its list in place."""
    return _PLACE_PLANS[draw.pick("place_plans")](draw)


def _one_place(draw: Draw) -> tuple[Any, ...]:
    return _piece(draw, "place", Places()).statements


def _two_places(draw: Draw) -> tuple[Any, ...]:
    first = _piece(draw, "place", Places(), last=False).statements
    return (*first, *_piece(draw, "place", Places(), lists=1).statements)


def _number_for_place(draw: Draw) -> tuple[Any, ...]:
    statements, name = _number(draw, Places())
    return (*statements, *_using(draw, "place", name).statements)


_PLACE_PLANS: Final[tuple[Callable[[Draw], tuple[Any, ...]], ...]] = (
    *(_one_place, _two_places, _number_for_place, plain_place),
)
_SORTS: Final = sums(tuple(one.weight for one in SORT_IDIOMS))
