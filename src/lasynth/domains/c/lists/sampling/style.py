"""Ways to write the same: `while` for `for`, a variable for an element, `x = x + y` for `x += y`.

A program is of one style throughout where people keep to one.
"""

from __future__ import annotations

from typing import Any

from lasynth.domains.c.lists.sampling.draw import Draw
from lasynth.domains.c.lists.sampling.expressions import negated
from lasynth.domains.c.lists.syntax import (
    Assign,
    Binary,
    Break,
    Cell,
    Choice,
    Continue,
    Declaration,
    Expression,
    For,
    If,
    Increment,
    Name,
    Number,
    Return,
    Statement,
    Stepped,
    Unary,
    While,
)

__all__ = ["styled"]


def styled(draw: Draw, statements: tuple[Any, ...]) -> tuple[Any, ...]:
    """The same program in a style that is drawn."""
    return _Style(draw).block(statements)


class _Style:
    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        settings = draw.settings
        self.choice = draw.chance(settings.p_choice)
        self.apart = draw.chance(settings.p_apart)
        self.long = draw.chance(settings.p_long)
        self.waits = draw.chance(settings.p_continue)
        self.named = draw.chance(settings.p_local)
        self.by_while = draw.chance(settings.p_while)

    def block(self, nodes: tuple[Any, ...]) -> tuple[Any, ...]:
        """The statements of one block."""
        done: list[Statement] = []
        for node in nodes:
            done += self.statement(node)
        return tuple(done)

    def statement(self, node: Any) -> tuple[Any, ...]:
        match node:
            case Assign(target, operator, Choice(test, then, otherwise)) if not self.choice:
                if operator in ("+=", "-=") and Number(0) in (then, otherwise):
                    if then == Number(0):
                        test, then = negated(test), otherwise
                    return self.statement(If(test, (Assign(target, operator, then),)))
                first, second = (Assign(target, operator, part) for part in (then, otherwise))
                if operator == "=" and otherwise == target:
                    return self.statement(If(test, (first,)))
                return self.statement(If(test, (first,), (second,)))
            case Declaration(name, Choice(test, then, otherwise)) if not self.choice:
                first = Assign(Name(name), "=", then)
                return (Declaration(name, otherwise), If(test, self.statement(first)))
            case Return(Choice(test, then, otherwise)) if not self.choice:
                return (If(test, (Return(then),)), *self.statement(Return(otherwise)))
            case Assign(Cell(to, Stepped(name, step)), "=", value) if self.apart:
                return (Assign(Cell(to, Name(name)), "=", value), Increment(Name(name), step))
            case Assign(target, "+=" | "-=" as operator, Unary("-", inner)):
                return (Assign(target, "-=" if operator == "+=" else "+=", inner),)
            case Assign(target, "=", Binary("+" | "-" | "*" | "/" | "%" as operator, left, right)) if (
                left == target and not self.long
            ):
                shorter: Any = f"{operator}="
                if right == Number(1) and operator in ("+", "-"):
                    return (Increment(target, "++" if operator == "+" else "--"),)
                return (Assign(target, shorter, right),)
            case Assign(Name() as target, "+=" | "-=" | "*=" as operator, value) if self.long:
                # Of one level only: `x = x - (y - z)` is written rarely.
                if not isinstance(value, Binary):
                    longer: Any = operator[0]
                    return (Assign(target, "=", Binary(longer, target, value)),)
            case If(condition, then, otherwise):
                return (If(condition, self.block(then), self.block(otherwise)),)
            case While(test, body):
                return (While(test, self.block(body)),)
            case For():
                return self.loop(node)
        return (node,)

    def loop(self, node: For) -> tuple[Any, ...]:
        body = self.block(node.body)
        if self.waits:
            body = _waiting(body)
        if self.named and (name := _counted(node)) is not None:
            body = self.with_element(body, name)
        if self.by_while and node.first and node.test is not None and not any(map(_continues, body)):
            return (*node.first, While(node.test, (*body, *node.step)))
        return (For(node.first, node.test, node.step, body),)

    def with_element(self, body: tuple[Any, ...], index: str) -> tuple[Any, ...]:
        """A body in which an element that is read more than once has a variable."""
        for of in ("a", "t"):
            cell = Cell(of, Name(index))
            if _count(body, cell) > 1 and not any(_writes(node, of) for node in body):
                name = self.draw.name()
                return (Declaration(name, cell), *(_replaced(node, cell, Name(name)) for node in body))
        return body


