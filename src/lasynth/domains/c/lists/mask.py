"""The tokens of `lists` that may come next, from `lasynth.domains.kit.mask`."""

from __future__ import annotations

from typing import Final

from lasynth.domains.c.lists.compile import EFFECTS, NAMES, STACK_SIZE
from lasynth.domains.c.lists.grammar import EOS, GRAMMAR, MAX_NESTING, TERMINAL_OF_TOKEN
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
    nests=("for", "while", "if", "else"),
    grows=("for", "while", "if", "(", "[", "?", "-", "!"),
    max_nesting=MAX_NESTING,
    stack_size=STACK_SIZE,
)
# A loop nests twice, in its head and in its block: what is begun at the limit can be completed.
MASKING: Final = Masking(TABLES, max_nesting=MAX_NESTING - 2)
