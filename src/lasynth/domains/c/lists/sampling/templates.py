"""Idioms as C with holes, and how a program gets one.

The text of an idiom is the body of a function of `a`, `n`, `b`, `n_b` that returns its result, or writes to
`out` and returns the length, or changes `a`. Words in capitals are holes: `COND(a[i], i)` becomes a condition
on that element, `VALUE(a[i], i)` a value made of it, `INDEX` a parameter that is an index, or a constant
(`lasynth.domains.c.lists.sampling.fillings`). A hole that stands twice in a text is filled once; `COND_2` is
a further `COND`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from lasynth.domains.c.lists.parser import parse
from lasynth.domains.c.lists.sampling.draw import Draw, Unfit
from lasynth.domains.c.lists.sampling.expressions import binary
from lasynth.domains.c.lists.sampling.settings import RANGES
from lasynth.domains.c.lists.syntax import (
    Assign,
    Binary,
    Cell,
    Choice,
    Declaration,
    Expression,
    For,
    If,
    Increment,
    Name,
    Number,
    Program,
    Return,
    Room,
    Statement,
    Stepped,
    Unary,
    While,
)

__all__ = ["Fill", "Idiom", "Piece", "Places", "instantiate"]

# Fills a hole of some name and arguments.
Fill = Callable[[Draw, str, tuple[Any, ...], "Places"], Expression]

_HOLE: Final = re.compile(r"\b[A-Z]{2,}(?:_\d)?\b(\()?")
_WORD: Final = re.compile(r"\b[a-z]\w*\b")
_HEADS: Final = {
    "number": "int f(const int a[], int n, const int b[], int n_b)",
    "list": "int f(const int a[], int n, const int b[], int n_b, int out[])",
    "place": "void f(int a[], int n, const int b[], int n_b)",
}
_GIVEN: Final = frozenset(("a", "n", "b", "n_b", "out", "t", "u"))
# What `<` becomes where an idiom is turned around.
_FLIPPED: Final = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Idiom:
    """A way to do something with lists, as people write it.

    Attributes:
        name: what it is called.
        text: C with holes.
        weight: how often it is drawn, relative to the others that could be.
        flips: whether it may be turned around by exchanging `<` and `>`.
        least: cells that a list must have.
        is_sorted, has_repeats, not_negative, same_length: of the lists it is for (`Recipe`).
        longest: cells that a list may have.
        of_digits: whether, where there are no lists, its values are digits.
        is_extreme: whether the number that it finds is the largest or the smallest one.
    """

    name: str
    text: str
    weight: float = 1.0
    flips: bool = False
    least: int = 0
    is_sorted: bool = False
    has_repeats: bool = False
    not_negative: bool = False
    same_length: bool = False
    longest: int = 64
    of_digits: bool = False
    is_extreme: bool = False


@dataclass(frozen=True, slots=True)
class Places:
    """What the lists of an idiom are in the program in the making.

    Attributes:
        source, length: the list it reads and its length; in place, what it changes.
        target: the list that it writes.
        names: further names, with what stands for them.
    """

    source: str = "a"
    length: Expression = Name("n")  # noqa: RUF009 - it cannot change
    target: str = "out"
    names: Mapping[str, Expression] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Piece:
    """An idiom with its holes filled.

    Attributes:
        statements: what it does.
        result: what it returns at its end; None in place, and where it returns nothing there.
        returns: whether it returns from within, too.
    """

    statements: tuple[Any, ...]
    result: Expression | None
    returns: bool


@dataclass(frozen=True, slots=True)
class _Template:
    """An idiom's text as a tree; a hole is a name in it."""

    statements: tuple[Any, ...]
    holes: dict[str, tuple[str, tuple[Any, ...]]]  # by name: what it is called, and its arguments
    returns: bool


@cache
def _template(text: str, result: str, given: tuple[str, ...] = ()) -> _Template:
    holes: dict[str, tuple[str, tuple[Any, ...]]] = {}
    plain = _without_holes(text, holes, {})
    declared = " ".join(f"int {name};" for name in (*given, *holes))
    program = parse(f"{_HEADS[result]} {{ {declared} {plain} }}")
    rooms = [node for node in program.statements if isinstance(node, Room)]
    body = program.statements[len(rooms) + len(given) + len(holes) :]
    inner = body[:-1] if body and isinstance(body[-1], Return) else body
    return _Template((*rooms, *body), holes, any(_returns(node) for node in inner))


def _without_holes(text: str, holes: dict[str, tuple[str, tuple[Any, ...]]], names: dict[str, str]) -> str:
    """A text with a name in place of each hole; adds to `holes`, and to the `names` of texts of holes."""
    pieces, position = [], 0
    while (found := _HOLE.search(text, position)) is not None:
        end = found.end()
        if found[1]:
            depth = 1
            while depth:
                depth += (text[end] == "(") - (text[end] == ")")
                end += 1
        hole = text[found.start() : end]
        if hole not in names:
            called, _, arguments = hole.partition("(")
            inner = _expressions(_without_holes(arguments[:-1], holes, names))
            names[hole] = f"hole_{len(names)}"
            holes[names[hole]] = called.rstrip("_123456789"), inner
        pieces += [text[position : found.start()], names[hole]]
        position = end
    return "".join(pieces) + text[position:]


def _expressions(text: str) -> tuple[Any, ...]:
    """The arguments of a hole."""
    if not text:
        return ()
    words = sorted(set(_WORD.findall(text)) - _GIVEN)
    declared = " ".join(f"int {word};" for word in words)
    parts = " ".join(f"return {part};" for part in _split(text))
    rooms = " ".join(f"int {room}[64];" for room in ("t", "u") if re.search(rf"\b{room}\b", text))
    program: Program = parse(f"{_HEADS['list']} {{ {rooms} {declared} {parts} }}")
    return tuple(node.value for node in program.statements if isinstance(node, Return))