def _waiting(body: tuple[Any, ...]) -> tuple[Any, ...]:
    """`continue` in place of an `if` around the rest of a body."""
    if not body or not isinstance(body[-1], If) or body[-1].otherwise or isinstance(body[-1].then[-1], Break):
        return body
    last = body[-1]
    if isinstance(last.then[-1], Return):
        return body
    return (*body[:-1], If(negated(last.condition), (Continue(),)), *last.then)


def _counted(node: For) -> str | None:
    """The variable that a loop counts with."""
    first = node.first[0] if node.first else None
    return first.name if isinstance(first, Declaration) else None


def _continues(node: Any) -> bool:
    """Whether a statement goes on with the loop around it."""
    if isinstance(node, If):
        return any(map(_continues, (*node.then, *node.otherwise)))
    return isinstance(node, Continue)


def _writes(node: Any, of: str) -> bool:
    """Whether a statement writes to a list."""
    match node:
        case Assign(target, _, _) | Increment(target, _):
            return isinstance(target, Cell) and target.list == of
        case If(_, then, otherwise):
            return any(_writes(inner, of) for inner in (*then, *otherwise))
        case For(first, _, step, body):
            return any(_writes(inner, of) for inner in (*first, *step, *body))
        case While(_, body):
            return any(_writes(inner, of) for inner in body)
    return False


def _count(node: Any, cell: Cell) -> int:
    """How often a cell is read in a statement, an expression, or several."""
    if node == cell:
        return 1
    return sum(_count(part, cell) for part in _parts(node))


def _parts(node: Any) -> tuple[Any, ...]:
    match node:
        case tuple():
            return node
        case Binary(_, left, right):
            return (left, right)
        case Unary(_, inner):
            return (inner,)
        case Choice(test, then, otherwise):
            return (test, then, otherwise)
        case Cell(_, index):
            return (index,)
        case Declaration(_, value) | Return(value):
            return () if value is None else (value,)
        case Assign(target, _, value):
            return (target, value)
        case Increment(target, _):
            return (target,)
        case If(condition, then, otherwise):
            return (condition, then, otherwise)
        case For(first, test, step, body):
            return (first, test, step, body)
        case While(test, body):
            return (test, body)
    return ()


def _replaced(node: Any, cell: Cell, by: Expression) -> Any:
    """A statement or an expression with another expression in place of a cell that it reads."""
    if node == cell:
        return by

    def of(part: Any) -> Any:
        return _replaced(part, cell, by)

    match node:
        case tuple():
            return tuple(map(of, node))
        case Binary(operator, left, right):
            return Binary(operator, of(left), of(right))
        case Unary(operator, inner):
            return Unary(operator, of(inner))
        case Choice(test, then, otherwise):
            return Choice(of(test), of(then), of(otherwise))
        case Cell(name, index):
            return Cell(name, of(index))
        case Declaration(name, value):
            return Declaration(name, of(value))
        case Return(value):
            return Return(of(value))
        case Assign(target, operator, value):
            return Assign(of(target), operator, of(value))
        case If(condition, then, otherwise):
            return If(of(condition), of(then), of(otherwise))
        case For(first, test, step, body):
            return For(of(first), of(test), of(step), of(body))
        case While(test, body):
            return While(of(test), of(body))
    return node
