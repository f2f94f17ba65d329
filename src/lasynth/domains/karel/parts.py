"""Programs of Karel taken apart and put together, by `lasynth.domains.kit.parts`."""

from __future__ import annotations

from functools import partial
from typing import Final

from lasynth.domains.karel.grammar import ACTION_NAMES, CONDITION_NAMES, FIRST_TIMES, MAX_TIMES, token_of
from lasynth.domains.karel.mask import TABLES
from lasynth.domains.kit import parts

__all__ = ["EXCHANGEABLE", "beginnings", "chain"]

# Tokens of which one may stand where another does.
EXCHANGEABLE: Final = (
    tuple(map(token_of, ACTION_NAMES)),
    tuple(map(token_of, CONDITION_NAMES)),
    tuple(range(FIRST_TIMES, FIRST_TIMES + MAX_TIMES + 1)),
)
beginnings = partial(parts.beginnings, TABLES)
chain = partial(parts.chain, TABLES)
