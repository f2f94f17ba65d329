"""The restricted C language: its grammar, its vocabulary and its limits, as data.

A program is the body of ``int * func_1(int a[]) { ...; return a; }``: declarations, then statements.
The frame around the body is the same for every program, so it is not part of a token sequence.
The parser, the next-token mask, the random sampler and the machine all follow `GRAMMAR`.

Section 4.1 of the paper names the constructs; `docs/c-subset.md` shows them with examples.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from lasynth.grammar import Grammar, IntArray

__all__ = [
    "ACTIONS",
    "BOS",
    "EOS",
    "FIRST_INT",
    "FIRST_NAME",
    "FIRST_OTHER_NAME",
    "GRAMMAR",
    "LEXEMES",
    "NUM_NAMES",
    "ROLES",
    "INT_TERMINAL",
    "MAX_DEPTH",
    "NAME_TERMINAL",
    "TERMINAL_OF_TOKEN",
    "lexeme",
    "token_of",
]

# How deep blocks may be nested in one another, and parentheses in one another. Each `else if` is a level.
MAX_DEPTH: Final = 64

# Token numbers. EOS ends every sequence and pads it; BOS starts the model's input.
EOS: Final = 0
BOS: Final = 1
_FIXED: Final = (
    *("int", "for", "if", "else", "break", "continue"),
    *("a", "[", "]", "(", ")", "{", "}", ";"),
    *("=", "+=", "-=", "++", "--", "+", "-"),
    *("<", "<=", ">", ">=", "==", "!=", "&&", "||", "!"),
)
NUM_NAMES: Final = 16  # p_0 .. p_7 (loop variables), then l_0 .. l_7 (other locals)
FIRST_NAME: Final = 2 + len(_FIXED)
FIRST_OTHER_NAME: Final = FIRST_NAME + NUM_NAMES // 2
# Integer literals have no upper limit: literal n is token FIRST_INT + n. A model's vocabulary is the
# tokens below FIRST_INT and the literals up to the largest that it knows.
FIRST_INT: Final = FIRST_NAME + NUM_NAMES

LEXEMES: Final[tuple[str, ...]] = (
    "<eos>",
    "<bos>",
    *_FIXED,
    *(f"p_{i}" for i in range(NUM_NAMES // 2)),
    *(f"l_{i}" for i in range(NUM_NAMES // 2)),
)

# Actions that change the context (which names are visible, which loop is open) come first; the mask
# and the sampler execute only these. The machine executes all of them to emit code.
ACTIONS: Final = (
    *("declare", "for_var", "for_declare", "end_for"),
    *("init", "no_init"),
    *("lv_name", "lv_cell", "lv_cell_name", "load", "store", "inc", "dec"),
    *("const", "negative", "load_name", "load_cell", "load_cell_name", "add", "sub"),
    *("lt", "le", "gt", "ge", "eq", "ne", "truth", "not", "and", "and_end", "or", "or_end"),
    *("if", "else", "end_if"),
    *("for_init", "for_lt", "for_le", "for_gt", "for_ge", "for_up", "for_down", "for_body"),
    *("break", "continue"),
)
# Roles of names: a new name, the name of the loop whose head is open, a name that is assigned, one that is
# read, one that is an index. Then the roles of numbers.
ROLES: Final = ("new", "loop", "target", "value", "index", "cell", "const", "low", "high", "start")

_STATEMENTS = """
stmts{s}    : stmt{s} stmts{s} |
stmt{s}     : assign ';' | for_stmt | if_stmt{s} {jumps}
if_stmt{s}  : 'if' '(' cond ')' @if block{s} else_part{s}
else_part{s}: 'else' @else block{s} @end_if | @end_if
block{s}    : '{{' stmt{s} stmts{s} '}}'
"""
_JUMPS = "| 'break' @break ';' | 'continue' @continue ';'"

GRAMMAR_TEXT: Final = (
    """
body      : decls stmts EOS
decls     : decl decls |
decl      : 'int' NAME.new @declare decl_init ';'
decl_init : '=' decl_value @init | @no_init
decl_value: INT.start @const | '-' INT.start @negative
"""
    + _STATEMENTS.format(s="", jumps="")
    + _STATEMENTS.format(s="_in_loop", jumps=_JUMPS)
    + """
