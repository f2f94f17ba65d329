"""What to tell the author of a text that is not a program: one sentence, in words of C.

The grammar says which terminals could have stood in a place; here they become "a statement" or "';'",
and what people write from the rest of C gets a sentence of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from lasynth.domains.c.grammar import GRAMMAR
from lasynth.domains.c.lexer import DECIMAL, KEYWORDS, MAX_LITERAL, Word, error_at
from lasynth.errors import ProgramError

__all__ = ["BITWISE", "TYPES", "absence", "cut_short", "explain", "unexpected"]

TYPES = frozenset(
    (
        *("char", "short", "long", "float", "double", "unsigned", "signed", "void", "_Bool", "_Complex"),
        *("const", "static", "struct", "union", "enum", "typedef", "auto", "extern", "register", "volatile"),
    )
)
BITWISE = frozenset(("&", "|", "^", "~", "<<", ">>", "&=", "|=", "^=", "<<=", ">>="))
_ABSENT: Final = {
    "while": "no 'while': write a 'for' loop",
    "do": "no 'do': write a 'for' loop",
    "return": "no 'return' but the one in the last line",
    "switch": "no 'switch': write 'if' and 'else'",
    "case": "no 'switch': write 'if' and 'else'",
    "*": "no '*', neither products nor pointers: there are '+', '-' and a[...]",
    "/": "no division: there are '+' and '-'",
    "%": "no remainder: there are '+' and '-'",
    "?": "no '?': write 'if' and 'else'",
    ",": "no ',': write one statement at a time",
    "#": "no lines that begin with '#': give the function alone",
    ".": "no structures",
    "->": "no structures",
}

_MAX_QUOTED: Final = 20  # characters of a number that a message quotes
_SIGNS, _JOINS = frozenset(("+", "-")), frozenset(("&&", "||"))
_RELATIONS = frozenset(("<", "<=", ">", ">=", "==", "!="))
_STATEMENT = frozenset(("NAME", "a", "++", "--", "for", "if"))
# Sets of terminals that have a name in plain words, the larger ones first.
_GROUPS: Final = (
    (_STATEMENT | {"break", "continue", "int"}, "a declaration or a statement"),
    (_STATEMENT | {"int"}, "a declaration or a statement"),
    (_STATEMENT | {"break", "continue"}, "a statement"),
    (_STATEMENT, "a statement"),
    (frozenset(("!", "(", "NAME", "a", "INT", "-")), "a condition"),
    (frozenset(("(", "NAME", "a", "INT", "-")), "a value"),
    (frozenset(("NAME", "a", "INT", "-")), "a value"),
    (frozenset(("NAME", "INT", "-")), "a variable or a number"),
    (frozenset(("NAME", "INT")), "a variable or a number"),
    (frozenset(("NAME", "a")), "a variable or a cell of the list"),
    (_RELATIONS, "a comparison"),
    (frozenset(("INT", "-")), "a number"),
    (frozenset(("INT",)), "a number"),
    (frozenset(("NAME",)), "a name"),
)


def absence(word: Word) -> str:
    """A sentence on a word without terminal: what the subset does not have, and what to write instead."""
    text = word.text
    if text[0].isdigit():
        if not DECIMAL.fullmatch(text):
            return f"the subset has decimal integers only, not {cut_short(text)}"
        return f"{cut_short(text)} is too large: the subset has integers up to {MAX_LITERAL}"
    if text in TYPES:
        return f"the subset has no '{text}': every variable is an 'int'"
    if text in BITWISE:
        return f"the subset has no '{text}': it has no operations on bits"
    if text in _ABSENT:
        return f"the subset has {_ABSENT[text]}"
    if text in KEYWORDS or (len(text) > 1 and text[-1] == "="):
        return f"the subset has no '{text}'"
    if text[0] in "\"'":
        return "the subset has no text, only integers"
    return f"{text!r} does not belong in a program"


def explain(
    source: str,
    word: Word,
    before: Word | None,
    expected: AbstractSet[str],
    *,
    rules: Sequence[str],
    end: str,
) -> ProgramError:
    """The error on a word that the grammar does not take.

    Args:
        source: the text.
        word: the word; at the end of the text it is empty.
        before: the word before it, if any.
        expected: the terminals of `GRAMMAR` that could have stood there.
        rules: the rules of the grammar that were to go on there, the innermost first.
        end: what the end of the body is called.
    """
    sentence = _hint(word, before, expected, rules)
    if word.terminal and sentence:
        return error_at(source, word.offset, sentence)
    return unexpected(source, word, before, _phrases(expected, end))


def unexpected(
    source: str,
    word: Word,
    before: Word | None,
    expected: tuple[str, ...],
    absent: Callable[[Word], str] = absence,
) -> ProgramError:
    """The error on a word that does not fit where it stands.

    Args:
        source: the text.
        word: the word; one that is at the end of the text has no text of its own.
        before: the word before it, if any.
        expected: what could have stood there, in plain words.
        absent: a sentence on a word that the dialect does not have.
    """
    if word.text and not word.terminal:
        return error_at(source, word.offset, absent(word))
    what, offset = f"found '{word.text}'" if word.text else "found the end of the text", word.offset
    if before:
        what += f" after '{before.text}'"
        end = before.offset + len(before.text)
        # What is missing at the end of a line is shown there, not on the next line.
        if "\n" in source[end:offset]:
            offset = end
    return error_at(source, offset, what, expected)


def cut_short(text: str) -> str:
    """A number as a message quotes it."""
    return text if len(text) <= _MAX_QUOTED else f"{text[:_MAX_QUOTED]}..."


def _hint(word: Word, before: Word | None, expected: AbstractSet[str], rules: Sequence[str]) -> str | None:
    """A sentence on what people write because C has it, or because they mistook one sign for another."""
    found, last = word.terminal, before.terminal if before else ""
    if "for" in expected:
        if found == "int":
            return "declarations stand before the first statement"
        if found in ("break", "continue"):
            return f"'{found}' stands outside of a loop"
        if found == "{":
            return "a block stands only behind 'if', 'else' and 'for'"
    if found == "EOS" and word.text == "return" and expected <= {"{"}:
        return "the subset has no 'return' but the one in the last line"
    if expected == {"NAME", "INT"} and found == "-":
        return "an index is not negative"
    if expected == {"NAME", "INT"} or (found in _SIGNS and "]" in expected):
        return "an index is one variable or one number"
    if found in _SIGNS and ";" in expected and rules[0].startswith("for"):
        return "the limits of a loop are one variable or one number each"
    if found in _SIGNS and ";" in expected and rules[0].startswith("decl"):
        return "a declaration sets a variable to one number"
    if (found in _SIGNS and expected & {";", ")"}) or (found == "(" and last in _SIGNS):
        return "an expression has at most two '+' or '-'"
    if found in _JOINS and expected & _JOINS:
        return "the subset does not mix '&&' and '||' in one condition"
    if found in _JOINS and ")" in expected and "not_what" in rules:
        return "'!' negates one value or one comparison, so nothing joined by '&&' or '||'"
    if found in _RELATIONS | _JOINS and ";" in expected:
        return "a comparison stands only in an 'if' and in the head of a 'for'"
    if found in _RELATIONS and ")" in expected:
        return "a test has one comparison: join two with '&&' or '||', negate one as !(x < y)"
    if found == "=" and "==" in expected:
        return "'=' assigns; to compare, write '=='"
    if found == "==" and "=" in expected:
        return "'==' compares; to assign, write '='"
    if found in ("NAME", "a") and last == "-" and expected == {"INT"}:
        return f"only a number has a sign: write 0 - {word.text}{'[...]' if found == 'a' else ''}"
    if found in ("+=", "-=", "=") and rules[0] in ("step_up", "step_down"):
        return "a loop counts in steps of one, by '++' or '--'"
    if found == "a" and rules[0] in ("decl", "for_var"):
        return f"'{word.text}' is the name of the list already"
    if before and last == "a" and expected == {"["}:
        return f"the list is used cell by cell, as {before.text}[0]"
    return None


def _phrases(terminals: AbstractSet[str], end: str) -> tuple[str, ...]:
    """The terminals that could stand in a place, in plain words.

    Args:
        terminals: of `GRAMMAR`, at least one.
        end: what the end of the body is called.
    """
    # Where a statement or an index may end, that is what is missing; operators would only distract.
    for closing in (";", "]"):
        if closing in terminals:
            return (f"'{closing}'",)
    rest = set(terminals)
    if rest == {"{"}:  # a body without braces is as good
        rest = set(_STATEMENT)
    found = []
    if ")" in rest:
        found.append("')'")
        rest -= {")", "+", "-", "&&", "||"}
    if rest > {"else"}:
        rest -= {"else"}
    for group, phrase in _GROUPS:
        if group <= rest:
            found.append(phrase)
            rest -= group
    if "EOS" in rest:
        found.append(end)
    return (*found, *(f"'{name}'" for name in GRAMMAR.terminals if name in rest - {"EOS"}))
