"""Terms of linear integer arithmetic with if-then-else, and lists of them as programs of restricted C.

To write C, a term is first turned into a tree: inner nodes test `sum <= 0` or `sum == 0`, leaves are sums of
cells and a constant. All cells of a list are computed from the old list, so the assignments are ordered such
that no cell is overwritten while another still needs its old value. Where no such order exists, the old value
is saved in a variable at the start.

Shapes: K inputs, N cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Add", "Cell", "Choose", "Constant", "Subtract", "Term", "evaluate", "read_term", "to_c"]

_MAX_VARIABLES = 8  # l_0 .. l_7
_MAX_OPERANDS = 3
_MAX_LITERAL = 2_000_000_000
_MAX_LEAVES = 64  # of the tree of a cell: longer programs are not readable


@dataclass(frozen=True, slots=True)
class Cell:
    """An input cell."""

    index: int


@dataclass(frozen=True, slots=True)
class Constant:
    """A number."""

    value: int


@dataclass(frozen=True, slots=True)
class Add:
    """A sum of two terms."""

    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Subtract:
    """A difference of two terms."""

    left: Term
    right: Term


@dataclass(frozen=True, slots=True)
class Choose:
    """`then` where `left <= right` (or `left == right`), else `otherwise`."""

    left: Term
    right: Term
    then: Term
    otherwise: Term
    equal: bool = False


Term = Cell | Constant | Add | Subtract | Choose


def read_term(obj: Any) -> Term:
    """The term in an answer of the worker (see `_sygus_cells`)."""
    if isinstance(obj, int):
        return Constant(obj)
    name, *parts = obj
    if name == "cell":
        return Cell(parts[0])
    terms = [read_term(part) for part in parts]
    if name in ("choose", "choose_equal"):
        left, right, then, otherwise = terms
        return Choose(left, right, then, otherwise, equal=name == "choose_equal")
    whole = terms[0]
    for term in terms[1:]:
        whole = Add(whole, term) if name == "add" else Subtract(whole, term)
    return whole


def evaluate(term: Term, inputs_KN: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """`[K]`: the value of a term on each input."""
    match term:
        case Cell(index):
            return inputs_KN[:, index]
        case Constant(value):
            return np.full(len(inputs_KN), value, dtype=np.int64)
        case Add(left, right):
            return evaluate(left, inputs_KN) + evaluate(right, inputs_KN)
        case Subtract(left, right):
            return evaluate(left, inputs_KN) - evaluate(right, inputs_KN)
        case Choose(left, right, then, otherwise, equal):
            one, two = evaluate(left, inputs_KN), evaluate(right, inputs_KN)
            test = one == two if equal else one <= two
            return np.where(test, evaluate(then, inputs_KN), evaluate(otherwise, inputs_KN))


def to_c(terms: Sequence[Term]) -> str | None:
    """The text of a program that gives cell j the value of term j.

    Returns:
        A complete function that compiles as it is, or None where it would be too long, or need too many
        variables or too large a number.
    """
    num_cells = len(terms)
    trees = [_tree(term, num_cells) for term in terms]
    if any(tree is None for tree in trees):
        return None
    todo = {
        cell: tree for cell, tree in enumerate(trees) if tree is not None and tree != _unit(cell, num_cells)
    }
    if any(abs(total.constant) > _MAX_LITERAL for tree in todo.values() for total in _sums(tree)):
        return None
    order, saved = _order(todo)
    writer = _Writer({cell: f"l_{number}" for number, cell in enumerate(saved)})
    for cell in order:
        writer.cell(cell, todo[cell], 1)
    if writer.num_variables > _MAX_VARIABLES:
        return None
    lines = [
        *(f"    int l_{number} = 0;" for number in range(writer.num_variables)),
        *(f"    {name} = a[{cell}];" for cell, name in writer.saved.items()),
        *writer.lines,
    ]
    return "int * func_1(int a[]) {\n" + "".join(f"{line}\n" for line in lines) + "    return a;\n}\n"


@dataclass(frozen=True, slots=True)
class _Sum:
    """`constant + sum_i weights_i in_i`."""

    weights: tuple[int, ...]
    constant: int

    def plus(self, other: _Sum, factor: int = 1) -> _Sum:
        weights = zip(self.weights, other.weights, strict=True)
        return _Sum(
            tuple(one + factor * two for one, two in weights), self.constant + factor * other.constant
        )


@dataclass(frozen=True, slots=True)
class _Branch:
    """`then` where `total <= 0` (or `total == 0`), else `otherwise`."""

    total: _Sum
    then: _Tree
    otherwise: _Tree
    equal: bool


_Tree = _Sum | _Branch


def _unit(cell: int, num_cells: int) -> _Sum:
    return _Sum(tuple(int(number == cell) for number in range(num_cells)), 0)


def _tree(term: Term, num_cells: int) -> _Tree | None:
    """The tree of a term, or None where it would be too large."""
    match term:
        case Cell(index):
            return _unit(index, num_cells)
        case Constant(value):
            return _Sum((0,) * num_cells, value)
        case Add(left, right) | Subtract(left, right):
            return _combine(_tree(left, num_cells), _tree(right, num_cells), isinstance(term, Add))
        case Choose(left, right, then, otherwise, equal):
            test = _combine(_tree(left, num_cells), _tree(right, num_cells), False)
            chosen, other = _tree(then, num_cells), _tree(otherwise, num_cells)
            if test is None or chosen is None or other is None:
                return None
            tree = _choose(test, chosen, other, equal)
            return tree if _num_leaves(tree) <= _MAX_LEAVES else None


def _combine(left: _Tree | None, right: _Tree | None, adds: bool) -> _Tree | None:
    if left is None or right is None or _num_leaves(left) * _num_leaves(right) > _MAX_LEAVES:
        return None
    if isinstance(left, _Branch):
        branch, sides = left, (_combine(side, right, adds) for side in (left.then, left.otherwise))
    elif isinstance(right, _Branch):
        branch, sides = right, (_combine(left, side, adds) for side in (right.then, right.otherwise))
    else:
        return left.plus(right, 1 if adds else -1)
    then, otherwise = sides
    return None if then is None or otherwise is None else _choose(branch.total, then, otherwise, branch.equal)


def _choose(test: _Tree, then: _Tree, otherwise: _Tree, equal: bool) -> _Tree:
    """One of two trees, by `test <= 0` or `test == 0`."""
    if then == otherwise:
        return then
    if isinstance(test, _Branch):
        first, second = (_choose(side, then, otherwise, equal) for side in (test.then, test.otherwise))
        return _choose(test.total, first, second, test.equal)
    if not any(test.weights):
        return then if test.constant == 0 or (test.constant < 0 and not equal) else otherwise
    return _Branch(test, then, otherwise, equal)


def _num_leaves(tree: _Tree) -> int:
    return sum(1 for _ in _sums(tree, tested=False))


def _sums(tree: _Tree, *, tested: bool = True) -> Iterator[_Sum]:
    """The leaves of a tree and, if `tested`, the sums that it tests."""
    if isinstance(tree, _Sum):
        yield tree
    else:
        yield from (tree.total,) * tested
        yield from _sums(tree.then, tested=tested)
        yield from _sums(tree.otherwise, tested=tested)


def _is_multiple(total: _Sum, cell: int) -> bool:
    """Whether the sum for a cell's new value uses the old value too often to be assigned without a copy.

    One statement can read a value three times, or subtract it twice from something else.
    """
    return not -_MAX_OPERANDS < total.weights[cell] <= _MAX_OPERANDS


def _order(trees: dict[int, _Tree]) -> tuple[list[int], list[int]]:
    """The order in which cells are assigned, and the cells whose old values are saved first."""
    reads = {
        cell: {source for total in _sums(tree) for source, weight in enumerate(total.weights) if weight}
        for cell, tree in trees.items()
    }
    saved = [
        cell
        for cell, tree in trees.items()
        if any(_is_multiple(total, cell) for total in _sums(tree, tested=False))
    ]
    pending = set(trees)
    order = []
    while pending:
        needed = {
            cell: sum(cell in reads[other] for other in pending if other != cell) * (cell not in saved)
            for cell in pending
        }
        cell = min(pending, key=lambda cell: (needed[cell], cell))
        if needed[cell]:
            saved.append(cell)
        order.append(cell)
        pending.remove(cell)
    return order, sorted(saved)


class _Writer:
    """Writes statements.

    Args:
        saved: the names of the variables that hold old values of cells.

    Attributes:
        lines: the statements written so far.
        num_variables: the number of variables that they use.
    """

    def __init__(self, saved: dict[int, str]) -> None:
        self.saved = saved
        self.lines: list[str] = []
        self.num_variables = len(saved)

    def cell(self, cell: int, tree: _Tree, depth: int) -> None:
        """Give a cell its new value."""
        if isinstance(tree, _Sum):
            self._assign(cell, tree, depth)
            return
        stays = _unit(cell, len(tree.total.weights))
        then, otherwise = tree.then, tree.otherwise
        negated = then == stays
        if negated:
            then, otherwise = otherwise, then
        self._write(depth, f"if ({self._test(cell, tree, depth, negated=negated)}) {{")
        self.cell(cell, then, depth + 1)
        if otherwise != stays:
            self._write(depth, "} else {")
            self.cell(cell, otherwise, depth + 1)
        self._write(depth, "}")

    def _test(self, own: int, branch: _Branch, depth: int, *, negated: bool) -> str:
        """The text of a test, or of its negation; sums too long for it are stored in variables first."""
        total = branch.total
        left, right = self._operands(total, own)
        constant = str(total.constant)
        symbol = "==" if branch.equal else "<="
        if not left:
            left, right, symbol = right, [constant], "==" if branch.equal else ">="
        elif not right:
            right = [str(-total.constant)]
        elif total.constant == 1 and not branch.equal:
            symbol = "<"
        elif total.constant:
            (left if total.constant > 0 else right).append(constant.lstrip("-"))
        if negated:
            symbol = {"<=": ">", ">=": "<", "<": ">=", "==": "!="}[symbol]
        sides = []
        variable = len(self.saved)
        for operands in (left, right):
            if len(operands) > _MAX_OPERANDS:
                name = f"l_{variable}"
                variable += 1
                self._write(depth, f"{name} = {' + '.join(operands[:_MAX_OPERANDS])};")
                self._add(name, operands[_MAX_OPERANDS:], [], depth)
                operands = [name]
            sides.append(" + ".join(operands))
        self.num_variables = max(self.num_variables, variable)
        return f"{sides[0]} {symbol} {sides[1]}"

    def _assign(self, cell: int, total: _Sum, depth: int) -> None:
        target = f"a[{cell}]"
        copied = _is_multiple(total, cell)
        added, subtracted = self._operands(total, None if copied else cell)
        if total.constant > 0:
            added.append(str(total.constant))
        elif total.constant < 0:
            subtracted.append(str(-total.constant))
        weight = 0 if copied else total.weights[cell]
        if weight == 1:
            added.remove(target)
            self._add(target, added, subtracted, depth)
            return
        # The first statement contains every use of the old value; its first operand has no minus sign.
        added.sort(key=lambda name: name != target or weight <= 0)
        subtracted.sort(key=lambda name: name != target)
        if not added and total.constant < 0:
            lead = str(total.constant)
            subtracted.remove(str(-total.constant))
        else:
            lead = added.pop(0) if added else "0"
        places = _MAX_OPERANDS - 1
        first_added = added[: places - max(0, -weight)]
        first_subtracted = subtracted[: places - len(first_added)]
        text = "".join(f" + {name}" for name in first_added)
        text += "".join(f" - {name}" for name in first_subtracted)
        self._write(depth, f"{target} = {lead}{text};")
        self._add(target, added[len(first_added) :], subtracted[len(first_subtracted) :], depth)

    def _add(self, target: str, added: list[str], subtracted: list[str], depth: int) -> None:
        """Add operands to a target, three at a time."""
        while added or subtracted:
            if not added:
                part, subtracted = subtracted[:_MAX_OPERANDS], subtracted[_MAX_OPERANDS:]
                symbol, text = "-", " + ".join(part)
            else:
                part, added = added[:_MAX_OPERANDS], added[_MAX_OPERANDS:]
                room = _MAX_OPERANDS - len(part)
                minus, subtracted = subtracted[:room], subtracted[room:]
                symbol, text = "+", " + ".join(part) + "".join(f" - {name}" for name in minus)
            self._write(depth, f"{target}{2 * symbol};" if text == "1" else f"{target} {symbol}= {text};")

    def _operands(self, total: _Sum, own: int | None) -> tuple[list[str], list[str]]:
        """The cells added and the cells subtracted, each repeated |weight| times.

        The cell `own` is read in place even if its old value is saved, because it still holds it.
        """
        added: list[str] = []
        subtracted: list[str] = []
        for cell, weight in enumerate(total.weights):
            place = f"a[{cell}]"
            name = place if cell == own else self.saved.get(cell, place)
            (added if weight > 0 else subtracted).extend([name] * abs(weight))
        return added, subtracted

    def _write(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)
