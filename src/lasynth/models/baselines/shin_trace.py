"""Shin et al. (2018), first stage: from an example to the trace of actions that leads from input to output.

An LSTM writes the trace of one example. At each step it reads the previous action, the encoded example, the
interpreter's current world, and the values of the four conditions in it. It is trained on the traces of the
reference programs. A beam search proposes traces; a trace is right if it ends in the output when the
interpreter runs it.

Shapes: N examples, W numbers of a world or slots of a beam, A actions, S steps, R live rows, V actions of
the vocabulary, D state.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from lasynth.config import Width
from lasynth.domains.karel.steps import LEAP, act
from lasynth.domains.karel.world import WORLD_SIZE, WorldArray, same_worlds
from lasynth.errors import InputError
from lasynth.models.baselines.peer import PeerConfig
from lasynth.models.baselines.shin_world import (
    END,
    NUM_ACTIONS,
    START,
    ConvWorld,
    FrameWorld,
    Steps,
    WorldReader,
)
from lasynth.models.distinct import distinct
from lasynth.models.karel.encoder import WorldEncoder
from lasynth.models.karel.model import WorldModel
from lasynth.models.karel.planes import sides, to_planes

__all__ = ["Proposed", "TraceConfig", "TraceModel", "encode_pairs"]

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Proposed:
    """Traces proposed for examples, likeliest first.

    Attributes:
        actions_NWA: numbers of actions, -1 after the last.
        right_NW: whether the trace leads to the output.
        score_NW: log-probability, -inf where there is none.
    """

    actions_NWA: npt.NDArray[np.int8]
    right_NW: npt.NDArray[np.bool_]
    score_NW: Floats

    def chosen(self, rng: np.random.Generator | None = None) -> npt.NDArray[np.int8]:
        """One trace for each example, `[N, A]`: one of the right ones, or a single leap if there is none.

        Args:
            rng: chooses among the right ones; by default the likeliest is chosen.
        """
        shares = np.ones(self.right_NW.shape) if rng is None else rng.random(self.right_NW.shape)
        slots_N = np.where(self.right_NW, shares, -1.0).argmax(axis=1)
        chosen_NA = self.actions_NWA[np.arange(len(slots_N)), slots_N].copy()
        failed_N = ~self.right_NW.any(axis=1)
        chosen_NA[failed_N] = -1
        chosen_NA[failed_N, 0] = LEAP
        return chosen_NA


def encode_pairs(encoder: WorldEncoder, inputs_NW: Tensor, outputs_NW: Tensor) -> Tensor:
    """Examples as vectors, `[N, E]`."""
    box = sides(inputs_NW)
    return encoder(to_planes(inputs_NW, *box)[:, None], encoder.goals(outputs_NW[:, None], *box))[:, 0]


@dataclass(frozen=True, slots=True)
class TraceConfig(PeerConfig):
    """The first stage of Shin et al. (2018): from an example to its trace.

    Attributes:
        grid: size of an encoded world, and of the four conditions together (a multiple of 4).
        max_actions: longer traces are neither learned nor proposed.
        beam: number of traces proposed per example.
    """

    kind: ClassVar[str] = "shin-trace"

    grid: Width = 64
    max_actions: Width = 64
    beam: Width = 4

    def misfit(self) -> tuple[str, str] | None:
        """See `lasynth.config.Config`."""
        return (f"grid = {self.grid} is not a multiple of 4", "Give one.") if self.grid % 4 else None

    def world_reader(self) -> WorldReader:
        """The reader of the worlds along a trace, freshly initialised."""
        worlds: ConvWorld | FrameWorld = FrameWorld(self.grid)
        if self.encoder == "conv":
            worlds = ConvWorld(2 * self.channels, 3, self.grid)
        return WorldReader(worlds, self.grid)


class TraceModel(WorldModel):
    """Writes traces."""

    Config = TraceConfig
    objective = "traces"

    def __init__(self, config: TraceConfig) -> None:
        super().__init__(config)
        self.encoder: WorldEncoder = config.pair_encoder(config.example)
        self.reader = config.world_reader()
        self.actions = nn.Embedding(NUM_ACTIONS, config.embedding)
        read = config.embedding + self.reader.size + config.example
        self.lstm = nn.LSTM(read, config.decoder, config.decoder_layers, batch_first=True)
        self.output = nn.Linear(config.decoder, NUM_ACTIONS)
        self.max_actions = config.max_actions
        self.beam = config.beam

    def start(self, inputs_BKN: Tensor, outputs_BKN: Tensor) -> Any:
        """Not available: the model does not write programs.

        Raises:
            InputError: always.
        """
        hint = "Give a model of kind shin-code, which contains one of these."
        raise InputError("a model of kind shin-trace writes traces, not programs", hint=hint)

    def forward(self, inputs_NW: Tensor, outputs_NW: Tensor, actions_NA: Tensor) -> tuple[Tensor, Steps]:
        """The teacher-forced path: logits of the action at each step `[N, S, actions]`, and the steps.

        Args:
            inputs_NW, outputs_NW: the examples.
            actions_NA: their traces, -1 after the last action.
        """
        steps = Steps.of(inputs_NW, outputs_NW, actions_NA)
        before = torch.cat([steps.actions_NS.new_full((len(inputs_NW), 1), START), steps.actions_NS], dim=1)
        num_steps = steps.inside_NS.shape[1]
        pairs = encode_pairs(self.encoder, inputs_NW, outputs_NW)[:, None].expand(-1, num_steps, -1)
        read = torch.cat(
            [self.actions(before[:, :-1]), steps.pad(self.reader(steps.worlds_Q)), pairs], dim=-1
        )
        return self.output(steps.states(self.lstm, read)), steps

    @torch.no_grad()
    def propose(self, inputs_NW: WorldArray, outputs_NW: WorldArray) -> Proposed:
        """Search for traces, until as many have ended as the beam is wide, or they are too long.

        An ended trace is kept if it ranks among the best expansions of its example, as in program search.
        """
        search = _Beam(inputs_NW, self.beam, self.max_actions)
        device = self.output.weight.device
        pairs_NE = encode_pairs(
            self.encoder, torch.from_numpy(inputs_NW).to(device), torch.from_numpy(outputs_NW).to(device)
        )
        zeros = pairs_NE.new_zeros(self.lstm.num_layers, len(inputs_NW), self.lstm.hidden_size)
        state = (zeros, zeros)
        last_R = torch.full((len(inputs_NW),), START, device=device)
        while len(search.example_R):
            first_Q, same_R = distinct(search.worlds_RW)
            seen_Q = self.reader(torch.from_numpy(search.worlds_RW[first_Q]).to(device))
            seen = seen_Q[torch.from_numpy(same_R).to(device)]
            pairs_RE = pairs_NE[torch.from_numpy(search.example_R).to(device)]
            read = torch.cat([self.actions(last_R), seen, pairs_RE], dim=1)
            states, state = self.lstm(read[:, None], state)
            logits = self.output(states[:, 0])
            logits[:, [LEAP, START]] = -torch.inf  # not allowed in traces
            parents_R = torch.from_numpy(search.advance(logits.log_softmax(-1).cpu().numpy())).to(device)
            state = (state[0].index_select(1, parents_R), state[1].index_select(1, parents_R))
            last_R = torch.from_numpy(search.last_R).to(device)
        return search.proposed(inputs_NW, outputs_NW)


class _Beam:
    """The live and the ended traces of some examples.

    Attributes:
        example_R, worlds_RW, last_R: of the live rows, sorted by example, best first.
    """

    def __init__(self, inputs_NW: WorldArray, beam: int, max_actions: int) -> None:
        num = len(inputs_NW)
        self.beam, self.max_actions = beam, max_actions
        self.example_R = np.arange(num)
        self.worlds_RW = inputs_NW.copy()
        self.score_R = np.zeros(num, dtype=np.float32)
        self.prefix_RA = np.full((num, max_actions), -1, dtype=np.int8)
        self.last_R = np.full(num, START)
        self.length = 0
        self.ended_NWA = np.full((num, beam, max_actions), -1, dtype=np.int8)
        self.score_NW = np.full((num, beam), -np.inf, dtype=np.float32)
        self.count_N = np.zeros(num, dtype=np.int64)

    def advance(self, log_probs_RV: Floats) -> npt.NDArray[np.int64]:
        """Expand the rows by every action; returns the rows that the new ones come from."""
        values_RV = self.score_R[:, None] + log_probs_RV
        order = np.lexsort((-values_RV.ravel(), np.repeat(self.example_R, NUM_ACTIONS)))
        row_X, action_X = np.divmod(order, NUM_ACTIONS)
        finite_X = np.isfinite(values_RV.ravel()[order])
        row_X, action_X = row_X[finite_X], action_X[finite_X]
        ends_X = action_X == END
        rank_X = _rank(self.example_R[row_X])
        self._end(row_X[ends_X & (rank_X < self.beam)], values_RV)
        row_X, action_X = row_X[~ends_X], action_X[~ends_X]
        example_X = self.example_R[row_X]
        live_X = (_rank(example_X) < self.beam) & (self.count_N[example_X] < self.beam)
        live_X &= self.length < self.max_actions
        parents, chosen = row_X[live_X], action_X[live_X]
        self.prefix_RA = self.prefix_RA[parents]
        if len(parents):
            self.prefix_RA[:, self.length] = chosen
        self.worlds_RW = act(self.worlds_RW[parents], chosen)
        self.score_R = values_RV[parents, chosen]
        self.example_R, self.last_R = self.example_R[parents], chosen
        self.length += 1
        return parents

    def _end(self, rows: npt.NDArray[np.int64], values_RV: Floats) -> None:
        slots = self.count_N[self.example_R[rows]] + _rank(self.example_R[rows])
        rows, slots = rows[slots < self.beam], slots[slots < self.beam]
        examples = self.example_R[rows]
        self.ended_NWA[examples, slots] = self.prefix_RA[rows]
        self.score_NW[examples, slots] = values_RV[rows, END]
        np.add.at(self.count_N, examples, 1)

    def proposed(self, inputs_NW: WorldArray, outputs_NW: WorldArray) -> Proposed:
        """The ended traces, each run once more to check it."""
        order = np.argsort(-self.score_NW, axis=1, kind="stable")
        actions = np.take_along_axis(self.ended_NWA, order[..., None], axis=1)
        score_NW = np.take_along_axis(self.score_NW, order, axis=1)
        worlds = np.repeat(inputs_NW[:, None], self.beam, axis=1).reshape(-1, WORLD_SIZE)
        flat = actions.reshape(len(worlds), -1)
        for turn in range(self.max_actions):
            going = np.flatnonzero(flat[:, turn] >= 0)
            if not len(going):
                break
            worlds[going] = act(worlds[going], flat[going, turn])
        ends = worlds.reshape(*score_NW.shape, WORLD_SIZE)
        right_NW = same_worlds(ends, outputs_NW[:, None]) & np.isfinite(score_NW)
        return Proposed(actions, right_NW, score_NW)


def _rank(sorted_X: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """For each number in a sorted array, how many equal numbers come before it."""
    rank: npt.NDArray[np.int64] = np.arange(len(sorted_X)) - np.searchsorted(sorted_X, sorted_X)
    return rank
