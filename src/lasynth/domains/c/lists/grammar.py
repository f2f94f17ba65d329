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
# As inputs are laid out.
assert len(LENGTHS) == OUT == MAX_LISTS
assert len(NUMBERS) == MAX_NUMBERS
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
# Expressions (`e`) are those of a function that has `out`, or of another.
_STATEMENTS: Final = """
stmts_{k}{s}    : stmt_{k}{s} stmts_{k}{s} |
stmt_{k}{s}     : assign_{k} ';' | decl{e} ';' | for_{k} | while_{k} | if_{k}{s}
                | 'return' {returned} ';' {jumps}
if_{k}{s}       : 'if' '(' expr{e} ')' @if block_{k}{s} else_part_{k}{s}
else_part_{k}{s}: 'else' @else else_what_{k}{s} @end_if | @end_if
else_what_{k}{s}: block_{k}{s} | if_{k}{s}
block_{k}{s}    : '{{' @enter stmts_{k}{s} '}}' @leave
"""
_JUMPS: Final = "| 'break' @break ';' | 'continue' @continue ';'"
_LOOPS: Final = """
for_{k}   : 'for' @enter '(' first_{k} ';' @loop test{e} ';' @steps steps_{k} ')' @body rest_of_for_{k}
rest_of_for_{k}: block_{k}_in_loop @end_for @leave
first_{k} : decl{e} | assigns_{k} |
steps_{k} : assigns_{k} |
assigns_{k}: assign_{k} more_{k}
more_{k}  : ',' assign_{k} more_{k} |
while_{k} : 'while' @loop '(' expr{e} @test ')' @while_body block_{k}_in_loop @end_while
assign_{k}: target_{k} assign_op{e}
target_{k}: NAME.target @to_name | PARAMETER @to_parameter | written_{k} @list_written '[' to_index{e}
written_{k}: {written}
"""
_EXPRESSIONS: Final = """
decl{e}      : 'int' NAME.new @declare init{e} more_decl{e}
more_decl{e} : ',' NAME.new @declare init{e} more_decl{e} |
init{e}      : '=' value{e} @init | @no_init
test{e}      : expr{e} @test | @no_test

assign_op{e} : '=' value{e} @store | '+=' @old value{e} @add @store | '-=' @old value{e} @sub @store
             | '*=' @old value{e} @mul @store | '/=' @old value{e} @div @store
             | '%=' @old value{e} @mod @store | '++' @inc | '--' @dec
to_index{e}  : NAME.value to_name{e} | unnamed{e} tails{e} ']' @to_cell
to_name{e}   : '++' ']' @to_cell_up | '--' ']' @to_cell_down | @load_name tails{e} ']' @to_cell

# What is assigned: an expression, or one cell whose index is counted on.
value{e}     : list{e} '[' index_up{e} | unlisted{e} tails{e}
index_up{e}  : NAME.value name_up{e} | unnamed{e} tails{e} ']' @load_cell tails{e}
name_up{e}   : '++' ']' @load_cell_up | '--' ']' @load_cell_down | @load_name tails{e} ']' @load_cell tails{e}

# An expression, with C's precedence.
expr{e}      : unary{e} tails{e}
tails{e}     : mul_tail{e} add_tail{e} rel_tail{e} eq_tail{e} and_tail{e} or_tail{e} choice{e}
choice{e}    : '?' @choose expr{e} ':' @otherwise expr{e} @choice_end |
or_tail{e}   : '||' @or and_term{e} @or_end or_tail{e} |
and_term{e}  : eq_term{e} and_tail{e}
and_tail{e}  : '&&' @and eq_term{e} @and_end and_tail{e} |
eq_term{e}   : rel_term{e} eq_tail{e}
eq_tail{e}   : '==' rel_term{e} @eq eq_tail{e} | '!=' rel_term{e} @ne eq_tail{e} |
rel_term{e}  : add_term{e} rel_tail{e}
rel_tail{e}  : '<' add_term{e} @lt rel_tail{e} | '<=' add_term{e} @le rel_tail{e}
             | '>' add_term{e} @gt rel_tail{e} | '>=' add_term{e} @ge rel_tail{e} |
add_term{e}  : mul_term{e} add_tail{e}
add_tail{e}  : '+' mul_term{e} @add add_tail{e} | '-' mul_term{e} @sub add_tail{e} |
mul_term{e}  : unary{e} mul_tail{e}
mul_tail{e}  : '*' unary{e} @mul mul_tail{e} | '/' unary{e} @div mul_tail{e} | '%' unary{e} @mod mul_tail{e} |
unary{e}     : list{e} '[' expr{e} ']' @load_cell | unlisted{e}
unlisted{e}  : NAME.value @load_name | unnamed_one{e}
unnamed{e}   : list{e} '[' expr{e} ']' @load_cell | unnamed_one{e}
unnamed_one{e}: INT @const | PARAMETER @load_parameter | '(' expr{e} ')'
             | '-' primary{e} @neg | '!' primary{e} @not
primary{e}   : list{e} '[' expr{e} ']' @load_cell | NAME.value @load_name | INT @const
             | PARAMETER @load_parameter | '(' expr{e} ')'
list{e}      : FIRST @list_read | MORE @list_read | SCRATCH @list_read {out}
"""
_KINDS: Final = {
    "number": {"returned": "expr @return", "written": "SCRATCH", "e": ""},
    "list": {"returned": "expr_out @return", "written": "OUT | SCRATCH", "e": "_out"},
    "place": {"returned": "@return_nothing", "written": "FIRST | SCRATCH", "e": ""},
}

GRAMMAR_TEXT: Final = "".join(
    [
        """
program   : body
body      : '<number>' @number stmts_number EOS @end | '<list>' @list stmts_list EOS @end
          | '<in place>' @in_place stmts_place EOS @end
""",
        *(
            _STATEMENTS.format(k=kind, s=s, jumps=jumps, **words)
            for kind, words in _KINDS.items()
            for s, jumps in (("", ""), ("_in_loop", _JUMPS))
        ),
        *(_LOOPS.format(k=kind, **words) for kind, words in _KINDS.items()),
        *(_EXPRESSIONS.format(e=e, out=out) for e, out in (("", ""), ("_out", "| OUT @list_read"))),
    ]
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
