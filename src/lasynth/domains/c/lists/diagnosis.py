"""What to tell the author of a text that is not a program of `lists`: one sentence, in words of C.

The grammar says which terminals could have stood in a place; here they become "a statement" or "';'",
and what people write from the rest of C gets a sentence of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from lasynth.domains.c.diagnosis import BITWISE, TYPES, cut_short
from lasynth.domains.c.diagnosis import unexpected as of_dialect
from lasynth.domains.c.lexer import DECIMAL, KEYWORDS, Word, error_at
from lasynth.domains.c.lists.grammar import MAX_LITERAL
from lasynth.errors import ProgramError

__all__ = ["explain", "unexpected"]

_ABSENT: Final = {
    "do": "no 'do': write a 'while' loop",
    "switch": "no 'switch': write 'if' and 'else'",
    "case": "no 'switch': write 'if' and 'else'",
    "goto": "no 'goto'",
    "sizeof": "no 'sizeof': the length of a list is the parameter behind it",
    "#": "no lines that begin with '#': give the function alone",
    ".": "no structures",
    "->": "no structures",
}
_LISTS: Final = frozenset(("FIRST", "MORE", "OUT", "SCRATCH"))
_OPERAND: Final = _LISTS | {"NAME", "PARAMETER", "INT", "(", "-", "!"}
_STATEMENT: Final = frozenset(("NAME", "PARAMETER", "int", "for", "while", "if", "return"))
_OPERATORS: Final = frozenset(
    (
        *("+", "-", "*", "/", "%"),
        *("<", "<=", ">", ">=", "==", "!=", "&&", "||", "?"),
    )
)
_ASSIGNMENTS: Final = frozenset(("=", "+=", "-=", "*=", "/=", "%=", "++", "--"))
_SHOWN: Final = {
    **dict.fromkeys(_LISTS, "a list"),
    "NAME": "a name",
    "PARAMETER": "a parameter",
    "INT": "a number",
    "EOS": "'}'",
}


def absence(word: Word) -> str:
    """A sentence on a word without terminal: what the dialect does not have, and what to write instead."""
    text = word.text
    if text[0].isdigit():
        if not DECIMAL.fullmatch(text):
            return f"programs have decimal integers only, not {cut_short(text)}"
        return f"{cut_short(text)} is too large: programs have integers up to {MAX_LITERAL}"
    if text == "const":
        return "'const' stands only before a list that is a parameter"
    if text in TYPES:
        return f"programs have no '{text}': every variable is an 'int'"
    if text in BITWISE:
        return f"programs have no '{text}': there are no operations on bits, and no addresses"
    if text in _ABSENT:
        return f"programs have {_ABSENT[text]}"
    if text in KEYWORDS or (len(text) > 1 and text[-1] == "="):
        return f"programs have no '{text}'"
    if text[0] in "\"'":
        return "programs have no text, only integers"
    return f"{text!r} does not belong in a program"


def explain(
    source: str,
    word: Word,
    before: Word | None,
    expected: AbstractSet[str],
    *,
    rules: Sequence[str],
) -> ProgramError:
    """The error on a word that the grammar does not take.

    Args:
        source: the text.
        word: the word; at the end of the body it has the terminal `EOS`.
        before: the word before it, if any.
        expected: the terminals that could have stood there.
        rules: the rules of the grammar that were to go on there, the innermost first.
    """
    sentence = _hint(word, before, expected, rules)
    if word.terminal and sentence:
        return error_at(source, word.offset, sentence)
    return unexpected(source, word, before, _phrases(expected))


def unexpected(source: str, word: Word, before: Word | None, expected: tuple[str, ...]) -> ProgramError:
    """The error on a word that does not fit where it stands, see `lasynth.domains.c.diagnosis.unexpected`."""
    return of_dialect(source, word, before, expected, absence)


def _hint(word: Word, before: Word | None, expected: AbstractSet[str], rules: Sequence[str]) -> str | None:
    """A sentence on what people write because C has it, or because they mistook one sign for another."""
    found, last = word.terminal, before.terminal if before else ""
    statement = expected >= _STATEMENT
    if last in _LISTS and expected == {"["}:
        assert before is not None
        return f"the list is used cell by cell, as {before.text}[0]"
    if statement and found in ("FIRST", "MORE", "OUT"):
        return f"'{word.text}' is an input, which is not written to: write to out, or to int t[64];"
    if statement and found in ("break", "continue"):
        return f"'{found}' stands outside of a loop"
    if statement and found == "{":
        return "a block stands only behind 'if', 'else', 'for' and 'while'"
    if statement and found == ";":
        return "a statement is missing before ';'"
    if found in ("FIRST", "MORE", "OUT", "SCRATCH", "PARAMETER") and expected == {"NAME"}:
        return f"'{word.text}' is declared already"
    if found == ";" and expected == {"{"}:
        return "where nothing is to be done, write { }"
    if found == "[" and last in ("NAME", "PARAMETER"):
        assert before is not None
        return f"'{before.text}' is not a list"
    if found in _OPERATORS and last == "]" and not expected & _OPERATORS:
        return "a cell whose index is counted on stands alone: x = a[i++];"
    if found in ("++", "--"):
        alone = f"'{found}' stands in a statement of its own"
        return f"{alone}, or as a[i{found}] in x = a[i{found}]; and a[i{found}] = x;"
    if found in _ASSIGNMENTS and expected & _OPERATORS:
        if found == "=" and ")" in expected:
            return "'=' assigns; to compare, write '=='"
        return f"'{found}' stands in a statement of its own"
    if found == "==" and "=" in expected:
        return "'==' compares; to assign, write '='"
    if found == "-" and last in ("-", "!"):
        return "a sign stands before one value: write parentheses"
    if found == "!" and last in ("-", "!"):
        return "'!' stands before one value: write parentheses"
    if found == "+" and "INT" in expected:
        return "'+' stands between two values"
    if last == "return" and expected == {";"}:
        return "a function that changes its list in place returns nothing: return;"
    if last == "return" and found == ";":
        return "'return' is followed by the number, or by the length of the list"
    return None


def _phrases(terminals: AbstractSet[str]) -> tuple[str, ...]:
    """The terminals that could stand in a place, in plain words."""
    # Where a statement or an index may end, that is what is missing; operators would only distract.
    for closing in (";", "]", ":"):
        if closing in terminals:
            return (f"'{closing}'",)
    rest = set(terminals)
    found = []
    if ")" in rest:
        found.append("')'")
        rest -= {")", ",", *_OPERATORS}
    if rest >= _STATEMENT:
        found.append("a statement")
        rest -= _STATEMENT | _LISTS | {"break", "continue"}
    if rest >= {"INT", "NAME", "("}:
        found.append("a value")
        rest -= _OPERAND
    rest -= {"else"} if len(rest) > 1 else set()
    if rest and rest <= _OPERAND | _ASSIGNMENTS and rest & _ASSIGNMENTS:
        return (*found, "'='")
    return (*found, *dict.fromkeys(_SHOWN.get(name, f"'{name}'") for name in sorted(rest)))
