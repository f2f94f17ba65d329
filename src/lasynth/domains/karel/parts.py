"""Cuts and joins Karel programs, with `lasynth.domains.kit.parts`."""

from __future__ import annotations

from functools import cache, partial
from typing import Final

from lasynth.domains.karel.grammar import (
    ACTION_NAMES,
    CONDITION_NAMES,
    EOS,
    FIRST_TIMES,
    MAX_TIMES,
    NUM_TOKENS,
    token_of,
)
from lasynth.domains.karel.mask import MASKING, TABLES
from lasynth.domains.kit import parts
from lasynth.domains.kit.pieces import pieces
from lasynth.domains.kit.rows import padded
from lasynth.grammar import IntArray

__all__ = ["EXCHANGEABLE", "beginnings", "chain", "short_programs"]

# Tokens that may be exchanged for one another.
EXCHANGEABLE: Final = (
    tuple(map(token_of, ACTION_NAMES)),
    tuple(map(token_of, CONDITION_NAMES)),
    tuple(range(FIRST_TIMES, FIRST_TIMES + MAX_TIMES + 1)),
)
# Statements of up to this many tokens are enumerated: loops of four actions, nested loops, single tests.
_MAX_PIECE: Final = 8


@cache
def short_programs() -> IntArray:
    """`[P, T]` all programs of one short statement, shortest first."""
    blocks = pieces(MASKING, "stmt", _MAX_PIECE, NUM_TOKENS)
    head, tail = ([token_of(text) for text in texts] for texts in (("DEF", "run", "m("), ("m)",)))
    return padded([[*head, *piece, *tail, EOS] for block in blocks for piece in block], EOS)


beginnings = partial(parts.beginnings, TABLES)
chain = partial(parts.chain, TABLES)
