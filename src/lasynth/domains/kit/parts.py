"""Programs taken apart at their outermost statements, one put behind another, and runs of their beginnings.

The start rule of a grammar is a row of sections: terminals, and lists such as `decls`, `stmts` or `block`.
The last list is the statements. A program is cut where the list goes on, and two programs are chained list by
list.

Shapes: B, X programs, T tokens, K examples; an input's own axes stand behind K.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import compress, pairwise
from operator import itemgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit
from lasynth.domains.base import Status
from lasynth.domains.kit.rows import ended
from lasynth.domains.kit.scope import Effect, NameKind
from lasynth.domains.kit.tables import Tables, unpacked
from lasynth.grammar import (
    INDEX_MASK,
    KIND_ACTION,
    KIND_SHIFT,
    KIND_TERMINAL,
    ROLE_MASK,
    ROLE_SHIFT,
    IntArray,
)

__all__ = ["beginnings", "chain", "run_partial"]

RunBatch = Callable[[IntArray, npt.NDArray[Any]], tuple[npt.NDArray[Any], npt.NDArray[np.uint8]]]

_NEW, _DECLARE = int(NameKind.NEW), int(Effect.DECLARE)
# What is told of each token: its section; whether it begins an element of that; whether it is a name that is
# declared for all that follows.
_SECTION, _BEGINS, _DECLARES = range(3)


@njit(cache=True, nogil=True)
def _walk(tables: IntArray, tokens_T: IntArray, found_3T: IntArray) -> int:
    """Tell of each token what it is in the program; returns how many tokens are the beginning of one."""
    t = unpacked(tables)
    stack = np.empty(t.stack_size, dtype=np.int32)
    num_sections = size = production = 0  # the start rule is the first, of one alternative
    for position in range(t.rhs_start[production + 1] - 1, t.rhs_start[production] - 1, -1):
        if t.rhs[position] >> KIND_SHIFT != KIND_ACTION:
            stack[size] = t.rhs[position]
            size += 1
    num_sections = base = size  # what is left of the current section lies above `base`
    for place in range(len(tokens_T)):
        token = tokens_T[place]
        if token < 0:
            return place
        terminal = t.terminal_of_token[token] if token < t.first_int else t.int_terminal
        found_3T[:, place] = 0
        while True:
            if size == 0:
                return place
            size -= 1
            symbol = stack[size]
            if size <= base:
                base = size
                found_3T[_BEGINS, place] = 1
            kind, index = symbol >> KIND_SHIFT, symbol & INDEX_MASK
            if kind == KIND_TERMINAL:
                if index != terminal:
                    return place
                break
            if kind == KIND_ACTION:
                continue
            production = t.predict[index, terminal] if terminal >= 0 else -1
            if production < 0 or size + t.rhs_start[production + 1] - t.rhs_start[production] > len(stack):
                return place
            for position in range(t.rhs_start[production + 1] - 1, t.rhs_start[production] - 1, -1):
                stack[size] = t.rhs[position]
                size += 1
        found_3T[_SECTION, place] = num_sections - 1 - base
        if terminal == t.name_terminal and t.kinds[(symbol >> ROLE_SHIFT) & ROLE_MASK] == _NEW and size > 0:
            behind = stack[size - 1]
            if behind >> KIND_SHIFT == KIND_ACTION and t.effects[behind & INDEX_MASK] == _DECLARE:
                found_3T[_DECLARES, place] = 1
        if size == 0:
            return place + 1
    return len(tokens_T)


def _walked(tables: Tables, tokens_T: npt.ArrayLike) -> tuple[list[int], list[list[int]]]:
    """The tokens that are the beginning of a program, EOS the last, and what `_walk` tells of them."""
    tokens = ended(np.append(tokens_T, tables.parts.eos), tables.parts.eos)
    found_3T = np.zeros((3, len(tokens)), dtype=np.int32)
    size = _walk(tables.packed, tokens, found_3T)
    return tokens[:size].tolist(), found_3T[:, :size].tolist()


@cache
def _sections(tables: Tables) -> tuple[list[bool], list[int]]:
    """Of each section whether it is a list, and the tokens that end a program behind its last list."""
    symbols = [symbol for symbol in tables.grammar.productions[0][1] if symbol.kind != KIND_ACTION]
    lists = [symbol.kind != KIND_TERMINAL for symbol in symbols]
    behind = symbols[len(lists) - lists[::-1].index(True) :]
    return lists, [tables.parts.terminal_of_token.tolist().index(symbol.index) for symbol in behind]


def beginnings(tables: Tables, tokens_T: npt.ArrayLike) -> list[IntArray]:
    """The programs that a program begins with: all before its statements and 1, 2, ... all of these.

    What is no program has those statements that are complete.
    """
    tokens, (sections, begins, _) = _walked(tables, tokens_T)
    lists, closing = _sections(tables)
    statements = len(lists) - len(closing) - 1
    cuts = [
        place
        for place, section in enumerate(sections)
        if section == statements + 1 or (section == statements and begins[place])
    ]
    ends = [end for start, end in pairwise(cuts) if sections[start] == statements]
    return [np.array([*tokens[:end], *closing], dtype=np.int32) for end in ends]


def chain(tables: Tables, first_T: npt.ArrayLike, second_T: npt.ArrayLike) -> IntArray | None:
    """The program that does what one does and then what another does.

    Names of the second are exchanged for others of their family where one of the two declares for all of its
    statements what the other uses.

    Returns:
        `[T]`, ended by EOS; None where names run out, or where one of the two is no program.
    """
    lists, _ = _sections(tables)
    (first, told), (second, other) = _walked(tables, first_T), _walked(tables, second_T)
    if first[-1:] != [tables.parts.eos] or second[-1:] != [tables.parts.eos]:
        return None
    declared = set(compress(first, told[_DECLARES])), set(compress(second, other[_DECLARES]))
    names = _new_names(tables, set(first), set(second), declared)
    if names is None:
        return None
    second = [names.get(token, token) for token in second]
    pairs = [*zip(told[_SECTION], first, strict=True)]
    pairs += [pair for pair in zip(other[_SECTION], second, strict=True) if lists[pair[0]]]
    return np.array([token for _, token in sorted(pairs, key=itemgetter(0))], dtype=np.int32)


def _new_names(
    tables: Tables, first: set[int], second: set[int], declared: tuple[set[int], set[int]]
) -> dict[int, int] | None:
    """New names for those of the second program that clash with the first; None where none is free.

    Args:
        tables: of the language.
        first, second: the tokens of each program.
        declared: those names of each that are declared for all its statements.
    """
    starts = [tables.parts.first_name + start for start in tables.parts.families.tolist()]
    # Two nestings may have the same name, but no name is declared twice, or in a nesting and around it.
    names: dict[int, int] = {}
    for name in sorted((second & declared[0]) | (first & declared[1])):
        family = next(range(*ends) for ends in pairwise(starts) if name < ends[1])
        taken = first | second | set(names.values())
        free = next((other for other in family if other not in taken), None)
        if free is None:
            return None
        names[name] = free
    return names


def run_partial(
    tables: Tables,
    run_batch: RunBatch,
    tokens_BT: IntArray,
    inputs_BKN: npt.NDArray[Any],
    row_X: npt.NDArray[np.int64],
    length_X: npt.NDArray[np.int64],
    *,
    unknown: int | None = None,
) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Run the first `length_X` tokens of programs `row_X` on their inputs, where these are programs.

    What is cut off behind an outermost statement lacks the end of the program only, which is added.

    Args:
        tables: of the language.
        run_batch: of the language.
        tokens_BT: programs, ended and padded by EOS.
        inputs_BKN: `[B, K, ...]`.
        row_X, length_X: what to run.
        unknown: stands throughout an output that is not that of a program that ran well, if given.

    Returns:
        `[X, K, ...]` outputs, and `[X, K]` which of them are those of a program that ran well.
    """
    _, closing = _sections(tables)
    columns = np.arange(tokens_BT.shape[1] + len(closing))
    rows_XT = np.pad(tokens_BT, ((0, 0), (0, len(closing))), constant_values=tables.parts.eos)[row_X]
    prefixes_XT = np.where(columns < length_X[:, None], rows_XT, tables.parts.eos).astype(np.int32)
    open_X = np.flatnonzero(~(prefixes_XT == closing[0]).any(axis=1))
    prefixes_XT[open_X[:, None], length_X[open_X, None] + np.arange(len(closing))] = closing
    outputs_XK, statuses_XK = run_batch(prefixes_XT, inputs_BKN[row_X])
    known_XK = statuses_XK == Status.OK
    if unknown is not None:
        outputs_XK[~known_XK] = unknown
    return outputs_XK, known_XK
