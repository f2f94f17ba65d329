"""An affine map of a list, written as a straight-line program of restricted C.

Cells are assigned one after the other, in an order in which no cell is overwritten while another still
needs its old value. Where cells need each other, as in a swap, a value is kept in a variable. An expression
of the subset has at most three operands, so a long sum continues with `+=` and `-=`.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["straight_line"]

_MAX_VARIABLES = 8  # l_0 .. l_7
_MAX_OPERANDS = 3
_MAX_LITERAL = 2**31 - 1

# An operand: whether it is added (else subtracted), and its text.
_Operand = tuple[bool, str]


def straight_line(weights: Sequence[Sequence[int]], offset: Sequence[int]) -> str | None:
    """The text of a program that maps a list `a` to `weights @ a + offset`.

    Args:
        weights: N rows of N integers.
        offset: N integers.

    Returns:
        A complete function that compiles as it is, or None where it would need too many variables.
    """
    num_cells = len(offset)
    if max((abs(value) for value in offset), default=0) > _MAX_LITERAL:
        return None
    unit = [[int(i == j) for i in range(num_cells)] for j in range(num_cells)]
    pending = [j for j in range(num_cells) if list(weights[j]) != unit[j] or offset[j] != 0]
    lines: list[str] = []
    kept: dict[int, str] = {}

    def keep(cell: int) -> None:
        kept[cell] = f"l_{len(kept)}"
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
    if len(kept) > _MAX_VARIABLES:
        return None
    declarations = [f"int {name} = 0;" for name in kept.values()]
    body = "".join(f"    {line}\n" for line in [*declarations, *lines, "return a;"])
    return f"int * func_1(int a[]) {{\n{body}}}\n"


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
