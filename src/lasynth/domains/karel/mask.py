"""The tokens of Karel that may come next, from `lasynth.domains.kit.mask`.

A search opens blocks only up to a depth far below the `MAX_DEPTH` of the language.
"""

from __future__ import annotations

from typing import Final

from lasynth.domains.karel.compile import STACK_SIZE
from lasynth.domains.karel.grammar import EOS, GRAMMAR, MAX_DEPTH, TERMINAL_OF_TOKEN
from lasynth.domains.kit.mask import Masking
from lasynth.domains.kit.scope import Effect
from lasynth.domains.kit.tables import tables_of

__all__ = ["MASKING", "TABLES"]

TABLES: Final = tables_of(
    GRAMMAR,
    TERMINAL_OF_TOKEN,
    eos=EOS,
    effects={"open": Effect.OPEN, "close": Effect.CLOSE},
    nests=("WHILE", "REPEAT", "IF", "IFELSE"),
    max_nesting=MAX_DEPTH,
    stack_size=STACK_SIZE,
)
# One more than the deepest program of the benchmark's test set.
MASKING: Final = Masking(TABLES, max_nesting=6)
