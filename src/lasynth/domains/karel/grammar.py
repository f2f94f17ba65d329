"""The Karel language: its grammar and its vocabulary, as data.

A program is written as in the public benchmark (Bunel et al. 2018, appendix B), with its brackets::

    DEF run m( putMarker WHILE c( frontIsClear c) w( move w) m)

The parser, the next-token mask, the random sampler and the machine all follow `GRAMMAR`. Blocks are
never empty, and a condition is negated at most once. The reader of texts accepts more
(`lasynth.domains.karel.parser`).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from lasynth.grammar import Grammar, IntArray

__all__ = [
    "ACTIONS",
    "ACTION_NAMES",
    "BOS",
    "CONDITION_NAMES",
    "EOS",
    "FIRST_ACTION",
    "FIRST_CONDITION",
    "FIRST_TIMES",
    "GRAMMAR",
    "LEXEMES",
    "MAX_DEPTH",
    "MAX_TIMES",
    "NUM_TOKENS",
    "TERMINAL_OF_TOKEN",
    "lexeme",
    "token_of",
]

# Token numbers. EOS ends every sequence and pads it; BOS starts the model's input.
EOS: Final = 0
BOS: Final = 1
# The robot's actions and conditions, in the order of their numbers in the machine.
ACTION_NAMES: Final = ("move", "turnRight", "turnLeft", "pickMarker", "putMarker")
CONDITION_NAMES: Final = ("frontIsClear", "leftIsClear", "rightIsClear", "markersPresent", "noMarkersPresent")
MAX_TIMES: Final = 19
# The deepest nesting of blocks; the deepest program of the benchmark has depth 5.
MAX_DEPTH: Final = 32

_HEAD: Final = ("DEF", "run", "m(", "m)")
_WORDS: Final = (
    *("WHILE", "REPEAT", "IF", "IFELSE", "ELSE"),
    *("c(", "c)", "w(", "w)", "r(", "r)", "i(", "i)", "e(", "e)"),
    "not",
)
FIRST_ACTION: Final = 2 + len(_HEAD)
FIRST_CONDITION: Final = FIRST_ACTION + len(ACTION_NAMES) + len(_WORDS)
FIRST_TIMES: Final = FIRST_CONDITION + len(CONDITION_NAMES)  # token FIRST_TIMES + n is `R=n`

LEXEMES: Final[tuple[str, ...]] = (
    *("<eos>", "<bos>"),
    *_HEAD,
    *ACTION_NAMES,
    *_WORDS,
    *CONDITION_NAMES,
    *(f"R={times}" for times in range(MAX_TIMES + 1)),
)
NUM_TOKENS: Final = len(LEXEMES)

# The mask executes the first two only (they open and close a block), the machine all of them.
ACTIONS: Final = (
    *("open", "close"),
    *("act", "test", "negated", "while", "end_while", "repeat", "end_repeat", "if", "else", "end_if", "halt"),
)

GRAMMAR_TEXT: Final = """
program : 'DEF' 'run' 'm(' block 'm)' @halt EOS
block   : stmt more
more    : stmt more |
stmt    : ACTION @act
        | 'WHILE' 'c(' cond 'c)' @while 'w(' @open block 'w)' @close @end_while
        | 'REPEAT' TIMES @repeat 'r(' @open block 'r)' @close @end_repeat
        | 'IF' 'c(' cond 'c)' @if 'i(' @open block 'i)' @close @end_if
        | 'IFELSE' 'c(' cond 'c)' @if 'i(' @open block 'i)' @close other @end_if
other   : 'ELSE' @else 'e(' @open block 'e)' @close
cond    : TEST @test | 'not' 'c(' TEST @test 'c)' @negated
"""

GRAMMAR: Final = Grammar.from_text(GRAMMAR_TEXT, actions=ACTIONS)


def _terminals_of_tokens() -> IntArray:
    terminals = np.full(NUM_TOKENS, -1, dtype=np.int32)
    terminals[EOS] = GRAMMAR.terminals.index("EOS")
    for token, text in enumerate(LEXEMES):
        if text in GRAMMAR.terminals:
            terminals[token] = GRAMMAR.terminals.index(text)
    terminals[FIRST_ACTION : FIRST_ACTION + len(ACTION_NAMES)] = GRAMMAR.terminals.index("ACTION")
    terminals[FIRST_CONDITION:FIRST_TIMES] = GRAMMAR.terminals.index("TEST")
    terminals[FIRST_TIMES:] = GRAMMAR.terminals.index("TIMES")
    return terminals


# The terminal of each token (-1 for BOS, which has none).
TERMINAL_OF_TOKEN: Final = _terminals_of_tokens()


def lexeme(token: int) -> str:
    """The text of a token."""
    return LEXEMES[token]


def token_of(text: str) -> int:
    """The token of a lexeme, such as `"move"`, `"w("` or `"R=5"`.

    Raises:
        KeyError: not a lexeme of the language.
    """
    return _TOKEN_OF[text]


_TOKEN_OF: Final = {text: token for token, text in enumerate(LEXEMES)}
