"""Maps statements of Csmith, as pycparser reads them, to statements of the subset.

The structure is kept: loops, branches, their nesting, redundant statements. The details are drawn anew:
constants, operators other than `+` and `-`, limits of loops, indices. What the subset lacks is left out or
replaced by the nearest construct; `docs/csmith.md` lists the rules.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Final, Literal, TypeAlias

from lasynth.domains.c.grammar import FIRST_NAME, FIRST_OTHER_NAME
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
    Test,
)
from lasynth.domains.random import Stream, draw_below

__all__ = ["Mapping", "Node", "Scope", "assigns_a_cell", "blocks_of", "kind_of", "nodes_in"]

Node: TypeAlias = Any  # of pycparser, which has no types
_Value: TypeAlias = Name | Number | Cell

_MAX_NAMES: Final = FIRST_OTHER_NAME - FIRST_NAME
_MAX_OPERATIONS: Final = 2
_MAX_TESTS: Final = 3
_RELATIONS: Final = ("<", "<=", ">", ">=", "==", "!=")
_UNNAMED: Final = "i"  # the variable of a loop that counts a cell in Csmith's program


@dataclass(frozen=True, slots=True)
class Scope:
    """What is known of a function before its statements are mapped.

    Attributes:
        globals: names of the scalars declared outside the function.
        arrays: names of the arrays visible in it.
        num_cells: length of the list.
        max_constant: the largest absolute value of a constant.
    """

    globals: frozenset[str]
    arrays: frozenset[str]
    num_cells: int
    max_constant: int


def kind_of(node: Node) -> str:
    """The name of a node's class, such as `"For"`; pycparser is loaded only where text is parsed."""
    return type(node).__name__


def nodes_in(node: Node) -> Iterator[Node]:
    """A node and all nodes below it, in the order of the text."""
    yield node
    for _, child in node.children():
        yield from nodes_in(child)


def blocks_of(node: Node) -> list[Sequence[Node]]:
    """The blocks inside a statement: the body of a loop, the branches of an `if`; none for others."""
    children = {"For": ("stmt",), "If": ("iftrue", "iffalse")}.get(kind_of(node), ())
    return [_items(getattr(node, child)) for child in children if getattr(node, child) is not None]


def assigns_a_cell(statements: Sequence[Statement]) -> bool:
    """Whether a cell of the list is assigned anywhere."""
    for statement in statements:
        match statement:
            case Assign(Cell()) | Increment(Cell()):
                return True
            case For(body=body) if assigns_a_cell(body):
                return True
            case If(then=then, otherwise=otherwise) if assigns_a_cell((*then, *otherwise)):
                return True
    return False


