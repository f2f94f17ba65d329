"""The distribution of random programs: the weights of the sampler, and the named settings.

`small` makes the training programs of the shipped model: short ones, most with loops and branches.
`paper` has the distribution of Csmith, as section 4.1 of the paper uses it: longer, deeper, more redundant.
`mixed` is `small` with a share of idioms; in `idioms` every program has some.
A weight is relative to the others in its list; a `p_*` field is a probability.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final

from msgspec import Meta

from lasynth.config import Share, Size, Weight
from lasynth.domains.c.compile import MAX_CELLS
from lasynth.domains.settings import Choices, Five, SamplerSettings, Three

__all__ = ["CSamplerSettings", "Weights"]

_Relations = Annotated[tuple[Weight, ...], Meta(min_length=7, max_length=7)]
_Idioms = Annotated[tuple[Weight, ...], Meta(min_length=11, max_length=11)]
_NAMED: Final[dict[str, dict[str, Any]]] = {
    "small": {},
    "mixed": {"p_idioms": 0.3},
    "idioms": {"p_idioms": 1.0},
    # Fitted to what `experiments/csmith/compare.py` measured on Csmith's programs, mapped to the subset.
    "paper": {
        "num_locals": (0.04, 0.16, 0.46, 0.34),
        "num_statements": (0.05, 0.06, 0.08, 0.10, 0.20, 0.18, 0.33),
        "num_in_loop": (0.39, 0.40, 0.11, 0.10),
        "num_in_branch": (0.47, 0.44, 0.09),
        "top": (0.35, 0.57, 0.08, 0.0, 0.0),
        "in_loop": (0.45, 0.19, 0.36, 0.0, 0.0),
        "in_branch": (0.63, 0.05, 0.08, 0.0, 0.24),
        "assignments": (0.58, 0.13, 0.11, 0.08, 0.10),
        "operations": (0.30, 0.40, 0.30),
        "p_else": 0.73,
        "p_and": 0.03,
        "p_or": 0.03,
        "p_not": 0.03,
        "p_break": 0.72,
        "p_down": 0.27,
        "p_declared_outside": 0.80,
        "p_use_outside": 0.90,
        "p_parentheses": 0.98,
        "p_self": 0.25,
        "p_strict": 0.30,
        "p_wild": 0.02,
    },
}


@dataclass(frozen=True, slots=True)
class CSamplerSettings(SamplerSettings):
    """The distribution of random programs.

    Attributes:
        num_cells: length N of the lists, 2 to 16; it limits indices and loops.
        max_constant: the largest absolute value of a constant.
        max_tokens: programs longer than this (EOS included) are drawn again.
        max_depth: nesting depth of loops, 1 or 2.
        num_locals: weights of 0, 1, 2... declared variables besides loop variables.
        num_statements, num_in_loop, num_in_branch: weights of 1, 2, 3... statements in the program, a
            loop, a branch.
        top, in_loop, in_branch: weights of the kinds of statement there: assignment, loop, if, swap
            of two cells, jump.
        assignments: weights of `=`, `+=`, `-=`, `++`, `--`.
        operations: weights of 0, 1, 2 operations in an assigned expression.
        operands: weights of a variable, a cell, a constant as an operand of one.
        tested: the same on the left of a comparison.
        compared: the same on its right.
        relations: weights of `<`, `<=`, `>`, `>=`, `==`, `!=`, and no comparison (a bare value).
        constants: weights of 0, 1, 2... in expressions, sign aside.
        thresholds: the same on the right of a comparison.
        pairings: weights of what the second index of a loop is: the next cell, the previous one, the
            mirrored one from the other end.
        indices: weights of the loop variable, another variable, a constant as an index in a loop.
        p_value_local: that a declared variable holds a value rather than an index.
        p_no_initialiser: that it is declared without one.
        p_declared_outside: that a loop variable `p_0` is declared at the top.
        p_use_outside: that a loop uses such a variable rather than declaring its own.
        p_prefix: `++v` rather than `v++`, in statements and in loop heads.
        p_target_local: that the target of an assignment is a variable, where one holds a value.
        p_add_up: that `=` in such an assignment in a loop becomes `+=` or `-=`.
        p_read: that a variable assigned this way is the next one read.
        p_reset_index: that a statement assigns a new value to an index variable.
        p_self: that the first operand of an assigned expression is the target itself.
        p_loop_value: that a variable read in a loop is the loop's own.
        p_computed_test: an operation on a side of a comparison.
        p_minus, p_negative, p_parentheses: `-` rather than `+`; a negative constant; parentheses.
        p_index_local: a variable rather than a constant as an index outside loops.
        p_else, p_and, p_or, p_not: an else branch; the logical operators.
        p_break: break rather than continue.
        p_from_first, p_to_last: that a loop begins at cell 0; that it ends at the last cell.
        p_down, p_strict: a loop that counts down; `<` rather than `<=` in its head.
        p_second_index: that a loop has a second index, where a variable holds an index.
        p_use_second: that an index in such a loop is the second one.
        p_counter: that a loop counts its second index, rather than computing it from the loop
            variable.
        p_wild: that an index is any visible name, whether or not it can be inside the list.
        p_idioms: share of programs with idioms (`sampler_idioms.IDIOMS`).
        num_idioms: weights of 1, 2, 3... statements in such a program.
        idioms: weights of the idioms.
        p_plain: that a statement of such a program is an ordinary one; at least one is an idiom.
    """

    NAMED: ClassVar[Mapping[str, Mapping[str, Any]]] = _NAMED

    num_cells: Annotated[int, Meta(ge=2, le=MAX_CELLS)] = 5
    max_constant: Size = 4
    max_tokens: Annotated[int, Meta(ge=16, le=4096)] = 256
    max_depth: Annotated[int, Meta(ge=1, le=2)] = 2
    num_locals: Choices = (0.66, 0.28, 0.06)
    num_statements: Choices = (0.46, 0.43, 0.11)
    num_in_loop: Choices = (0.84, 0.14, 0.02)
    num_in_branch: Choices = (0.92, 0.08)
    top: Five = (0.31, 0.57, 0.09, 0.03, 0.0)
    in_loop: Five = (0.73, 0.02, 0.22, 0.03, 0.0)
    in_branch: Five = (0.84, 0.02, 0.02, 0.03, 0.09)
    assignments: Five = (0.56, 0.12, 0.10, 0.12, 0.10)
    operations: Three = (0.48, 0.46, 0.06)
    operands: Three = (0.24, 0.50, 0.26)
    tested: Three = (0.22, 0.78, 0.0)
    compared: Three = (0.18, 0.40, 0.42)
    relations: _Relations = (0.26, 0.13, 0.26, 0.13, 0.12, 0.06, 0.04)
    constants: Choices = (0.10, 0.38, 0.24, 0.16, 0.12)
    thresholds: Choices = (0.46, 0.22, 0.15, 0.11, 0.06)
    indices: Three = (0.80, 0.10, 0.10)
    pairings: Three = (0.42, 0.33, 0.25)
    p_value_local: Share = 0.60
    p_no_initialiser: Share = 0.06
    p_declared_outside: Share = 0.25
    p_use_outside: Share = 0.85
    p_prefix: Share = 0.15
    p_target_local: Share = 0.30
    p_add_up: Share = 0.40
    p_read: Share = 0.60
    p_reset_index: Share = 0.03
    p_self: Share = 0.48
    p_loop_value: Share = 0.35
    p_computed_test: Share = 0.04
    p_minus: Share = 0.45
    p_negative: Share = 0.30
    p_parentheses: Share = 0.02
    p_index_local: Share = 0.30
    p_else: Share = 0.14
    p_and: Share = 0.03
    p_or: Share = 0.02
    p_not: Share = 0.025
    p_break: Share = 0.60
    p_from_first: Share = 0.55
    p_to_last: Share = 0.65
    p_down: Share = 0.15
    p_strict: Share = 0.60
    p_second_index: Share = 0.12
    p_use_second: Share = 0.45
    p_counter: Share = 0.55
    p_wild: Share = 0.005
    p_idioms: Share = 0.0
    num_idioms: Choices = (0.62, 0.33, 0.05)
    idioms: _Idioms = (0.20, 0.08, 0.14, 0.12, 0.11, 0.06, 0.09, 0.08, 0.05, 0.04, 0.03)
    p_plain: Share = 0.45
    name: str = field(default="small", compare=False)

    def weights(self) -> Weights:
        """The settings for compiled code (`compiled`)."""
        return Weights(*self.compiled())


# `CSamplerSettings` for compiled code, which takes named tuples but not dataclasses.
if TYPE_CHECKING:
    Weights = Any
else:
    Weights = namedtuple("Weights", CSamplerSettings.keys())
