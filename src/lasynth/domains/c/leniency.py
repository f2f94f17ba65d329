"""C that means the same and that the grammar writes in one way only, brought into that way.

Braces around a single statement, `int x, y;`, and parentheses around one value, around a whole test or
twice around the same: a person writes these, the grammar does not know them. On words that the grammar
takes as they stand, nothing changes. Parentheses are left out only where they are C: around an expression,
in a place where a value or a target may begin. Only nesting beyond `MAX_DEPTH` is refused here: what else
stays wrong is for the parser to say.
"""

from __future__ import annotations

from collections.abc import Sequence

from lasynth.domains.c.grammar import MAX_DEPTH
from lasynth.domains.c.lexer import Word, error_at

__all__ = ["Braces", "to_subset"]

_RELATIONS = frozenset(("<", "<=", ">", ">=", "==", "!="))
_JOINS = frozenset(("&&", "||"))
_BINARY = frozenset(("+", "-", *_RELATIONS, *_JOINS))
_BEFORE_EXPRESSION = frozenset(("=", "+=", "-=", "(", *_RELATIONS, *_JOINS))
_AFTER_EXPRESSION = frozenset((";", ")", *_RELATIONS, *_JOINS))
# Behind these a value begins; behind the others a target or a declared name, which is one name or one cell.
_BEFORE_VALUE = frozenset(("=", "+=", "-=", "(", "[", *_BINARY))
_BEFORE_TARGET = frozenset((";", "{", "}", ")", "else", "++", "--", "int", ""))


def to_subset(source: str, words: Sequence[Word]) -> list[Word]:
    """The words of a body, ended by EOS, with what the grammar wants inserted or left out.

    Args:
        source: the text, to show in errors.
        words: of its body.

    Raises:
        ProgramError: blocks or parentheses are nested deeper than `MAX_DEPTH`.
    """
    return Braces(source, _without_parentheses(source, _declarations_apart(words))).insert()


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


def _without_parentheses(source: str, words: list[Word]) -> list[Word]:
    """Leaves out the pairs of parentheses that mean nothing and that the grammar does not know."""
    kept = [True] * len(words)
    opened: list[int] = []
    for end, word in enumerate(words):
        if word.text == "(":
            if len(opened) == MAX_DEPTH:
                raise error_at(source, word.offset, f"more than {MAX_DEPTH} parentheses inside each other")
            opened.append(end)
        elif word.text == ")":
            if not opened:
                return words
            start = opened.pop()
            inner = [words[i].terminal for i in range(start + 1, end) if kept[i]]
            before = words[start - 1].terminal if start else ""
            after = words[end + 1].terminal
            if _is_expression(inner) and _means_nothing(before, inner, after):
                kept[start] = kept[end] = False
    return [word for word, keep in zip(words, kept, strict=True) if keep]


def _means_nothing(before: str, inner: list[str], after: str) -> bool:
    twice = inner[0] == "(" and inner[-1] == ")" and _depths(inner).count(0) == 2
    if inner == ["NAME"] or (inner[0] == "a" and len(inner) == 4) or twice:
        return before in _BEFORE_VALUE or before in _BEFORE_TARGET
    if inner in (["INT"], ["-", "INT"]):
        return before in _BEFORE_VALUE
    outermost = {text for text, depth in zip(inner, _depths(inner), strict=True) if depth == 0}
    joins = outermost & _JOINS
    if joins:
        # (x && y) && z is x && y && z; a mixture of both operators is not in the grammar.
        return len(joins) == 1 and before in {"(", *joins} and after in {")", *joins}
    if outermost & (_RELATIONS | {"!"}):
        return before in {"(", *_JOINS} and after in {")", *_JOINS}
    return "(" in inner and before in _BEFORE_EXPRESSION and after in _AFTER_EXPRESSION


def _is_expression(inner: list[str]) -> bool:
    """Whether terminals are one expression of C, of the operators that the subset knows."""
    opened: list[str] = []  # the sign that closes each open bracket
    after_value = after_list = False
    for text in inner:
        if after_list:
            if text != "[":
                return False
            opened.append("]")
            after_list = False
        elif after_value:
            if text in _BINARY:
                after_value = False
            elif not opened or opened.pop() != text:
                return False
        elif text == "(":
            opened.append(")")
        elif text == "a":
            after_list = True
        elif text in ("NAME", "INT"):
            after_value = True
        elif text not in ("-", "!"):
            return False
    return after_value and not opened


def _depths(inner: list[str]) -> list[int]:
    """How deep each word stands, a pair of parentheses itself on the level around it."""
    depths, depth = [], 0
    for text in inner:
        depth -= text == ")"
        depths.append(depth)
        depth += text == "("
    return depths


class Braces:
    """Copies the words, with braces inserted around bodies that have none.

    Args:
        source: the text, shown in errors.
        words: of a body.
        heads: the statements with a body.
        chains: whether an `if` stands behind `else` as it is.
    """

    def __init__(
        self, source: str, words: list[Word], heads: Sequence[str] = ("if", "for"), chains: bool = False
    ) -> None:
        self.source = source
        self.words = words
        self.heads = heads
        self.chains = chains
        self.position = 0
        self.copied: list[Word] = []

    def insert(self) -> list[Word]:
        """The words with the braces."""
        while self.position < len(self.words):
            self._statement(0)
        return self.copied

    @property
    def _next(self) -> str:
        """The text of the next word, empty at the end."""
        word = self.words[min(self.position, len(self.words) - 1)]
        return word.text if word.terminal != "EOS" else ""

    def _copy(self) -> str:
        text = self._next
        self.copied.append(self.words[self.position])
        self.position += 1
        return text

    def _statement(self, depth: int) -> None:
        """Copy one statement that stands in so many blocks."""
        if depth > MAX_DEPTH:
            offset = self.words[self.position].offset
            raise error_at(self.source, offset, f"more than {MAX_DEPTH} blocks inside each other")
        first = self._copy()
        if first in self.heads and self._next == "(":
            self._parentheses()
            self._block(depth + 1)
            if first == "if" and self._next == "else":
                self._copy()
                if self.chains and self._next == "if":
                    self._statement(depth + 1)
                else:
                    self._block(depth + 1)
        elif first == "{":
            self._rest_of_block(depth + 1)
        elif first not in (";", "}", ""):
            while self._next not in ("{", "}", ""):
                if self._copy() == ";":
                    break

    def _parentheses(self) -> None:
        depth = 0
        while self._next:
            text = self._copy()
            depth += (text == "(") - (text == ")")
            if depth == 0:
                return

    def _rest_of_block(self, depth: int) -> None:
        while self._next not in ("}", ""):
            self._statement(depth)
        if self._next:
            self._copy()

    def _block(self, depth: int) -> None:
        if self._next in ("{", "}", ";", ""):
            if self._next == "{":
                self._copy()
                self._rest_of_block(depth)
            return
        self.copied.append(Word("{", "{", self.words[self.position].offset, True))
        self._statement(depth)
        last = self.copied[-1]
        self.copied.append(Word("}", "}", last.offset + len(last.text), True))
