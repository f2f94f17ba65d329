"""Affine maps of a list, and two of them behind a condition, written as programs of restricted C.

Cells are assigned one after the other, in an order in which no cell is overwritten while another still
needs its old value. Where cells need each other, as in a swap, a value is kept in a variable. An expression
of the subset has at most three operands, so a long sum continues with `+=` and `-=`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

__all__ = ["MAX_LITERAL", "RELATIONS", "Comparison", "Condition", "straight_line", "two_branches"]

_MAX_VARIABLES = 8  # l_0 .. l_7
_MAX_OPERANDS = 3
MAX_LITERAL: Final = 2**31 - 1  # of a program's numbers

# In conditions that are searched for, a relation is its number here.
RELATIONS: Final = ("<", ">", "<=", ">=", "==", "!=")
_OPPOSITES: Final = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}

Rows = Sequence[Sequence[int]]
# An operand: whether it is added (else subtracted), and its text.
_Operand = tuple[bool, str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A comparison of one or two cells with the sum of none to two cells and a number.

    Attributes:
        left: the cells on the left.
        relation: one of `RELATIONS`.
        right: the cells on the right.
        number: what is added there.
    """

    left: tuple[int, ...]
    relation: str
    right: tuple[int, ...] = ()
    number: int = 0

    def text(self, *, negated: bool = False) -> str:
        """The comparison, or its opposite, in C."""
        left, right = (" + ".join(f"a[{cell}]" for cell in cells) for cells in (self.left, self.right))
        if not right:
            right = str(self.number)
        elif self.number:
            right += f" {'-' if self.number < 0 else '+'} {abs(self.number)}"
        return f"{left} {_OPPOSITES[self.relation] if negated else self.relation} {right}"


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison, or several of which all must hold, or one.

    Attributes:
        comparisons: one at least.
        either: whether one is enough.
    """

    comparisons: tuple[Comparison, ...]
    either: bool = False

    @property
    def cells(self) -> set[int]:
        """The cells that it reads."""
        return {cell for one in self.comparisons for cell in (*one.left, *one.right)}

    def text(self, *, negated: bool = False) -> str:
        """The condition, or its opposite, in C."""
        between = " || " if self.either != negated else " && "
        return between.join(one.text(negated=negated) for one in self.comparisons)


def straight_line(weights: Rows, offset: Sequence[int]) -> str | None:
    """The text of a program that maps a list `a` to `weights @ a + offset`.

    Args:
        weights: N rows of N integers.
        offset: N integers.

    Returns:
        A complete function that compiles as it is, or None where it would need too many variables.
    """
    if max((abs(value) for value in offset), default=0) > MAX_LITERAL:
        return None
    lines, kept = _statements(weights, offset, range(len(offset)))
    return _function(lines, kept)


def two_branches(
    condition: Condition, then: tuple[Rows, Sequence[int]], otherwise: tuple[Rows, Sequence[int]]
) -> str | None:
    """The text of a program with one `if`, of an affine map in each branch.

    Cells that both maps treat alike are assigned before the `if` or behind it, where that is possible.

    Args:
        condition: chooses the branch; it reads the list as it is given.
        then: weights and offset where the condition holds.
        otherwise: weights and offset where it does not.

    Returns:
        As `straight_line`.
    """
    num_cells = len(then[1])
    if max(abs(value) for _, offset in (then, otherwise) for value in offset) > MAX_LITERAL:
        return None
    apart = [j for j in range(num_cells) if (then[0][j], then[1][j]) != (otherwise[0][j], otherwise[1][j])]
    alike = [j for j in range(num_cells) if j not in apart]
    changed = {j for j in alike if not _is_identity(j, then)}
    read = condition.cells | {
        k for rows, _ in (then, otherwise) for j in apart for k in range(num_cells) if rows[j][k]
    }
    before: list[str] = []
    behind: list[str] = []
    kept: list[str] = []
    if not read & changed:
        before, kept = _statements(*then, alike)
    elif not any(then[0][j][k] for j in changed for k in apart):
        behind, kept = _statements(*then, alike)
    else:
        apart = list(range(num_cells))
    first, kept_first = _statements(*then, apart, len(kept))
    second, kept_second = _statements(*otherwise, apart, len(kept))
    branches: list[str] = []
    if first:
        branches = [f"if ({condition.text()}) {{", *first, "}", *(["else {", *second, "}"] if second else [])]
    elif second:
        branches = [f"if ({condition.text(negated=True)}) {{", *second, "}"]
    return _function([*before, *branches, *behind], list(dict.fromkeys([*kept, *kept_first, *kept_second])))


def _is_identity(cell: int, of: tuple[Rows, Sequence[int]]) -> bool:
    rows, offset = of
    return offset[cell] == 0 and all(weight == int(k == cell) for k, weight in enumerate(rows[cell]))


def _function(lines: Sequence[str], kept: Sequence[str]) -> str | None:
    if len(kept) > _MAX_VARIABLES:
        return None
    declarations = [f"int {name} = 0;" for name in kept]
    body = "".join(f"    {line}\n" for line in [*declarations, *lines, "return a;"])
    return f"int * func_1(int a[]) {{\n{body}}}\n"


def _statements(
    weights: Rows, offset: Sequence[int], cells: Sequence[int], num_kept: int = 0
) -> tuple[list[str], list[str]]:
    """The statements that give these cells their new values, all computed from the old ones.

    Returns:
        The statements, and the variables that they use, named from `l_<num_kept>` on.
    """
    pending = [j for j in cells if not _is_identity(j, (weights, offset))]
    lines: list[str] = []
    kept: dict[int, str] = {}

    def keep(cell: int) -> None:
        kept[cell] = f"l_{num_kept + len(kept)}"
        lines.append(f"{kept[cell]} = a[{cell}];")

    while pending:
        ready = [j for j in pending if j in kept or not any(weights[k][j] for k in pending if k != j)]
        if not ready:
            keep(min(pending, key=lambda j: (sum(bool(weights[k][j]) for k in pending), j)))
            continue
        cell = ready[0]
        statements = _assign(cell, weights[cell], offset[cell], kept)
        if statements is None:
            keep(cell)
            statements = _assign(cell, weights[cell], offset[cell], kept)
            assert statements is not None, "with its old value kept, a cell is a plain sum"
        lines += statements
        pending.remove(cell)
    return lines, list(kept.values())


def _assign(cell: int, weights: Sequence[int], constant: int, kept: dict[int, str]) -> list[str] | None:
    """The statements that give a cell its new value, or None where its old value must be kept first."""
    target = f"a[{cell}]"
    own: list[_Operand] = []
    others: list[_Operand] = []
    own_weight = weights[cell]
    stays = own_weight > 0 and cell not in kept  # then the cell itself is the sum's first operand
    for source, weight in enumerate(weights):
        operand = (weight > 0, kept.get(source, f"a[{source}]"))
        copies = abs(weight) - (stays and source == cell)
        (own if source == cell and cell not in kept else others).extend([operand] * copies)
    literal = [(constant > 0, str(abs(constant)))] if constant else []

    if stays:
        operands = own + sorted(others, reverse=True) + literal
        if len(own) > _MAX_OPERANDS:
            return None
        return _add(target, operands)
    # The first statement contains every use of the old value; its first operand has no sign before it.
    others.sort(reverse=True)
    if others and others[0][0]:
        first, rest = [others[0]], others[1:] + literal
        lead = others[0][1]
    else:
        first, rest = [(True, str(constant))], others
        lead = str(constant)
    operands = first + own + rest
    if 1 + len(own) > _MAX_OPERANDS:
        return None
    text = "".join(f" {'+' if added else '-'} {name}" for added, name in operands[1:_MAX_OPERANDS])
    return [f"{target} = {lead}{text};", *_add(target, operands[_MAX_OPERANDS:])]


def _add(target: str, operands: Sequence[_Operand]) -> list[str]:
    """Statements that add operands to a target, three at a time."""
    statements = []
    for start in range(0, len(operands), _MAX_OPERANDS):
        # The first operand has no sign before it: where none is added, subtract the sum instead.
        part = sorted(operands[start : start + _MAX_OPERANDS], key=lambda operand: not operand[0])
        adds = part[0][0]
        if len(part) == 1 and part[0][1] == "1":
            statements.append(f"{target}{'++' if adds else '--'};")
            continue
        text = "".join(f" {'+' if added == adds else '-'} {name}" for added, name in part[1:])
        statements.append(f"{target} {'+=' if adds else '-='} {part[0][1]}{text};")
    return statements
