"""The tokens of C that may come next, from `lasynth.domains.kit.mask`."""

from __future__ import annotations

from typing import Final

from lasynth.domains.c.compile import STACK_SIZE
from lasynth.domains.c.context import EFFECTS, MAX_LOOPS, NAMES
from lasynth.domains.c.grammar import EOS, GRAMMAR, TERMINAL_OF_TOKEN
from lasynth.domains.kit.mask import Masking
from lasynth.domains.kit.tables import tables_of

__all__ = ["MASKING", "TABLES"]

TABLES: Final = tables_of(
    GRAMMAR,
    TERMINAL_OF_TOKEN,
    eos=EOS,
    names=NAMES,
    integers="INT",
    effects=EFFECTS,
    nests=("for",),
    grows=("for", "if"),
    max_nesting=MAX_LOOPS,
    stack_size=STACK_SIZE,
)
MASKING: Final = Masking(TABLES, max_nesting=MAX_LOOPS)