class Mapping:
    """The mapping of some statements of a function, which become one program.

    Args:
        nodes: all of these statements; each name in them is mapped to a variable or to a cell.
        scope: the scope of their function.
        stream: the random stream for the choices; changed in place.
    """

    def __init__(self, nodes: Sequence[Node], scope: Scope, stream: Stream) -> None:
        self.scope = scope
        self.stream = stream
        self.loops: list[str] = []  # the variables of the loops around a statement
        everything = [inner for node in nodes for inner in nodes_in(node)]
        self.counting = {_counted(node) for node in everything if kind_of(node) == "For"} - {None}
        self.places: dict[str, Name | Cell] = {}
        num_names = 0
        for node in everything:
            if kind_of(node) != "ID" or node.name in self.places or node.name in scope.arrays:
                continue
            if node.name in self.counting:
                self.places[node.name] = Name(node.name)
                continue
            # Csmith's result is in its globals, ours in the list, so half of the globals become cells.
            is_cell = num_names == _MAX_NAMES or (node.name in scope.globals and self.below(2) == 0)
            self.places[node.name] = self.any_cell() if is_cell else Name(node.name)
            num_names += not is_cell

    def program(self, nodes: Sequence[Node]) -> Program:
        """The statements as a program, which declares their variables, each with a constant."""
        statements = self.block(nodes)
        names = dict.fromkeys(_names_in(statements))
        return Program(tuple(Declaration(name, self.constant().value) for name in names), statements)

    def below(self, limit: int) -> int:
        """A number from 0 to `limit - 1`."""
        return int(draw_below(self.stream, limit))

    def constant(self) -> Number:
        """A constant in place of one of Csmith's."""
        largest = self.scope.max_constant
        return Number(self.below(2 * largest + 1) - largest)

    def any_cell(self) -> Cell:
        """A random cell with a literal index."""
        return Cell(Number(self.below(self.scope.num_cells)))

    # Statements.

    def block(self, nodes: Sequence[Node]) -> tuple[Statement, ...]:
        """The mapped statements of a block."""
        return tuple(statement for node in nodes for statement in self.statement(node))

    def statement(self, node: Node) -> tuple[Statement, ...]:
        """One mapped statement; nothing for declarations, returns, calls and `goto`."""
        match kind_of(node):
            case "Compound":
                return self.block(_items(node))
            case "Label":
                return self.statement(node.stmt)
            case "For":
                return self.loop(node)
            case "If":
                return self.branch(node)
            case "Assignment":
                return self.assignment(node)
            case "UnaryOp" if node.op in ("++", "--", "p++", "p--"):
                target = self.target(node.expr)
                operator: Literal["++", "--"] = "++" if "++" in node.op else "--"
                return () if target is None else (Increment(target, operator, prefix=node.op[0] != "p"),)
            case "Break" if self.loops:
                return (Break(),)
            case "Continue" if self.loops:
                return (Continue(),)
        return ()

    def assignment(self, node: Node) -> tuple[Statement, ...]:
        """`=`, `+=` and `-=` are kept; the operator of any other assignment becomes `+` or `-`."""
        target = self.target(node.lvalue)
        if target is None:
            return ()
        if node.op == "=":
            return (Assign(target, "=", self.expression(node.rvalue, _MAX_OPERATIONS)),)
        operator: Literal["+=", "-="] = "+=" if self.sign(node.op[0]) == "+" else "-="
        return (Assign(target, operator, self.expression(node.rvalue, _MAX_OPERATIONS - 1)),)

    def branch(self, node: Node) -> tuple[Statement, ...]:
        """An `if`; left out where both branches are empty."""
        condition = self.condition(node.cond)
        then = self.block(_items(node.iftrue))
        otherwise = self.block(_items(node.iffalse))
        if then:
            return (If(condition, then, otherwise),)
        # No block of the subset is empty: an else alone is kept where the test can be negated.
        if otherwise and isinstance(condition, Comparison):
            return (If(Not(Parenthesized(condition)), otherwise),)
        return ()

    def loop(self, node: Node) -> tuple[Statement, ...]:
        """A `for`: Csmith's direction and kind of relation, limits within the list, steps of 1."""
        if kind_of(node.stmt) != "Compound":
            return ()  # Csmith fills a declared array this way; the list already has values
        variable = _counted(node) or f"{_UNNAMED}{len(self.loops)}"
        relation, step = getattr(node.cond, "op", ""), getattr(node.next, "op", "")
        # A step computed by a call does not show its direction; the relation does.
        up = "+" in step or ("-" not in step and relation not in (">", ">="))
        strict = relation in ("<", ">")
        last = self.scope.num_cells - 1
        low, high = sorted((self.below(last + 1), self.below(last + 1)))
        prefix = kind_of(node.next) == "UnaryOp" and node.next.op[0] != "p"
        self.loops.append(variable)
        body = self.block(_items(node.stmt))
        self.loops.pop()
        if not body:
            return ()
        if up:
            bound = Number(high + strict)
            return (For(variable, Number(low), "<" if strict else "<=", bound, "++", body, prefix=prefix),)
        bound = Number(low - strict)
        return (For(variable, Number(high), ">" if strict else ">=", bound, "--", body, prefix=prefix),)

    # Values.

    def target(self, node: Node) -> Name | Cell | None:
        """The target of an assignment; None where the subset cannot express it."""
        value = self.value(node) if kind_of(node) in ("ID", "ArrayRef", "UnaryOp", "Cast") else None
        return None if isinstance(value, Number) else value

    def value(self, node: Node) -> _Value:
        """A leaf: a variable, a cell, a newly drawn constant. A pointer stands for what it points to."""
        match kind_of(node):
            case "ID":
                return self.any_cell() if node.name in self.scope.arrays else self.places[node.name]
            case "ArrayRef":
                return self.cell(node)
            case "UnaryOp" | "Cast":
                return self.value(node.expr)
        return self.constant()

    def cell(self, node: Node) -> Cell:
        """`array[index]`: the index is a loop variable where the original reads one, else a literal."""
        read = [inner.name for inner in nodes_in(node) if kind_of(inner) == "ID"]
        within = [name for name in read if name in self.loops]
        if not within and self.loops and any(name not in self.scope.arrays for name in read):
            within = self.loops  # in place of another variable: only loop variables are sure to be in range
        return Cell(Name(within[self.below(len(within))])) if within else self.any_cell()

    def sign(self, operator: str) -> Literal["+", "-"]:
        """`+` and `-` are kept; any other operator becomes one of them at random."""
        if operator in ("+", "-"):
            return "+" if operator == "+" else "-"
        return "+" if self.below(2) == 0 else "-"

    def expression(self, node: Node, most: int) -> Expression:
        """A value with at most `most` of Csmith's operations; the others are cut off."""
        node = _bare(node)
        parts = _operands(node)
        if parts is None:
            return self.value(node)
        operator, left, right = parts
        if most == 0:
            return self.expression(left if self.below(2) == 0 else right, 0)
        on_left, on_right = (_operands(_bare(side)) is not None for side in (left, right))
        goes_left = on_left and not (on_right and self.below(2))
        first = self.expression(left, most - 1 if goes_left else 0)
        second = self.expression(right, 0 if goes_left else most - 1)
        whole = Binary(self.sign(operator), first, second)
        if isinstance(first, Parenthesized) or isinstance(second, Parenthesized):
            return whole
        return Parenthesized(whole)  # as Csmith writes them

    def condition(self, node: Node) -> Condition:
        """A condition: tests joined by one operator, at most three of them."""
        node = _bare(node, kept="!")
        if kind_of(node) != "BinaryOp" or node.op not in ("&&", "||"):
            return self.test(node, _MAX_OPERATIONS)
        tests = _joined(node, node.op)[:_MAX_TESTS]
        return Logical(node.op, tuple(self.test(test, 0) for test in tests))

    def test(self, node: Node, most: int) -> Test:
        """A comparison, a negation, or a value that is true unless 0."""
        node = _bare(node, kept="!")
        if kind_of(node) == "BinaryOp" and node.op in _RELATIONS:
            goes_left = self.below(2) == 0
            left = self.expression(node.left, most if goes_left else 0)
            return Comparison(node.op, left, self.expression(node.right, 0 if goes_left else most))
        if kind_of(node) == "UnaryOp" and node.op == "!":
            inner = self.test(node.expr, 0)
            if isinstance(inner, Comparison):
                return Not(Parenthesized(inner))
            return Not(inner) if isinstance(inner, Name | Number | Cell) else inner  # !!x is x
        return self.expression(node, most)


