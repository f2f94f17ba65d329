"""The dialect `lists` of C: its grammar, its vocabulary and its limits, as data (`docs/c-lists.md`).

The first token of a program says what it gives back; the statements of its body follow. Parameters have fixed
names, each a token of its own, and `t` and `u` are lists to work with, so a program declares variables only.
`NAME++` stands as the whole index of a target, or of the one cell that is assigned: it takes effect when the
statement is done, so every sequence of tokens means one thing. `lasynth.domains.c.lists.tokens` writes such a
program as text, and C's own order of effects never matters in it.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from lasynth.domains.c.lists.layout import MAX_LISTS, MAX_NUMBERS
from lasynth.grammar import Grammar, IntArray

__all__ = [
    "ACTIONS",
    "BOS",
    "EOS",
    "FIRST_INT",
    "FIRST_LIST",
    "FIRST_NAME",
    "FIRST_PARAMETER",
    "GRAMMAR",
    "INT_TERMINAL",
    "LEXEMES",
    "LISTS",
    "MAX_LITERAL",
    "MAX_NESTING",
    "NAME_TERMINAL",
    "NUM_NAMES",
    "NUMBERS",
    "LENGTHS",
    "OUT",
    "RESULTS",
    "ROLES",
    "SCRATCH",
    "TERMINAL_OF_TOKEN",
    "lexeme",
    "token_of",
]

# How deep blocks and heads of loops may be nested in one another; a loop counts twice.
MAX_NESTING: Final = 32

# Token numbers. EOS ends every sequence and pads it; BOS starts the model's input.
EOS: Final = 0
BOS: Final = 1
RESULTS: Final = ("<number>", "<list>", "<in place>")
_FIXED: Final = (
    *("int", "for", "while", "if", "else", "break", "continue", "return"),
    *("[", "]", "(", ")", "{", "}", ";", ",", "?", ":"),
    *("=", "+=", "-=", "*=", "/=", "%=", "++", "--"),
    *("+", "-", "*", "/", "%"),
    *("<", "<=", ">", ">=", "==", "!=", "&&", "||", "!"),
)
# The lists: those of the input, that of the output, and two to work with.
LISTS: Final = ("a", "b", "c", "d", "out", "t", "u")
OUT: Final = LISTS.index("out")
SCRATCH: Final = LISTS.index("t")  # the first one
LENGTHS: Final = ("n", "n_b", "n_c", "n_d")
NUMBERS: Final = ("k", "k_1", "k_2", "k_3")
assert len(LENGTHS) == OUT == MAX_LISTS and len(NUMBERS) == MAX_NUMBERS  # as inputs are laid out
NUM_NAMES: Final = 12  # v_0, v_1, ...

FIRST_LIST: Final = 2 + len(RESULTS) + len(_FIXED)
FIRST_PARAMETER: Final = FIRST_LIST + len(LISTS)
FIRST_NAME: Final = FIRST_PARAMETER + len(LENGTHS) + len(NUMBERS)
# Literal n is token FIRST_INT + n, and tokens are 32-bit. A model's vocabulary has an upper limit.
FIRST_INT: Final = FIRST_NAME + NUM_NAMES
MAX_LITERAL: Final = 2**31 - 1 - FIRST_INT

LEXEMES: Final[tuple[str, ...]] = (
    *("<eos>", "<bos>"),
    *RESULTS,
    *_FIXED,
    *LISTS,
    *LENGTHS,
    *NUMBERS,
    *(f"v_{number}" for number in range(NUM_NAMES)),
)

# The machine executes all actions to emit code; the mask only those of `EFFECTS` (mask.py).
ACTIONS: Final = (
    *("number", "list", "in_place", "end"),
    *("declare", "enter", "leave", "init", "no_init"),
    *("to_name", "to_parameter", "to_cell", "to_cell_up", "to_cell_down", "list_written"),
    *("store", "old", "inc", "dec"),
    *("const", "load_name", "load_parameter", "list_read", "load_cell", "load_cell_up", "load_cell_down"),
    *("neg", "not", "add", "sub", "mul", "div", "mod"),
    *("lt", "le", "gt", "ge", "eq", "ne", "and", "and_end", "or", "or_end"),
    *("choose", "otherwise", "choice_end"),
    *("if", "else", "end_if"),
    *("loop", "test", "no_test", "steps", "body", "end_for", "while_body", "end_while"),
    *("break", "continue", "return", "return_nothing"),
)
# Roles of names: a new one, one that is assigned, one that is read.
ROLES: Final = ("new", "target", "value")

# Statements, by what a function gives back (`k`: number, list, place) and inside or outside of a loop.
_STATEMENTS: Final = """
stmts_{k}{s}    : stmt_{k}{s} stmts_{k}{s} |
stmt_{k}{s}     : assign_{k} ';' | decl ';' | for_{k} | while_{k} | if_{k}{s} | 'return' {returned} ';' {jumps}
if_{k}{s}       : 'if' '(' expr ')' @if block_{k}{s} else_part_{k}{s}
else_part_{k}{s}: 'else' @else else_what_{k}{s} @end_if | @end_if
else_what_{k}{s}: block_{k}{s} | if_{k}{s}
block_{k}{s}    : '{{' @enter stmts_{k}{s} '}}' @leave
"""
_JUMPS: Final = "| 'break' @break ';' | 'continue' @continue ';'"
_LOOPS: Final = """
for_{k}   : 'for' @enter '(' first_{k} ';' @loop test ';' @steps steps_{k} ')' @body block_{k}_in_loop @end_for @leave
first_{k} : decl | assigns_{k} |
steps_{k} : assigns_{k} |
assigns_{k}: assign_{k} more_{k}
more_{k}  : ',' assign_{k} more_{k} |
while_{k} : 'while' @loop '(' expr @test ')' @while_body block_{k}_in_loop @end_while
assign_{k}: target_{k} assign_op
target_{k}: NAME.target @to_name | PARAMETER @to_parameter | written_{k} @list_written '[' to_index
"""
_KINDS: Final = {
    "number": ("expr @return", "SCRATCH"),
    "list": ("expr @return", "OUT | SCRATCH"),
    "place": ("@return_nothing", "FIRST | SCRATCH"),
}

GRAMMAR_TEXT: Final = (
    """
