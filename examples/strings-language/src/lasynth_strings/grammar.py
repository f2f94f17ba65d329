"""The grammar and the vocabulary of the language, and what the kit derives from them.

A program is Python: it appends to a text `out`, statement by statement, what it takes from its input `s`::

    out += s.split(", ")[1].title()
    out += " "
    out += s.split(", ")[0].title()

A constant is one character. Text joins constants that follow each other: `out += "- "` is two statements.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from lasynth.domains.base import Tokens
from lasynth.domains.kit.mask import Masking
from lasynth.domains.kit.pieces import pieces
from lasynth.domains.kit.rows import padded
from lasynth.domains.kit.tables import tables_of
from lasynth.grammar import Grammar

__all__ = ["BOS", "EOS", "LEXEMES", "MASKING", "NUM_TOKENS", "TABLES", "TERMINALS", "all_pieces"]

GRAMMAR: Final = Grammar.from_text("""
program : stmts EOS
stmts   : stmt more
more    : stmt more |
stmt    : 'out += ' part
part    : CHAR | 's' sub case
sub     : SLICE | INDEX | SPLIT INDEX char |
char    : INDEX |
case    : CASE |
""")

_SLICES: Final = (
    *(f"[{start or ''}:{stop}]" for start in range(9) for stop in range(start + 1, 10)),
    *(f"[{start or ''}:-{stop}]" for start in range(9) for stop in range(1, 5)),
    *(f"[{start}:]" for start in (*range(1, 9), *range(-4, 0))),
)
# The tokens of each terminal. Characters that Python would escape are copied only, never written.
_VOCABULARY: Final = {
    "EOS": ("<eos>",),
    "": ("<bos>",),
    "out += ": ("out += ",),
    "s": ("s",),
    "CASE": (".upper()", ".lower()", ".title()"),
    "INDEX": tuple(f"[{index}]" for index in (0, 1, 2, 3, -1, -2)),
    "SPLIT": tuple(f'.split("{by}")' for by in (" ", ",", ", ", "-", ".", "@", "/", ":", "_", "(", ")")),
    "SLICE": _SLICES,
    "CHAR": tuple(f'"{chr(code)}"' for code in range(32, 127) if chr(code) not in '"\\'),
}
EOS, BOS = 0, 1
LEXEMES: Final = tuple(lexeme for lexemes in _VOCABULARY.values() for lexeme in lexemes)
NUM_TOKENS: Final = len(LEXEMES)
# The terminal of each token; BOS is none.
TERMINALS: Final = tuple(terminal for terminal, lexemes in _VOCABULARY.items() for _ in lexemes)

_NUMBERS: Final = [GRAMMAR.terminals.index(terminal) if terminal else -1 for terminal in TERMINALS]
TABLES: Final = tables_of(GRAMMAR, np.array(_NUMBERS, dtype=np.int32), eos=EOS)
MASKING: Final = Masking(TABLES, max_nesting=0)  # no statement holds others


@cache
def all_pieces() -> Tokens:
    """`[P, T]`: every program of one statement, the shortest first."""
    blocks = pieces(MASKING, "stmt", max_tokens=6, num_tokens=NUM_TOKENS)
    return padded([[*statement, EOS] for block in blocks for statement in block], EOS)
