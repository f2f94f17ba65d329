"""A small language with names, nestings and integers, for tests of the kit.

`let x set x 1 loop i { set i 0 }` and the like; its end token is not 0.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from lasynth.domains.kit.mask import Masking
from lasynth.domains.kit.scope import Effect, NameKind
from lasynth.domains.kit.tables import Names, tables_of
from lasynth.grammar import Grammar, IntArray

GRAMMAR: Final = Grammar.from_text("""
program : decls stmts EOS
decls   : 'let' NAME.new @declare decls |
stmts   : stmt stmts |
stmt    : 'set' NAME.value INT | 'loop' NAME.new @count '{' stmt stmts '}' @uncount other
other   : 'else' '{' stmt stmts '}' |
""")
LEXEMES: Final = ("let", "set", "loop", "else", "{", "}", "EOS", "i", "j", "x", "y", "0", "1")
EOS: Final = LEXEMES.index("EOS")
NUM_TOKENS: Final = len(LEXEMES)
_TERMINALS: Final = (*LEXEMES[:7], *["NAME"] * 4)
TABLES: Final = tables_of(
    GRAMMAR,
    np.array([GRAMMAR.terminals.index(terminal) for terminal in _TERMINALS], dtype=np.int32),
    eos=EOS,
    names=Names(first=7, families=(2, 2), kinds={"new": NameKind.NEW}),
    integers="INT",
    effects={"declare": Effect.DECLARE, "count": Effect.OPEN_DECLARED, "uncount": Effect.CLOSE},
    nests=("loop",),
    max_nesting=2,
    stack_size=64,
)
MASKING: Final = Masking(TABLES, max_nesting=2)


def tokens_of(text: str) -> IntArray:
    """The tokens of a text, without EOS."""
    return np.array([LEXEMES.index(word) for word in text.split()], dtype=np.int32)


def text_of(tokens: IntArray) -> str:
    """The text of tokens, EOS included."""
    return " ".join(LEXEMES[token] for token in tokens)
