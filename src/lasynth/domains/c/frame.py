"""The frame around a body: `int * NAME(int LIST[]) {` before it, `return LIST; }` after it.

The frame is the same for every program, so the grammar leaves it out; a text may leave it out as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lasynth.domains.c.diagnosis import unexpected
from lasynth.domains.c.lexer import Word, check_name, error_at

__all__ = ["Frame", "check_tail", "unframe"]

_SHAPE = "a program is one function of the form int * NAME(int a[]) { ... return a; }"


@dataclass(frozen=True, slots=True)
class Frame:
    """The parts of a text.

    Attributes:
        function, list_name: the names in the header, or `func_1` and `a` without a header.
        body: the words between the braces. The list's name has the terminal `a`; the last word is the one
            that ends the body and has the terminal `EOS`.
        tail: the words from there on; the last one is the end of the text.
        before: the word before the body, if any.
        framed: whether there is a header.
    """

    function: str
    list_name: str
    body: tuple[Word, ...]
    tail: tuple[Word, ...]
    before: Word | None
    framed: bool


def unframe(source: str, words: Sequence[Word]) -> Frame:
    """Find the body in a text. `check_tail` checks the tail later, so that the first error is reported.

    Args:
        source: the text, shown in errors.
        words: the words of the text, ended by EOS.

    Raises:
        ProgramError: the header is not valid.
    """
    header = _Reader(source, words)
    framed = _begins_function(words)
    function, list_name = header.header() if framed else ("func_1", "a")
    start = header.position
    end = start + _body_length(words[start:])
    body = [replace(word, terminal="a") if word.text == list_name else word for word in words[start:end]]
    body.append(replace(words[end], terminal="EOS"))
    return Frame(function, list_name, tuple(body), tuple(words[end:]), header.before, framed)


def check_tail(source: str, frame: Frame) -> None:
    """Check that what follows the body is the end of the frame.

    Raises:
        ProgramError: it is something else.
    """
    last = frame.body[-2] if len(frame.body) > 1 else frame.before
    tail = _Reader(source, frame.tail, last)
    if frame.framed or tail.word.text == "return":
        tail.expect("return", shown=f"return {frame.list_name};")
        tail.expect(frame.list_name)
        tail.expect(";")
    if frame.framed:
        tail.expect("}")
    if tail.word.terminal != "EOS":
        raise unexpected(source, tail.word, tail.before, ("the end of the program",))


def _begins_function(words: Sequence[Word]) -> bool:
    """Whether a text begins like a C function of any type."""
    texts = [word.text for word in words[:4]]
    opening = texts.index("(") if "(" in texts[2:] else -1
    return texts[:2] == ["int", "*"] or (opening > 0 and words[opening - 1].terminal == "NAME")


def _body_length(words: Sequence[Word]) -> int:
    """The number of words up to the `return` or the `}` that ends the body, else to the end of the text."""
    depth = 0
    for position, word in enumerate(words):
        if depth == 0 and word.text == "return":
            return position
        depth += (word.text == "{") - (word.text == "}")
        if depth < 0:
            return position
    return len(words) - 1


class _Reader:
    """Reads words one after the other, and raises an error for an unexpected one."""

    def __init__(self, source: str, words: Sequence[Word], before: Word | None = None) -> None:
        self.source = source
        self.words = words
        self.before = before
        self.position = 0

    @property
    def word(self) -> Word:
        return self.words[self.position]

    def take(self) -> str:
        self.before = self.word
        self.position += 1
        return self.before.text

    def expect(self, text: str, *, shown: str | None = None) -> None:
        if self.word.text != text:
            raise unexpected(self.source, self.word, self.before, (f"'{shown or text}'",))
        self.take()

    def name(self, what: str) -> str:
        if self.word.terminal != "NAME":
            raise unexpected(self.source, self.word, self.before, (what,))
        check_name(self.source, self.word)
        return self.take()

    def header(self) -> tuple[str, str]:
        if [word.text for word in self.words[:2]] != ["int", "*"]:
            raise error_at(self.source, self.word.offset, _SHAPE)
        self.take()
        self.take()
        if self.word.text == "main":
            raise error_at(
                self.source, self.word.offset, "C keeps the name 'main': give the function another"
            )
        function = self.name("the name of the function")
        self.expect("(")
        self.expect("int", shown="int a[]")
        if self.word.text == "*":
            self.take()
            list_name = self.name("the name of the list")
        else:
            list_name = self.name("the name of the list")
            self.expect("[")
            if self.word.terminal == "INT" and self.word.text != "0":
                self.take()
            self.expect("]")
        if self.word.text == ",":
            raise error_at(self.source, self.word.offset, _SHAPE)
        self.expect(")")
        self.expect("{")
        return function, list_name
