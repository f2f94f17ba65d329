"""The head of a function of `lists`, and what the names in it stand for.

A body is read with the names of its author; each word of it that is a parameter, or a list declared to work
with, has the terminal that the grammar has for such.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from lasynth.domains.c.lexer import Word, check_name, error_at
from lasynth.domains.c.lists.diagnosis import unexpected
from lasynth.domains.c.lists.grammar import LENGTHS, LISTS, NUMBERS, OUT, SCRATCH
from lasynth.domains.c.lists.layout import MAX_CELLS, MAX_LISTS, MAX_NUMBERS
from lasynth.domains.c.lists.syntax import Kind, Parameter, Result
from lasynth.errors import ProgramError

__all__ = ["Frame", "lexemes_of", "unframe", "wrong_tail"]

_SHAPE: Final = (
    "a program is one function: int f(const int a[], int n) for a number, "
    "void f(int a[], int n) to change a list in place, or "
    "int f(const int a[], int n, int out[]) for another list"
)
_TERMINALS: Final = {
    **dict(zip(LISTS, ["FIRST", *["MORE"] * (MAX_LISTS - 1), "OUT", "SCRATCH", "SCRATCH"], strict=True)),
    **dict.fromkeys((*LENGTHS, *NUMBERS), "PARAMETER"),
}


@dataclass(frozen=True, slots=True)
class Frame:
    """The parts of a text.

    Attributes:
        function: its name.
        result: what the function gives back.
        parameters: in the order of the text.
        rooms: the names of the lists declared to work with.
        body: the words between the braces; the last one ends the body and has the terminal `EOS`. Names that
            are not variables have the terminal of what they are.
        lexemes: for each such name the lexeme of the vocabulary.
        before: the word before the body.
        tail: the words behind it.
    """

    function: str
    result: Result
    parameters: tuple[Parameter, ...]
    rooms: tuple[str, ...]
    body: tuple[Word, ...]
    lexemes: dict[str, str]
    before: Word
    tail: tuple[Word, ...]


def lexemes_of(parameters: Sequence[Parameter], rooms: Sequence[str]) -> dict[str, str]:
    """For each name that is no variable its lexeme: parameters are numbered within their kind."""
    lexemes: dict[str, str] = {}
    num_lists = num_numbers = 0
    for parameter in parameters:
        match parameter.kind:
            case Kind.LIST:
                lexemes[parameter.name] = LISTS[num_lists]
                num_lists += 1
            case Kind.LENGTH:
                lexemes[parameter.name] = LENGTHS[num_lists - 1]
            case Kind.NUMBER:
                lexemes[parameter.name] = NUMBERS[num_numbers]
                num_numbers += 1
            case Kind.OUT:
                lexemes[parameter.name] = LISTS[OUT]
    return lexemes | {name: LISTS[SCRATCH + number] for number, name in enumerate(rooms)}


def unframe(source: str, words: Sequence[Word]) -> Frame:
    """Take a text apart.

    Args:
        source: the text, shown in errors.
        words: the words of the text, ended by EOS.

    Raises:
        ProgramError: the head is not that of a program, or a list is not declared as it must be.
    """
    reader = _Reader(source, words)
    result, function, parameters = reader.head()
    start = reader.position
    assert reader.before is not None
    end = start + _length_of_body(words[start:])
    body, rooms = _without_rooms(source, words[start:end], {one.name for one in parameters})
    lexemes = lexemes_of(parameters, rooms)
    named = [
        replace(word, terminal=_TERMINALS[lexemes[word.text]]) if word.text in lexemes else word
        for word in body
    ]
    named.append(replace(words[end], terminal="EOS"))
    return Frame(
        function, result, parameters, rooms, tuple(named), lexemes, reader.before, tuple(words[end:])
    )


def _length_of_body(words: Sequence[Word]) -> int:
    """The number of words up to the `}` that ends the body, else to the end of the text."""
    depth = 0
    for position, word in enumerate(words):
        depth += (word.text == "{") - (word.text == "}")
        if depth < 0:
            return position
    return len(words) - 1


def _without_rooms(source: str, words: Sequence[Word], taken: set[str]) -> tuple[list[Word], tuple[str, ...]]:
    """The words of a body without the declarations of lists, and the names of these."""
    kept: list[Word] = []
    rooms: list[str] = []
    position = depth = 0
    while position < len(words):
        word = words[position]
        depth += (word.text in "{(" and word.text != "") - (word.text in "})" and word.text != "")
        texts = [one.text for one in words[position : position + 6]]
        if not (
            len(texts) > 2
            and texts[0] == "int"
            and texts[2] == "["
            and words[position + 1].terminal == "NAME"
        ):
            kept.append(word)
            position += 1
            continue
        name = words[position + 1]
        check_name(source, name)
        if depth > 0:
            raise error_at(source, word.offset, "a list is declared outside of blocks")
        if texts[3:6] != [str(MAX_CELLS), "]", ";"]:
            what = f"a list to work with has {MAX_CELLS} cells and no values at first"
            raise error_at(source, name.offset, f"{what}: int {name.text}[{MAX_CELLS}];")
        if name.text in taken or name.text in rooms or any(one.text == name.text for one in kept):
            raise error_at(source, name.offset, f"'{name.text}' is declared or used already")
        if len(rooms) == len(LISTS) - SCRATCH:
            raise error_at(source, name.offset, f"a program has at most {len(rooms)} lists to work with")
        rooms.append(name.text)
        position += 6
    return kept, tuple(rooms)


class _Reader:
    """Reads words one after the other, and raises an error for an unexpected one."""

    def __init__(self, source: str, words: Sequence[Word]) -> None:
        self.source = source
        self.words = words
        self.before: Word | None = None
        self.position = 0

    @property
    def word(self) -> Word:
        return self.words[self.position]

    def take(self) -> str:
        self.before = self.word
        self.position += 1
        return self.before.text

    def expect(self, text: str) -> None:
        if self.word.text != text:
            raise unexpected(self.source, self.word, self.before, (f"'{text}'",))
        self.take()

    def name(self, what: str) -> Word:
        word = self.word
        if word.terminal != "NAME":
            raise unexpected(self.source, word, self.before, (what,))
        check_name(self.source, word)
        self.take()
        return word

    def head(self) -> tuple[Result, str, tuple[Parameter, ...]]:
        """Read `int f(const int a[], int n) {`: the result, the function's name, the parameters."""
        first = self.word
        if first.text not in ("", "void", "const", "static", "inline") and not first.terminal:
            raise unexpected(self.source, first, None, ())
        if not self.begins_function():
            raise error_at(self.source, first.offset, _SHAPE)
        returns = self.take()
        function = self.name("the name of the function")
        if function.text == "main":
            raise error_at(self.source, function.offset, "C keeps the name 'main': give the function another")
        self.expect("(")
        found: list[tuple[Word, bool, bool]] = []  # the name, whether it is a list, whether it is const
        if self.word.text == "void":
            self.take()
        elif self.word.text != ")":
            found.append(self.parameter())
            while self.word.text == ",":
                self.take()
                found.append(self.parameter())
        self.expect(")")
        self.expect("{")
        names = [word.text for word, _, _ in found]
        for number, (word, _, _) in enumerate(found):
            if word.text in names[:number] or word.text == function.text:
                raise error_at(self.source, word.offset, f"'{word.text}' is declared already")
        result, parameters = self.kinds(returns, found, first)
        return result, function.text, parameters

    def begins_function(self) -> bool:
        """Whether a function may begin here; `int x = 0;` is the beginning of a body without its head."""
        first, *rest = self.words[self.position : self.position + 3]
        named = first.text in ("int", "void") and bool(rest) and rest[0].terminal == "NAME"
        return named and rest[-1].text not in ("=", ";", ",", "[")

    def parameter(self) -> tuple[Word, bool, bool]:
        const = self.word.text == "const"
        if const:
            self.take()
        self.expect("int")
        if self.word.text == "const":
            self.take()
            const = True
        if self.word.text == "*":
            self.take()
            return self.name("the name of a list"), True, const
        name = self.name("the name of a parameter")
        if self.word.text != "[":
            return name, False, const
        self.take()
        if self.word.terminal == "INT":
            self.take()
        self.expect("]")
        return name, True, const

    def kinds(
        self, returns: str, found: list[tuple[Word, bool, bool]], first: Word
    ) -> tuple[Result, tuple[Parameter, ...]]:
        """What the function gives back, and the kind of each parameter."""
        has_out = bool(found) and found[-1][1] and not found[-1][2] and returns == "int"
        result = Result.IN_PLACE if returns == "void" else Result.LIST if has_out else Result.NUMBER
        parameters: list[Parameter] = []
        for number, (word, is_list, const) in enumerate(found):
            after_list = bool(parameters) and parameters[-1].kind == Kind.LIST
            if not is_list:
                kind = Kind.LENGTH if after_list else Kind.NUMBER
            elif has_out and number == len(found) - 1:
                kind = Kind.OUT
            else:
                kind = Kind.LIST
            if after_list and is_list:
                raise error_at(
                    self.source, word.offset, "behind each list stands its length: const int a[], int n"
                )
            if kind == Kind.LIST and result == Result.IN_PLACE:
                is_first = all(one.kind != Kind.LIST for one in parameters)
                if is_first and const:
                    what = f"'{word.text}' is const, so nothing can be given back"
                    raise error_at(self.source, word.offset, what)
                if not is_first and not const:
                    what = f"the first list is changed in place, others are const: const int {word.text}[]"
                    raise error_at(self.source, word.offset, what)
            parameters.append(Parameter(word.text, kind))
        if parameters and parameters[-1].kind == Kind.LIST:
            raise error_at(self.source, found[-1][0].offset, "behind each list stands its length: int n")
        kinds = [one.kind for one in parameters]
        for kind, most in ((Kind.LIST, MAX_LISTS), (Kind.NUMBER, MAX_NUMBERS)):
            if kinds.count(kind) > most:
                raise error_at(self.source, first.offset, f"more than {most} {kind.value}s as parameters")
        if result == Result.IN_PLACE and Kind.LIST not in kinds:
            raise error_at(
                self.source, first.offset, "a function that gives nothing back changes a list in place"
            )
        return result, tuple(parameters)


def wrong_tail(source: str, frame: Frame) -> ProgramError | None:
    """The error on what follows a body, where that is not the end of the function and the text."""
    closing, *rest = frame.tail
    if closing.text != "}":
        return unexpected(source, closing, frame.body[-2] if len(frame.body) > 1 else frame.before, ("'}'",))
    if rest[0].terminal != "EOS":
        return unexpected(source, rest[0], closing, ("the end of the program",))
    return None
