"""Programs as text: a whole C function, in the style of the paper's Fig. 5.

The text compiles as it is. Braces are on lines of their own, every block has them, and the indent is four
spaces. There is one way to print a tree, so equal trees give equal text.
"""

from __future__ import annotations

from dataclasses import dataclass

from lasynth.domains.c.syntax import (
    Assign,
    Binary,
    Break,
    Cell,
    Comparison,
    Condition,
    Continue,
    Declaration,
    Expression,
    For,
    If,
    Increment,
    Logical,
    Name,
    Not,
    Number,
    Parenthesized,
    Program,
    Statement,
)

__all__ = ["format_body", "format_program"]

_INDENT = "    "


def format_program(program: Program, *, loop_test: str = "{}", opaque: str = "{}") -> str:
    """The program as a C function, ended by a newline.

    Args:
        program: its names are printed as they are.
        loop_test: the template for the test of a loop; `{}` is its usual text.
        opaque: the template for every sum and for a constant on its left; the target of `+=` or `-=` is read
            through it first. A build with sanitizers puts calls in both templates.
    """
    printer = _Printer(program.list_name, loop_test, opaque)
    lines = [
        f"int * {program.function}(int {program.list_name}[])",
        "{",
        *(_INDENT + line for line in printer.body(program)),
        f"{_INDENT}return {program.list_name};",
        "}",
    ]
    return "\n".join(lines) + "\n"


def format_body(program: Program) -> str:
    """The declarations and statements alone, without frame and indentation."""
    return "".join(line + "\n" for line in _Printer(program.list_name).body(program))


@dataclass(frozen=True, slots=True)
class _Printer:
    list_name: str
    loop_test: str = "{}"
    opaque: str = "{}"

    def body(self, program: Program) -> list[str]:
        return [*map(self.declaration, program.declarations), *self.statements(program.statements)]

    def declaration(self, node: Declaration) -> str:
        return f"int {node.name};" if node.value is None else f"int {node.name} = {node.value:d};"

    def statements(self, nodes: tuple[Statement, ...]) -> list[str]:
        return [line for node in nodes for line in self.statement(node)]

    def block(self, nodes: tuple[Statement, ...]) -> list[str]:
        return ["{", *(_INDENT + line for line in self.statements(nodes)), "}"]

    def statement(self, node: Statement) -> list[str]:
        match node:
            case Assign(target, operator, value):
                line = f"{self.expression(target)} {operator} {self.expression(value)};"
                if operator != "=" and self.opaque != "{}":
                    # C does not say whether the target or the value is read first; this fixes the order.
                    line = f"{self.opaque.format(self.expression(target))}, {line}"
                return [line]
            case Increment(target, operator, prefix):
                return [self.step(self.expression(target), operator, prefix) + ";"]
            case For():
                return [self.head(node), *self.block(node.body)]
            case If(condition, then, otherwise):
                lines = [f"if ({self.condition(condition)})", *self.block(then)]
                return [*lines, "else", *self.block(otherwise)] if otherwise else lines
            case Break():
                return ["break;"]
            case Continue():
                return ["continue;"]

    def head(self, node: For) -> str:
        first = f"{'int ' if node.declares else ''}{node.variable} = {self.expression(node.start)}"
        test = self.loop_test.format(f"{node.variable} {node.relation} {self.expression(node.bound)}")
        return f"for ({first}; {test}; {self.step(node.variable, node.step, node.prefix)})"

    def step(self, target: str, operator: str, prefix: bool) -> str:
        return operator + target if prefix else target + operator

    def condition(self, node: Condition) -> str:
        match node:
            case Logical(operator, tests):
                return f" {operator} ".join(map(self.condition, tests))
            case Not(inner):
                return "!" + self.condition(inner)
            case Comparison(operator, left, right):
                return f"{self.expression(left)} {operator} {self.expression(right)}"
            case _:
                return self.expression(node)

    def expression(self, node: Expression) -> str:
        match node:
            case Name(name):
                return name
            case Number(value):
                return f"{value:d}"
            case Cell(index):
                return f"{self.list_name}[{self.expression(index)}]"
            case Parenthesized(inner):
                return f"({self.condition(inner)})"
            case Binary(operator, left, right):
                # Only a tree built by hand has a bare sum on the right: x - (y + z) needs parentheses.
                after = self.expression(Parenthesized(right) if isinstance(right, Binary) else right)
                before = self.expression(left)
                if isinstance(left, Number):
                    before = self.opaque.format(before)
                return self.opaque.format(f"{before} {operator} {after}")
