"""A language's grammar as compiled code takes it: the tables of its automaton, its tokens and its limits.

They travel as one array, `Tables.packed`, which compiled code takes over in a third of a microsecond. A tuple
of them takes ten times as long, which is as long as a step of the mask of one program.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lasynth.compiled import njit
from lasynth.domains.kit.scope import Effect, NameKind, numbered
from lasynth.grammar import Grammar, IntArray

__all__ = ["NEEDS_NESTING", "NEEDS_ROOM", "Names", "Tables", "Unpacked", "tables_of", "unpacked"]

# What must be left before a terminal is offered.
NEEDS_NESTING, NEEDS_ROOM = 1, 2
_MAX_NAMES = 31  # the bits of a state


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a language.

    Attributes:
        first: the token of the first name; the others follow it.
        families: how many names each family has. What a nesting declares is of the first family.
        kinds: the kind of each role in the grammar that is not `VISIBLE`.
        terminal: what the grammar calls them.
    """

    first: int
    families: tuple[int, ...]
    kinds: Mapping[str, NameKind]
    terminal: str = "NAME"


class Unpacked(NamedTuple):
    """What compiled code needs of a language; all arrays are `int32`.

    Attributes:
        rhs, rhs_start, predict, start: of `GrammarTables`.
        terminal_of_token: the terminal of each token below `first_int`, -1 for none.
        tokens, tokens_start: the tokens of terminal t are `tokens[tokens_start[t] : tokens_start[t + 1]]`.
        eos: the token that ends and pads a program.
        effects: the `Effect` of each action.
        kinds: the `NameKind` of each role.
        families: where each family of names begins, from 0, and at last how many names there are.
        needs: of each terminal, `NEEDS_NESTING` and `NEEDS_ROOM` as bits.
        first_name, name_terminal: the token of the first name; -1 for a terminal that there is not.
        first_int, int_terminal: likewise of integers, which are all tokens from there on.
        max_nesting: how deep the language nests.
        stack_size, room: places on the parser's stack, and how many of them a statement may need.
    """

    rhs: IntArray
    rhs_start: IntArray
    predict: IntArray
    start: int
    terminal_of_token: IntArray
    tokens: IntArray
    tokens_start: IntArray
    eos: int
    effects: IntArray
    kinds: IntArray
    families: IntArray
    needs: IntArray
    first_name: int
    name_terminal: int
    first_int: int
    int_terminal: int
    max_nesting: int
    stack_size: int
    room: int


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """The tables of a language; `tables_of` makes them.

    Attributes:
        grammar: what they were made of.
        packed: `Unpacked` as one array.
        parts: the same, not packed.
    """

    grammar: Grammar
    packed: IntArray
    parts: Unpacked


def tables_of(
    grammar: Grammar,
    terminal_of_token: IntArray,
    *,
    eos: int,
    names: Names | None = None,
    integers: str | None = None,
    effects: Mapping[str, Effect] | None = None,
    nests: Sequence[str] = (),
    grows: Sequence[str] = (),
    max_nesting: int = 0,
    stack_size: int = 256,
    room: int = 64,
) -> Tables:
    """The tables of a language.

    Args:
        grammar: of the language; its start rule ends with the terminal of `eos`.
        terminal_of_token: the number of the terminal of each token, -1 for none.
        eos: the token that ends and pads a program.
        names: where the language has names.
        integers: the terminal of integer literals where all tokens behind `terminal_of_token` are such.
        effects: what actions do to the scope, where they do something.
        nests: terminals that begin a nesting: no more are offered at the limit.
        grows: terminals that begin a block which no nesting limits: none are offered without `room`.
        max_nesting: how deep the language nests.
        stack_size: of the parser.
        room: a block begun with so much of the stack left can be completed.

    Raises:
        ValueError: a name that the grammar does not have, or more than 31 names.
    """
    tokens = [np.flatnonzero(terminal_of_token == number) for number in range(len(grammar.terminals))]
    families = np.cumsum([0, *(names.families if names else ())]).astype(np.int32)
    if families[-1] > _MAX_NAMES:
        raise ValueError(f"a language has at most {_MAX_NAMES} names, not {families[-1]}")
    needs = numbered(grammar.terminals, dict.fromkeys(nests, NEEDS_NESTING))
    needs |= numbered(grammar.terminals, dict.fromkeys(grows, NEEDS_ROOM))
    parts = Unpacked(
        rhs=grammar.tables.rhs,
        rhs_start=grammar.tables.rhs_start,
        predict=grammar.tables.predict,
        start=grammar.tables.start,
        terminal_of_token=terminal_of_token.astype(np.int32),
        tokens=np.concatenate(tokens).astype(np.int32),
        tokens_start=np.cumsum([0, *map(len, tokens)]).astype(np.int32),
        eos=eos,
        effects=numbered(grammar.actions, effects or {}),
        kinds=numbered(grammar.roles, names.kinds if names else {}),
        families=families,
        needs=needs,
        first_name=names.first if names else 0,
        name_terminal=grammar.terminals.index(names.terminal) if names else -1,
        first_int=len(terminal_of_token),
        int_terminal=grammar.terminals.index(integers) if integers else -1,
        max_nesting=max_nesting,
        stack_size=stack_size,
        room=room,
    )
    rows = [np.ravel(part) for part in parts]
    starts = len(rows) + 1 + np.cumsum([0, *map(len, rows)])
    return Tables(grammar, np.concatenate([starts, *rows]).astype(np.int32), parts)


@njit(cache=True, nogil=True)
def _part(tables: IntArray, number: int) -> IntArray:
    return tables[tables[number] : tables[number + 1]]


@njit(cache=True, nogil=True)
def _number(tables: IntArray, number: int) -> int:
    return tables[tables[number]]


@njit(cache=True, nogil=True)
def unpacked(tables: IntArray) -> Unpacked:
    """The tables in `Tables.packed`."""
    # A row of `predict` is as long as there are terminals, of which each has its `needs`.
    num_terminals = len(_part(tables, 11))
    predict = _part(tables, 2)
    return Unpacked(
        _part(tables, 0),
        _part(tables, 1),
        predict.reshape((len(predict) // num_terminals, num_terminals)),
        _number(tables, 3),
        _part(tables, 4),
        _part(tables, 5),
        _part(tables, 6),
        _number(tables, 7),
        _part(tables, 8),
        _part(tables, 9),
        _part(tables, 10),
        _part(tables, 11),
        _number(tables, 12),
        _number(tables, 13),
        _number(tables, 14),
        _number(tables, 15),
        _number(tables, 16),
        _number(tables, 17),
        _number(tables, 18),
    )