def _split(text: str) -> list[str]:
    """What stands between the commas outside of brackets."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _returns(node: Any) -> bool:
    match node:
        case Return():
            return True
        case If(_, then, otherwise):
            return any(map(_returns, (*then, *otherwise)))
        case For(_, _, _, body) | While(_, body):
            return any(map(_returns, body))
    return False


def instantiate(draw: Draw, idiom: Idiom, result: str, places: Places, fill: Fill) -> Piece:
    """The statements of an idiom in a program.

    Args:
        draw: of the program.
        idiom: which one; what it asks of inputs is noted.
        result: `"number"`, `"list"` or `"place"`.
        places: what its lists are.
        fill: fills the holes.

    Raises:
        Unfit: it needs something that the program has not.
    """
    template = _template(idiom.text, result, tuple(places.names))
    recipe = draw.recipe
    recipe.is_sorted |= idiom.is_sorted
    recipe.has_repeats |= idiom.has_repeats
    recipe.same_length |= idiom.same_length
    recipe.longest = min(recipe.longest, idiom.longest)
    if idiom.of_digits and recipe.num_lists == 0:
        recipe.range = RANGES.index((0, 9))
    if idiom.not_negative:
        recipe.not_negative = True
    turned = idiom.flips and draw.chance(draw.settings.p_flip)
    copier = _Copier(draw, template, places, fill, turned)
    statements = copier.statements(template.statements)
    value = None
    if statements and isinstance(statements[-1], Return):
        value = statements[-1].value
        statements = statements[:-1]
    return Piece(statements, value, template.returns)


class _Copier:
    """Copies a template with the names of the program, and its holes filled."""

    def __init__(self, draw: Draw, template: _Template, places: Places, fill: Fill, turned: bool) -> None:
        self.draw = draw
        self.holes = template.holes
        self.filled: dict[str, Expression] = {}
        self.fill = fill
        self.turned = turned
        self.names: dict[str, Expression] = {"n": places.length, "n_b": Name("n_b"), **places.names}
        self.lists = {"a": places.source, "b": "b", "out": places.target}
        self.places = places

    def statements(self, nodes: Sequence[Any]) -> tuple[Any, ...]:
        """Copies; what a filling needs to have before it stands before the statement."""
        done: list[Statement] = []
        before = self.draw.before
        for node in nodes:
            self.draw.before = []
            copied = self.statement(node)
            if self.draw.before:
                if isinstance(node, For | While):
                    raise Unfit  # it would have to stand in the head of a loop
                done += self.draw.before
            done.append(copied)
        self.draw.before = before
        return tuple(done)

    def statement(self, node: Any) -> Any:
        kind = type(node)
        if kind is Assign:
            return Assign(self.expression(node.target), node.operator, self.expression(node.value))
        if kind is Increment:
            return Increment(self.expression(node.target), node.operator)
        if kind is If:
            condition = self.expression(node.condition)
            return If(condition, self.statements(node.then), self.statements(node.otherwise))
        if kind is Declaration:
            value = None if node.value is None else self.expression(node.value)
            self.names[node.name] = name = Name(self.draw.name())
            return Declaration(name.name, value)
        if kind is For:
            # A name of the head may have been another's before.
            first = tuple(map(self.statement, node.first))
            test = None if node.test is None else self.expression(node.test)
            step = tuple(map(self.statement, node.step))
            return For(first, test, step, self.statements(node.body))
        if kind is While:
            return While(self.expression(node.test), self.statements(node.body))
        if kind is Return:
            return Return(None if node.value is None else self.expression(node.value))
        if kind is Room:
            self.lists[node.name] = room = self.room(node.name)
            return Room(room)
        return node  # break, continue

    def room(self, name: str) -> str:
        """A list to work with that is not taken."""
        taken = (self.places.source, self.places.target)
        free = [one for one in ("t", "u") if one not in taken and one not in self.lists.values()]
        if not free:
            raise Unfit
        return name if name in free else free[0]

    def expression(self, node: Any) -> Any:
        kind = type(node)
        if kind is Name:
            if node.name in self.holes:
                return self.hole(node.name)
            return self.names[node.name]
        if kind is Number:
            return node
        if kind is Cell:
            return Cell(self.lists[node.list], self.expression(node.index))
        if kind is Binary:
            operator: Any = _FLIPPED.get(node.operator, node.operator) if self.turns(node) else node.operator
            return binary(operator, self.expression(node.left), self.expression(node.right))
        if kind is Stepped:
            name = self.names[node.name]
            assert isinstance(name, Name)
            return Stepped(name.name, node.operator)
        if kind is Unary:
            inner = self.expression(node.inner)
            return Number(-inner.value) if isinstance(inner, Number) else Unary(node.operator, inner)
        assert kind is Choice
        test, then = self.expression(node.test), self.expression(node.then)
        return Choice(test, then, self.expression(node.otherwise))

    def turns(self, node: Binary) -> bool:
        """Whether a comparison is turned around: one of values, not of indices."""
        return self.turned and _of_values(node)

    def hole(self, name: str) -> Expression:
        if name not in self.filled:
            called, arguments = self.holes[name]
            copied = tuple(self.expression(argument) for argument in arguments)
            self.filled[name] = self.fill(self.draw, called, copied, self.places)
        return self.filled[name]


def _of_values(node: Binary) -> bool:
    """Whether the left side of a comparison is a value: a cell, or a variable called as one."""
    left = node.left
    return isinstance(left, Cell) or (isinstance(left, Name) and left.name in ("x", "y", "best", "second"))