assign    : '++' lvalue @inc | '--' lvalue @dec | lvalue assign_op
assign_op : '=' expr @store | '+=' @load expr @add @store | '-=' @load expr @sub @store
          | '++' @inc | '--' @dec
lvalue    : NAME.target @lv_name | 'a' '[' lv_index ']'
lv_index  : NAME.index @lv_cell_name | INT.cell @lv_cell

# An expression holds at most two + or -, with or without parentheses around one of them.
expr      : operand tail2 | '(' operand tail1_must paren
paren     : ')' tail1 | tail1_must ')'
tail2     : '+' plus_rest | '-' minus_rest |
plus_rest : operand @add tail1 | '(' operand tail1_must ')' @add
minus_rest: operand @sub tail1 | '(' operand tail1_must ')' @sub
tail1     : '+' operand @add | '-' operand @sub |
tail1_must: '+' operand @add | '-' operand @sub
operand   : NAME.value @load_name | 'a' '[' index ']' | INT.const @const | '-' INT.const @negative
index     : NAME.index @load_cell_name | INT.cell @load_cell

cond      : test more_tests
more_tests: '&&' @and test more_and @and_end | '||' @or test more_or @or_end |
more_and  : '&&' @and test more_and @and_end |
more_or   : '||' @or test more_or @or_end |
test      : '!' not_what | compare
not_what  : '(' compare ')' @not | operand @truth @not
compare   : expr relation
relation  : '<' expr @lt | '<=' expr @le | '>' expr @gt | '>=' expr @ge
          | '==' expr @eq | '!=' expr @ne | @truth

for_stmt  : 'for' '(' for_var '=' bound_low @for_init ';' NAME.loop for_rest @for_body block_in_loop @end_for
for_var   : NAME.target @for_var | 'int' NAME.new @for_declare
bound_low : NAME.value @load_name | INT.low @const | '-' INT.low @negative
bound_high: NAME.value @load_name | INT.high @const | '-' INT.high @negative
for_rest  : '<' bound_high @for_lt ';' step_up | '<=' bound_high @for_le ';' step_up
          | '>' bound_high @for_gt ';' step_down | '>=' bound_high @for_ge ';' step_down
step_up   : NAME.loop '++' @for_up ')' | '++' NAME.loop @for_up ')'
step_down : NAME.loop '--' @for_down ')' | '--' NAME.loop @for_down ')'
"""
)

GRAMMAR: Final = Grammar.from_text(GRAMMAR_TEXT, actions=ACTIONS, roles=ROLES)


def _terminals_of_tokens() -> IntArray:
    terminals = np.full(FIRST_INT, -1, dtype=np.int32)
    terminals[EOS] = GRAMMAR.terminals.index("EOS")
    for token, text in enumerate(LEXEMES[:FIRST_NAME]):
        if text in GRAMMAR.terminals:
            terminals[token] = GRAMMAR.terminals.index(text)
    terminals[FIRST_NAME:FIRST_INT] = GRAMMAR.terminals.index("NAME")
    return terminals


# The terminal of each token below FIRST_INT (-1 for BOS, which has none); all other tokens are INT_TERMINAL.
TERMINAL_OF_TOKEN: Final = _terminals_of_tokens()
INT_TERMINAL: Final = GRAMMAR.terminals.index("INT")
NAME_TERMINAL: Final = GRAMMAR.terminals.index("NAME")


def lexeme(token: int) -> str:
    """The text of a token."""
    return LEXEMES[token] if token < FIRST_INT else str(token - FIRST_INT)


def token_of(text: str) -> int:
    """The token of a lexeme, such as `"+="`, `"l_3"` or `"12"`.

    Raises:
        KeyError: not a lexeme of the vocabulary.
    """
    return FIRST_INT + int(text) if text.isdecimal() else _TOKEN_OF[text]


_TOKEN_OF: Final = {text: token for token, text in enumerate(LEXEMES)}
