"""C that means the same and that the grammar writes in one way only, brought into that way.

Braces around a single statement, `int x, y;`, and parentheses around one value, around a whole test or
twice around the same: a person writes these, the grammar does not know them. On words that the grammar
takes as they stand, nothing changes. Nothing is refused here: what stays wrong is for the parser to say.
"""

from __future__ import annotations

from collections.abc import Sequence

from lasynth.domains.c.lexer import Word

__all__ = ["to_subset"]

_RELATIONS = frozenset(("<", "<=", ">", ">=", "==", "!="))
_JOINS = frozenset(("&&", "||"))
_BEFORE_EXPRESSION = frozenset(("=", "+=", "-=", "(", *_RELATIONS, *_JOINS))
_AFTER_EXPRESSION = frozenset((";", ")", *_RELATIONS, *_JOINS))


def to_subset(words: Sequence[Word]) -> list[Word]:
    """The words of a body, ended by EOS, with what the grammar wants inserted or left out."""
    return _Braces(_without_parentheses(_declarations_apart(words))).insert()


def _declarations_apart(words: Sequence[Word]) -> list[Word]:
    """`int x, y;` as `int x; int y;`."""
    apart: list[Word] = []
    declaring, depth = False, 0
    for word in words:
        depth += (word.text == "(") - (word.text == ")")
        declaring = depth == 0 and word.text != ";" and (declaring or word.text == "int")
        if word.text == "," and declaring:
            apart += [Word(";", ";", word.offset, True), Word("int", "int", word.offset, True)]
        else:
            apart.append(word)
    return apart


def _without_parentheses(words: list[Word]) -> list[Word]:
    """Leaves out the pairs of parentheses that mean nothing and that the grammar does not know."""
    kept = [True] * len(words)
    opened: list[int] = []
    for end, word in enumerate(words):
        if word.text == "(":
            opened.append(end)
        elif word.text == ")":
            if not opened:
                return words
            start = opened.pop()
            inner = [words[i].terminal for i in range(start + 1, end) if kept[i]]
            before = words[start - 1].terminal if start else ""
            after = words[end + 1].terminal
            if before not in ("if", "for", "NAME", "!") and _means_nothing(before, inner, after):
                kept[start] = kept[end] = False
    return [word for word, keep in zip(words, kept, strict=True) if keep]


def _means_nothing(before: str, inner: list[str], after: str) -> bool:
    if inner in (["NAME"], ["INT"], ["-", "INT"]) or (len(inner) == 4 and inner[:2] == ["a", "["]):
        return True
    if inner[:1] == ["("] and inner[-1:] == [")"] and _depths(inner).count(0) == 2:
        return True
    outermost = {text for text, depth in zip(inner, _depths(inner), strict=True) if depth == 0}
    joins = outermost & _JOINS
    if joins:
        # (x && y) && z is x && y && z; a mixture of both operators is not in the grammar.
        return len(joins) == 1 and before in {"(", *joins} and after in {")", *joins}
    if outermost & (_RELATIONS | {"!"}):
        return before in {"(", *_JOINS} and after in {")", *_JOINS}
    return "(" in inner and before in _BEFORE_EXPRESSION and after in _AFTER_EXPRESSION


def _depths(inner: list[str]) -> list[int]:
    """How deep each word stands, a pair of parentheses itself on the level around it."""
    depths, depth = [], 0
    for text in inner:
        depth -= text == ")"
        depths.append(depth)
        depth += text == "("
    return depths


class _Braces:
    """Copies the words, with braces inserted around bodies that have none."""

    def __init__(self, words: list[Word]) -> None:
        self.words = words
        self.position = 0
        self.copied: list[Word] = []

    def insert(self) -> list[Word]:
        while self.position < len(self.words):
            self.statement()
        return self.copied

    @property
    def next(self) -> str:
        """The text of the next word, empty at the end."""
        word = self.words[min(self.position, len(self.words) - 1)]
        return word.text if word.terminal != "EOS" else ""

    def copy(self) -> str:
        text = self.next
        self.copied.append(self.words[self.position])
        self.position += 1
        return text

    def statement(self) -> None:
        first = self.copy()
        if first in ("if", "for") and self.next == "(":
            self.parentheses()
            self.block()
            if first == "if" and self.next == "else":
                self.copy()
                self.block()
        elif first == "{":
            while self.next not in ("}", ""):
                self.statement()
            if self.next:
                self.copy()
        elif first not in (";", "}", ""):
            while self.next not in ("{", "}", ""):
                if self.copy() == ";":
                    break

    def parentheses(self) -> None:
        depth = 0
        while self.next:
            text = self.copy()
            depth += (text == "(") - (text == ")")
            if depth == 0:
                return

    def block(self) -> None:
        if self.next in ("{", "}", ";", ""):
            if self.next == "{":
                self.statement()
            return
        self.copied.append(Word("{", "{", self.words[self.position].offset, True))
        self.statement()
        last = self.copied[-1]
        self.copied.append(Word("}", "}", last.offset + len(last.text), True))
