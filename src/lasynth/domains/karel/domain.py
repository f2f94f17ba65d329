"""Karel as a `Domain`."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from lasynth.domains.karel import grammar, parts
from lasynth.domains.karel.floor import straight_program
from lasynth.domains.karel.kinds import kind_of
from lasynth.domains.karel.machine import MAX_TICKS, run_batch
from lasynth.domains.karel.mask import MASKING, TABLES
from lasynth.domains.karel.parser import from_tokens, parse, to_tokens
from lasynth.domains.karel.printer import format_program
from lasynth.domains.karel.probes import probe_worlds
from lasynth.domains.karel.simplify import simplify
from lasynth.domains.karel.syntax import Program
from lasynth.domains.karel.trace import run_traced
from lasynth.domains.karel.world import Facing, Hero, World, WorldArray, read_world
from lasynth.domains.kit.mask import TokenMask
from lasynth.domains.kit.parts import run_partial
from lasynth.domains.kit.rows import padded
from lasynth.errors import ProgramError
from lasynth.task import Example, Task

__all__ = ["DOMAIN", "Karel"]

Tokens = npt.NDArray[np.int32]


class Karel:
    """The language of `docs/karel.md`; fulfils `lasynth.domains.base.Domain`.

    Inputs and outputs are worlds, `[..., WORLD_SIZE]` uint8 arrays (`lasynth.domains.karel.world`).
    """

    name = "karel"
    bos = grammar.BOS
    eos = grammar.EOS
    num_tokens = grammar.NUM_TOKENS
    exchangeable = parts.EXCHANGEABLE

    def parse(self, text: str) -> Program:
        """See `Domain`; the indented form, the benchmark's tokens or its JSON."""
        return parse(text)

    def format(self, program: Program) -> str:
        """See `Domain`; the indented form."""
        return format_program(program)

    def to_tokens(self, program: Program) -> Tokens:
        """See `Domain`."""
        return to_tokens(program)

    def from_tokens(self, tokens: Tokens) -> Program:
        """See `Domain`."""
        return from_tokens(tokens)

    def run_batch(
        self, tokens_PT: Tokens, inputs_PKN: npt.NDArray[Any], *, fuel: int = MAX_TICKS
    ) -> tuple[WorldArray, npt.NDArray[np.uint8]]:
        """See `Domain`; inputs are `[P, K, W]` or `[K, W]` worlds, fuel is ticks."""
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
    ) -> tuple[WorldArray, npt.NDArray[np.bool_]]:
        """See `Domain`; a world with its crash flag up where the partial program has none."""
        return run_partial(TABLES, run_batch, tokens_BT, inputs_BKN, row_X, length_X)

    def encode(self, task: Task) -> tuple[WorldArray, WorldArray]:
        """See `Domain`: two `[K, W]` arrays."""
        inputs = [read_world(example.input).to_array() for example in task.examples]
        outputs = [read_world(example.output).to_array() for example in task.examples]
        return np.array(inputs), np.array(outputs)

    def decode(self, output_W: WorldArray) -> World:
        """One input or output as users see it, from its array `[W]`."""
        return World.from_array(output_W)

    def check_range(self, task: Task, model: Any, *, where: str | None = None) -> None:
        """See `Domain`; every model knows all worlds."""

    def smallest_task(self, model: Any) -> Task:
        """See `Domain`; a robot alone in a small grid."""
        world = World(rows=2, cols=2, hero=Hero(0, 0, Facing.NORTH))
        return Task(self.name, (Example(world, world),))

    def checker(self) -> None:
        """See `Domain`; the machine is all there is."""

    def probe_inputs(self, inputs_KN: npt.NDArray[Any], *, num: int, seed: int) -> WorldArray:
        """See `Domain`: these worlds with the robot and some markers elsewhere."""
        return probe_worlds(inputs_KN, num=num, seed=seed)

    def simplify(self, tokens_PT: Tokens, inputs_KN: npt.NDArray[Any]) -> Tokens:
        """See `Domain`; the worlds do not matter, what is dropped does nothing in any."""
        rows = []
        for tokens in tokens_PT:
            try:
                rows.append(to_tokens(simplify(from_tokens(tokens))))
            except ProgramError:
                rows.append(np.asarray(tokens, dtype=np.int32))
        return padded(rows, grammar.EOS)

    def action_floor(
        self, inputs_KN: WorldArray, outputs_KN: WorldArray, *, max_length: int, max_states: int
    ) -> Tokens | None:
        """The shortest program without blocks that takes every input to its output, or None."""
        return straight_program(inputs_KN, outputs_KN, max_length=max_length, max_states=max_states)

    def same_actions(self, tokens: Tokens, inputs_KN: WorldArray) -> bool:
        """Whether the runs of a program in some worlds all take the same actions."""
        actions_KA = run_traced(tokens[None], inputs_KN).actions_PKA[0]
        return bool((actions_KA == actions_KA[:1]).all())

    def beginnings(self, tokens: Tokens) -> list[Tokens]:
        """The programs that a program begins with: 1, 2, ... all of its outermost statements."""
        return parts.beginnings(tokens)

    def chain(self, first: Tokens, second: Tokens) -> Tokens | None:
        """The program that does what one does and then what another does."""
        return parts.chain(first, second)

    def kind(self, tokens: Tokens) -> str:
        """See `Domain`."""
        return kind_of(tokens).label


DOMAIN = Karel()