def _items(node: Node) -> Sequence[Node]:
    """The statements of a block, or the one statement that stands for a block."""
    if node is None:
        return ()
    return (node.block_items or ()) if kind_of(node) == "Compound" else (node,)


def _counted(node: Node) -> str | None:
    """The variable of a loop's head; None where it is not a plain variable."""
    if kind_of(node.init) != "Assignment" or kind_of(node.init.lvalue) != "ID":
        return None
    return str(node.init.lvalue.name)


def _bare(node: Node, *, kept: str = "") -> Node:
    """A value without casts and unary operators, except the kept one; for an assignment, its value."""
    while kind_of(node) in ("Cast", "UnaryOp", "Assignment"):
        if kind_of(node) == "UnaryOp" and node.op == kept:
            break
        node = node.rvalue if kind_of(node) == "Assignment" else node.expr
    return node


def _operands(node: Node) -> tuple[str, Node, Node] | None:
    """The operator and sides of a binary operation, or of a call with two arguments; None for a leaf."""
    if kind_of(node) == "BinaryOp":
        return node.op, node.left, node.right
    if kind_of(node) == "FuncCall" and node.args is not None and len(node.args.exprs) == 2:
        name = getattr(node.name, "name", "")  # safe_add_func_int32_t_s_s(x, y) is x + y
        operator = {"safe_add": "+", "safe_sub": "-"}.get(name[:8], "")
        return operator, *node.args.exprs
    return None


def _joined(node: Node, operator: str) -> list[Node]:
    node = _bare(node, kept="!")
    if kind_of(node) == "BinaryOp" and node.op == operator:
        return [*_joined(node.left, operator), *_joined(node.right, operator)]
    return [node]


def _names_in(part: Any) -> Iterator[str]:
    """The variables of statements, with repetitions."""
    if isinstance(part, tuple):
        for item in part:
            yield from _names_in(item)
    elif isinstance(part, Name):
        yield part.name
    elif is_dataclass(part):
        if isinstance(part, For):
            yield part.variable
        for field in fields(part):
            yield from _names_in(getattr(part, field.name))
