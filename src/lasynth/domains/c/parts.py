"""Cuts and joins C programs, with `lasynth.domains.kit.parts`."""

from __future__ import annotations

from functools import partial
from typing import Final

from lasynth.domains.c.grammar import FIRST_INT, FIRST_NAME, token_of
from lasynth.domains.c.mask import TABLES
from lasynth.domains.kit import parts

__all__ = ["EXCHANGEABLE", "beginnings", "chain"]

# Tokens that may be exchanged for one another; a result that is not a program does not run.
EXCHANGEABLE: Final = (
    tuple(range(FIRST_NAME, FIRST_INT + 17)),  # names and numbers, as indices and as operands
    *(
        tuple(map(token_of, words.split()))
        for words in ("< <= > >= == !=", "&& ||", "+ -", "= += -=", "++ --")
    ),
)
beginnings = partial(parts.beginnings, TABLES)
chain = partial(parts.chain, TABLES)
