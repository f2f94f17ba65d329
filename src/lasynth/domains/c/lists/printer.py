"""Programs of `lists` as text: a whole C function that compiles as it is.

The style is that of C programmers: an opening brace stands at the end of its line, every block has braces,
the indent is four spaces, and there are parentheses where the precedence asks for them. There is one way to
print a tree, so equal trees give equal text.
"""

from __future__ import annotations

from typing import Final, assert_never

from lasynth.domains.c.lists.layout import MAX_CELLS
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
    Kind,
    Name,
    Number,
    Program,
    Result,
    Return,
    Room,
    Statement,
    Stepped,
    Unary,
    While,
)

__all__ = ["PRECEDENCE", "Printer", "format_program", "signature"]

_INDENT: Final = "    "
# How strongly operators bind; a choice binds least.
PRECEDENCE: Final = {
    **dict.fromkeys(("||",), 1),
    **dict.fromkeys(("&&",), 2),
    **dict.fromkeys(("==", "!="), 3),
    **dict.fromkeys(("<", "<=", ">", ">="), 4),
    **dict.fromkeys(("+", "-"), 5),
    **dict.fromkeys(("*", "/", "%"), 6),
}
_COMPARISONS: Final = (PRECEDENCE["=="], PRECEDENCE["<"])
_UNARY: Final = 7
_CHOICE: Final = 0


def format_program(program: Program) -> str:
    """The program as a C function, ended by a newline; its names are printed as they are."""
    return Printer().program(program)


def signature(program: Program) -> str:
    """The head of a function, such as `int f(const int a[], int n)`."""
    shown = []
    may_change = program.result == Result.IN_PLACE  # the first list
    for parameter in program.parameters:
        if parameter.kind in (Kind.LENGTH, Kind.NUMBER):
            shown.append(f"int {parameter.name}")
        else:
            changes = parameter.kind == Kind.OUT or may_change
            may_change = may_change and parameter.kind != Kind.LIST
            shown.append(f"{'' if changes else 'const '}int {parameter.name}[]")
    returned = "void" if program.result == Result.IN_PLACE else "int"
    return f"{returned} {program.function}({', '.join(shown) or 'void'})"


class Printer:
    """Prints the parts of a program; `lasynth.domains.c.lists.instrumented` prints some in its own way."""

    def program(self, program: Program) -> str:
        """See `format_program`."""
        body = [_INDENT + line for line in self.statements(program.statements)]
        return "\n".join([f"{signature(program)} {{", *body, "}"]) + "\n"

    def statements(self, nodes: tuple[Statement, ...]) -> list[str]:
        """The lines of statements."""
        return [line for node in nodes for line in self.statement(node)]

    def block(self, nodes: tuple[Statement, ...]) -> list[str]:
        """The lines of statements in a block, and its end."""
        return [*(_INDENT + line for line in self.statements(nodes)), "}"]

    def statement(self, node: Statement) -> list[str]:
        """The lines of a statement."""
        match node:
            case Declaration() | Assign() | Increment():
                return [f"{self.simple(node)};"]
            case Room(name):
                return [f"int {name}[{MAX_CELLS}];"]
            case For(_, _, _, body):
                return [f"{self.head(node)} {{", *self.block(body)]
            case While(test, body):
                return [f"while ({self.test(test)}) {{", *self.block(body)]
            case If():
                return self.branch(node)
            case Break():
                return ["break;"]
            case Continue():
                return ["continue;"]
            case Return(value):
                return ["return;" if value is None else f"return {self.expression(value)};"]
            case _:
                assert_never(node)

    def branch(self, node: If) -> list[str]:
        """The lines of a branch; one that stands alone behind `else` is not in a block."""
        lines = [f"if ({self.expression(node.condition)}) {{", *self.block(node.then)]
        if not node.otherwise:
            return lines
        if len(node.otherwise) == 1 and isinstance(node.otherwise[0], If):
            first, *rest = self.branch(node.otherwise[0])
            return [*lines[:-1], f"}} else {first}", *rest]
        return [*lines[:-1], "} else {", *self.block(node.otherwise)]

    def head(self, node: For) -> str:
        """The first line of a loop, but for its brace."""
        first = ", ".join(map(self.simple, node.first))
        if node.first and isinstance(node.first[0], Declaration):
            # One `int` for all of them.
            first = "int " + ", ".join(self.simple(one).removeprefix("int ") for one in node.first)
        test, step = self.test(node.test), ", ".join(map(self.simple, node.step))
        return f"for ({first};{' ' if test else ''}{test};{' ' if step else ''}{step})"

    def test(self, node: Expression | None) -> str:
        """The test of a loop."""
        return "" if node is None else self.expression(node)

    def simple(self, node: Declaration | Assign | Increment) -> str:
        """A statement that may stand in the head of a loop."""
        match node:
            case Declaration(name, value):
                return f"int {name}" if value is None else f"int {name} = {self.expression(value)}"
            case Assign(target, operator, value):
                return f"{self.expression(target)} {operator} {self.expression(value)}"
            case Increment(target, operator):
                return f"{self.expression(target)}{operator}"
            case _:
                assert_never(node)

    def expression(self, node: Expression | Stepped, least: int = 0) -> str:
        """The text of an expression, in parentheses where it binds less than `least`."""
        match node:
            case Name(name):
                return name
            case Number(value):
                return f"{value:d}" if value >= 0 or least <= _UNARY else f"({value:d})"
            case Stepped(name, operator):
                return f"{name}{operator}"
            case Cell(name, index):
                return f"{name}[{self.expression(index)}]"
            case Unary(operator, inner):
                # A sign stands before one value, and -(-x) is not --x.
                text = f"{operator}{self.expression(inner, _UNARY + 1)}"
                return f"({text})" if least > _UNARY else text
            case Choice(test, then, otherwise):
                text = (
                    f"{self.expression(test, _CHOICE + 1)} ? {self.expression(then)} : "
                    f"{self.expression(otherwise)}"
                )
                return f"({text})" if least > _CHOICE else text
            case Binary(operator, left, right):
                binds = PRECEDENCE[operator]
                before = self.expression(left, _least(operator, left, binds))
                text = f"{before} {operator} {self.expression(right, _least(operator, right, binds + 1))}"
                return f"({text})" if least > binds else text
            case _:
                assert_never(node)


def _least(operator: str, operand: Expression, usual: int) -> int:
    """How strongly an operand must bind to stand without parentheses.

    `&&` in `||`, comparisons of comparisons and `!x` in a comparison have them although C asks for none:
    compilers warn of them.
    """
    compares = PRECEDENCE[operator] in _COMPARISONS
    if isinstance(operand, Unary) and operand.operator == "!" and compares:
        return _UNARY + 1
    if not isinstance(operand, Binary):
        return usual
    if operator == "||" and operand.operator == "&&":
        return PRECEDENCE["&&"] + 1
    return PRECEDENCE["+"] if compares and PRECEDENCE[operand.operator] in _COMPARISONS else usual
