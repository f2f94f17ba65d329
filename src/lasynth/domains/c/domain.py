"""Restricted C as a `Domain`."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from lasynth._examples import join
from lasynth.domains.base import Checker
from lasynth.domains.c import grammar, parts
from lasynth.domains.c.kinds import kind_of
from lasynth.domains.c.machine import MAX_STEPS, run_batch
from lasynth.domains.c.mask import MASKING
from lasynth.domains.c.parser import from_tokens, parse, to_tokens
from lasynth.domains.c.partial import run_partial
from lasynth.domains.c.printer import format_program
from lasynth.domains.c.simplify import simplify_one
from lasynth.domains.c.syntax import Program
from lasynth.domains.kit.mask import TokenMask
from lasynth.domains.kit.rows import padded
from lasynth.errors import InputError
from lasynth.task import Example, Task

__all__ = ["DOMAIN", "RestrictedC"]

Tokens = npt.NDArray[np.int32]


class RestrictedC:
    """The language of `docs/c-subset.md`; fulfils `lasynth.domains.base.Domain`."""

    name = "c"
    bos = grammar.BOS
    eos = grammar.EOS
    num_tokens = grammar.FIRST_INT + 17  # literals 0 to 16
    exchangeable = parts.EXCHANGEABLE

    def parse(self, text: str) -> Program:
        """See `Domain`."""
        return parse(text)

    def format(self, program: Program) -> str:
        """See `Domain`."""
        return format_program(program)

    def to_tokens(self, program: Program) -> Tokens:
        """See `Domain`."""
        return to_tokens(program)

    def from_tokens(self, tokens: Tokens) -> Program:
        """See `Domain`."""
        return from_tokens(tokens)

    def run_batch(
        self, tokens_PT: Tokens, inputs_PKN: npt.NDArray[Any], *, fuel: int = MAX_STEPS
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
        """See `Domain`; inputs are `[P, K, N]` or `[K, N]` integers."""
        return run_batch(tokens_PT, inputs_PKN, fuel=fuel)

    def mask(self, num_rows: int, num_tokens: int) -> TokenMask:
        """See `Domain`."""
        return MASKING.mask(num_rows, num_tokens)

    def allowed_along(self, tokens_BT: Tokens, num_tokens: int) -> npt.NDArray[np.bool_]:
        """See `Domain`."""
        return MASKING.allowed_along(tokens_BT, num_tokens)

    def run_partial(
        self,
        tokens_BT: Tokens,
        inputs_BKN: npt.NDArray[Any],
        row_X: npt.NDArray[np.int64],
        length_X: npt.NDArray[np.int64],
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.bool_]]:
        """See `Domain`; `NOT_KNOWN` throughout where there is no list."""
        return run_partial(tokens_BT, inputs_BKN.astype(np.int32), row_X, length_X)

    def encode(self, task: Task) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        """See `Domain`: two `[K, N]` arrays."""
        inputs = np.array([example.input for example in task.examples], dtype=np.int32)
        outputs = np.array([example.output for example in task.examples], dtype=np.int32)
        return inputs, outputs

    def decode(self, value: npt.NDArray[Any]) -> tuple[int, ...]:
        """See `Domain`: the cells of a list."""
        return tuple(value.tolist())

    def check_range(self, task: Task, model: Any, *, where: str | None = None) -> None:
        """See `Domain`; models know lists of some lengths (`num_cells`) and values (`max_value`)."""
        largest, lengths = model.max_value, model.num_cells
        for number, example in enumerate(task.examples, 1):
            for key, cells in (("input", example.input), ("output", example.output)):
                place = join(where, f"example {number}, {key}")
                if len(cells) not in lengths:
                    known = f"{lengths[0]}" if len(lengths) == 1 else f"{lengths[0]} to {lengths[-1]}"
                    what = f"the list has {len(cells)} cells, the model {model.name} knows lists of {known}"
                    raise InputError(what, place, "Give other lists, or train a model for these.")
                for index, cell in enumerate(cells, 1):
                    if abs(cell) > largest:
                        known = f"values from {-largest} to {largest}"
                        what = f"cell {index} is {cell}, the model {model.name} knows {known}"
                        raise InputError(what, place, "Give smaller values, or train a model for these.")

    def smallest_task(self, model: Any) -> Task:
        """See `Domain`; the longest list that the model knows, all 0."""
        cells = (0,) * model.num_cells[-1]
        return Task(self.name, (Example(cells, cells),))

    def checker(self) -> Checker | None:
        """See `Domain`; a C compiler, where one is installed."""
        from lasynth.domains.c.compiler import Compiler  # what it needs of the system is for answers only

        return Compiler.find()

    def probe_inputs(self, inputs_KN: npt.NDArray[Any], *, num: int, seed: int) -> npt.NDArray[np.int32]:
        """See `Domain`: lists of the same length, values up to the largest of these (at least 4)."""
        largest = max(4, int(np.abs(inputs_KN).max(initial=0)))
        shape = (num, inputs_KN.shape[1])
        generator = np.random.default_rng(seed)
        return generator.integers(-largest, largest, shape, dtype=np.int32, endpoint=True)

    def simplify(self, tokens_PT: Tokens, inputs_KN: npt.NDArray[Any]) -> Tokens:
        """See `Domain`."""
        largest = max(4, int(np.abs(inputs_KN).max(initial=0)))
        num_cells = inputs_KN.shape[1]
        rows = [
            simplify_one(tokens, num_cells=num_cells, max_value=largest, examples=inputs_KN)
            for tokens in tokens_PT
        ]
        return padded(rows, grammar.EOS)

    def beginnings(self, tokens: Tokens) -> list[Tokens]:
        """The programs that a program begins with: 1, 2, ... all of its outermost statements."""
        return parts.beginnings(tokens)

    def chain(self, first: Tokens, second: Tokens) -> Tokens | None:
        """The program that does what one does and then what another does; None where names run out."""
        return parts.chain(first, second)

    def kind(self, tokens: Tokens) -> str:
        """See `Domain`."""
        return kind_of(tokens).label


DOMAIN = RestrictedC()
