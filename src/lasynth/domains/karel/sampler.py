"""Random programs: a kind and a depth are drawn first, then blocks and actions until they fit.

Spurious actions are not written (after Bunel et al. 2018, section 6.1): a turn next to the opposite one, a
third turn in a row in the same direction, `putMarker` next to `pickMarker`. Every program moves. The tokens
are written directly, block by block; the compiler checks them against the grammar when tasks are drawn.

Program i is a function of (seed, settings, i) alone: each program has its own random stream.

Shapes: P programs, T tokens.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from lasynth.compiled import njit
from lasynth.domains.karel.grammar import (
    ACTION_NAMES,
    CONDITION_NAMES,
    EOS,
    FIRST_ACTION,
    FIRST_CONDITION,
    FIRST_TIMES,
    token_of,
)
from lasynth.domains.karel.kinds import Kind
from lasynth.domains.karel.sampler_config import KarelSamplerSettings, Weights
from lasynth.domains.random import Stream, chance, draw_below, pick, program_keys
from lasynth.grammar import IntArray

__all__ = ["KarelSamplerSettings", "sample_into", "sample_programs"]

_MAX_TRIES: Final = 2000  # rejected programs in a row: of another kind, without a move, or too long
_MAX_DEPTH: Final = 5

_DEF, _RUN, _OPEN_RUN, _CLOSE_RUN = (token_of(text) for text in ("DEF", "run", "m(", "m)"))
_OPEN_TEST, _CLOSE_TEST, _NOT = (token_of(text) for text in ("c(", "c)", "not"))
_ELSE, _OPEN_ELSE, _CLOSE_ELSE = (token_of(text) for text in ("ELSE", "e(", "e)"))
# The keywords in the order of `KarelSamplerSettings.keywords`, and the brackets of their blocks.
_REPEAT, _WHILE, _IF, _IFELSE = range(4)
_KEYWORD = np.array([token_of(text) for text in ("REPEAT", "WHILE", "IF", "IFELSE")], dtype=np.int32)
_OPEN = np.array([token_of(text) for text in ("r(", "w(", "i(", "i(")], dtype=np.int32)
_CLOSE = np.array([token_of(text) for text in ("r)", "w)", "i)", "i)")], dtype=np.int32)
_ONE_ELSE = 4  # the kind of an open block that is an else; the others are the keywords
_MOVE, _RIGHT, _LEFT, _PICK, _PUT = range(len(ACTION_NAMES))
_NUM_CLEAR = sum(name.endswith("IsClear") for name in CONDITION_NAMES)  # these conditions come first
_SEQ_ONLY, _IF_ONLY, _LOOP_ONLY, _MIXTURE = (int(kind) for kind in Kind)


@njit(cache=True, nogil=True)
def _is_spurious(action: int, last: int, before: int) -> bool:
    """Whether an action undoes the last one, or is a third turn in a row in the same direction."""
    if action == _RIGHT or action == _LEFT:
        return (last == _RIGHT + _LEFT - action) or (action == last and action == before)
    return (action == _PICK and last == _PUT) or (action == _PUT and last == _PICK)


@njit(cache=True, nogil=True)
def _draw_action(stream: Stream, w: Weights, last: int, before: int) -> int:
    while True:
        action = pick(stream, w.actions)
        if not _is_spurious(action, last, before):
            return action


@njit(cache=True, nogil=True)
def _draw_keyword(stream: Stream, w: Weights, kind: int, loop: int) -> int:
    if kind == _LOOP_ONLY:
        return loop
    if kind == _IF_ONLY:
        return _IF + pick(stream, w.branches)
    return pick(stream, w.keywords)


@njit(cache=True, nogil=True)
def _write_head(stream: Stream, w: Weights, keyword: int, tokens: IntArray, length: int) -> int:
    """Write a keyword, its count or condition, and the opening bracket; returns the new length."""
    tokens[length] = _KEYWORD[keyword]
    length += 1
    if keyword == _REPEAT:
        tokens[length] = FIRST_TIMES + pick(stream, w.times)
        length += 1
    else:
        condition = pick(stream, w.loop_conditions if keyword == _WHILE else w.conditions)
        negated = condition < _NUM_CLEAR and chance(stream, w.p_not)
        tokens[length] = _OPEN_TEST
        length += 1
        if negated:
            tokens[length] = _NOT
            tokens[length + 1] = _OPEN_TEST
            length += 2
        tokens[length] = FIRST_CONDITION + condition
        tokens[length + 1] = _CLOSE_TEST
        length += 2
        if negated:
            tokens[length] = _CLOSE_TEST
            length += 1
    tokens[length] = _OPEN[keyword]
    return length + 1


@njit(cache=True, nogil=True)
def _sample_once(stream: Stream, w: Weights, kind: int, depth: int, tokens: IntArray, work: IntArray) -> int:
    """Write one program of a depth; returns its length, or 0 if it is too long, has no move or another kind.

    In each block on the path to that depth, one statement must have a block; the others may.
    """
    left, chosen, block, last, before = work[0], work[1], work[2], work[3], work[4]
    loop = pick(stream, w.loops)
    repeats, loops, branches, moves = False, False, False, False
    tokens[0], tokens[1], tokens[2] = _DEF, _RUN, _OPEN_RUN
    length = 3
    level = 0
    left[0] = 1 + pick(stream, w.top_sizes if depth > 0 else w.straight_sizes)
    chosen[0] = draw_below(stream, left[0]) if depth > 0 else -1
    last[0], before[0] = -1, -1
    while level >= 0:
        if length + 16 > min(len(tokens), w.max_tokens):
            return 0
        if left[level] == 0:
            if level == 0:
                break
            tokens[length] = _CLOSE_ELSE if block[level] == _ONE_ELSE else _CLOSE[block[level]]
            length += 1
            if block[level] != _IFELSE:
                level -= 1
                continue
            tokens[length], tokens[length + 1] = _ELSE, _OPEN_ELSE
            length += 2
            block[level] = _ONE_ELSE
            left[level] = 1 + pick(stream, w.inner_sizes)
            # -2: the path down goes through the else block rather than the first block.
            chosen[level] = draw_below(stream, left[level]) if chosen[level] == -2 else -1
            last[level], before[level] = -1, -1
            continue
        left[level] -= 1
        deeper = chosen[level] == left[level]
        if not deeper and not (level < depth and chance(stream, w.p_extra)):
            action = _draw_action(stream, w, last[level], before[level])
            moves = moves or action == _MOVE
            before[level] = last[level]
            last[level] = action
            tokens[length] = FIRST_ACTION + action
            length += 1
            continue
        keyword = _draw_keyword(stream, w, kind, loop)
        repeats = repeats or keyword == _REPEAT
        loops = loops or keyword == _WHILE
        branches = branches or keyword >= _IF
        length = _write_head(stream, w, keyword, tokens, length)
        last[level], before[level] = -1, -1
        level += 1
        block[level] = keyword
        left[level] = 1 + pick(stream, w.inner_sizes)
        chosen[level] = -1
        if deeper and level < depth:
            chosen[level] = draw_below(stream, left[level])
            if keyword == _IFELSE and chance(stream, 0.5):
                chosen[level] = -2
        last[level], before[level] = -1, -1
    tokens[length] = _CLOSE_RUN
    tokens[length + 1] = EOS
    if not moves:
        return 0
    if kind == _MIXTURE and not ((repeats and loops) or (branches and (repeats or loops))):
        return 0
    return length + 2


@njit(cache=True, nogil=True)
def sample_into(stream: Stream, w: Weights, tokens: IntArray) -> int:
    """Write one random program.

    Args:
        stream: `[1]`, the program's random stream; changed in place.
        w: from `KarelSamplerSettings.weights`.
        tokens: `[T]`, receives the program, ended and padded by EOS.

    Returns:
        The number of tokens, EOS included; 0 where none of 2000 programs fits.
    """
    kind = pick(stream, w.kinds)
    depth = 0
    if kind == _IF_ONLY:
        depth = 1 + pick(stream, w.branch_depths)
    elif kind == _LOOP_ONLY:
        depth = 1 + pick(stream, w.loop_depths)
    elif kind == _MIXTURE:
        depth = 1 + pick(stream, w.mixed_depths)
    work = np.zeros((5, _MAX_DEPTH + 1), dtype=np.int32)
    for _ in range(_MAX_TRIES):
        length = _sample_once(stream, w, kind, depth, tokens, work)
        if length > 0:
            tokens[length:] = EOS
            return length
    tokens[:] = EOS
    return 0


@njit(cache=True, nogil=True)
def _sample_all(keys: Stream, w: Weights, tokens_PT: IntArray) -> None:
    for program in range(len(keys)):
        sample_into(keys[program : program + 1], w, tokens_PT[program])


def sample_programs(config: KarelSamplerSettings, seed: int, first: int, count: int) -> IntArray:
    """Programs `first` to `first + count - 1` of a seed.

    Args:
        config: the distribution of programs.
        seed: any integer from 0.
        first: the number of the first program.
        count: the number of programs, P.

    Returns:
        `[P, config.max_tokens]` tokens, every row ended and padded by EOS.

    Raises:
        RuntimeError: programs of this configuration almost never fit.
    """
    tokens_PT = np.zeros((count, config.max_tokens), dtype=np.int32)
    _sample_all(program_keys(seed, first, count), config.weights(), tokens_PT)
    if count and not tokens_PT[:, 0].all():
        raise RuntimeError(f"no program of its kind has room in {config.max_tokens} tokens")
    return tokens_PT