program   : body
body      : '<number>' @number stmts_number EOS @end | '<list>' @list stmts_list EOS @end
          | '<in place>' @in_place stmts_place EOS @end
"""
    + "".join(
        _STATEMENTS.format(k=kind, s=s, returned=returned, jumps=jumps)
        for kind, (returned, _) in _KINDS.items()
        for s, jumps in (("", ""), ("_in_loop", _JUMPS))
    )
    + "".join(_LOOPS.format(k=kind) for kind in _KINDS)
    + "".join(f"written_{kind}: {written}\n" for kind, (_, written) in _KINDS.items())
    + """
decl      : 'int' NAME.new @declare init more_decl
more_decl : ',' NAME.new @declare init more_decl |
init      : '=' value @init | @no_init
test      : expr @test | @no_test

assign_op : '=' value @store | '+=' @old value @add @store | '-=' @old value @sub @store
          | '*=' @old value @mul @store | '/=' @old value @div @store | '%=' @old value @mod @store
          | '++' @inc | '--' @dec
to_index  : NAME.value to_name | unnamed tails ']' @to_cell
to_name   : '++' ']' @to_cell_up | '--' ']' @to_cell_down | @load_name tails ']' @to_cell

# What is assigned: an expression, or one cell whose index is counted on.
value     : list '[' index_up | unlisted tails
index_up  : NAME.value name_up | unnamed tails ']' @load_cell tails
name_up   : '++' ']' @load_cell_up | '--' ']' @load_cell_down | @load_name tails ']' @load_cell tails

# An expression, with C's precedence.
expr      : unary tails
tails     : mul_tail add_tail rel_tail eq_tail and_tail or_tail choice
choice    : '?' @choose expr ':' @otherwise expr @choice_end |
or_tail   : '||' @or unary mul_tail add_tail rel_tail eq_tail and_tail @or_end or_tail |
and_tail  : '&&' @and unary mul_tail add_tail rel_tail eq_tail @and_end and_tail |
eq_tail   : '==' unary mul_tail add_tail rel_tail @eq eq_tail | '!=' unary mul_tail add_tail rel_tail @ne eq_tail |
rel_tail  : '<' unary mul_tail add_tail @lt rel_tail | '<=' unary mul_tail add_tail @le rel_tail
          | '>' unary mul_tail add_tail @gt rel_tail | '>=' unary mul_tail add_tail @ge rel_tail |
add_tail  : '+' unary mul_tail @add add_tail | '-' unary mul_tail @sub add_tail |
mul_tail  : '*' unary @mul mul_tail | '/' unary @div mul_tail | '%' unary @mod mul_tail |
unary     : list '[' expr ']' @load_cell | unlisted
unlisted  : NAME.value @load_name | unnamed_one
unnamed   : list '[' expr ']' @load_cell | unnamed_one
unnamed_one: INT @const | PARAMETER @load_parameter | '(' expr ')' | '-' primary @neg | '!' primary @not
primary   : list '[' expr ']' @load_cell | NAME.value @load_name | INT @const | PARAMETER @load_parameter
          | '(' expr ')'
list      : FIRST @list_read | MORE @list_read | OUT @list_read | SCRATCH @list_read
"""
)

GRAMMAR: Final = Grammar.from_text(GRAMMAR_TEXT, actions=ACTIONS, roles=ROLES)


def _terminals_of_tokens() -> IntArray:
    terminals = np.full(FIRST_INT, -1, dtype=np.int32)
    number = {name: index for index, name in enumerate(GRAMMAR.terminals)}
    terminals[EOS] = number["EOS"]
    for token, text in enumerate(LEXEMES[:FIRST_LIST]):
        terminals[token] = number.get(text, terminals[token])
    of_list = ["FIRST", *["MORE"] * (MAX_LISTS - 1), "OUT", *["SCRATCH"] * (len(LISTS) - SCRATCH)]
    terminals[FIRST_LIST:FIRST_PARAMETER] = [number[name] for name in of_list]
    terminals[FIRST_PARAMETER:FIRST_NAME] = number["PARAMETER"]
    terminals[FIRST_NAME:FIRST_INT] = number["NAME"]
    return terminals


# The terminal of each token below FIRST_INT (-1 for BOS, which has none); all other tokens are INT_TERMINAL.
TERMINAL_OF_TOKEN: Final = _terminals_of_tokens()
INT_TERMINAL: Final = GRAMMAR.terminals.index("INT")
NAME_TERMINAL: Final = GRAMMAR.terminals.index("NAME")


def lexeme(token: int) -> str:
    """The text of a token."""
    return LEXEMES[token] if token < FIRST_INT else str(token - FIRST_INT)


def token_of(text: str) -> int:
    """The token of a lexeme, such as `"+="`, `"v_3"` or `"12"`.

    Raises:
        KeyError: not a lexeme of the vocabulary.
    """
    return FIRST_INT + int(text) if text.isdecimal() else _TOKEN_OF[text]


_TOKEN_OF: Final = {text: token for token, text in enumerate(LEXEMES)}
