"""Bunel et al. (2018): a decoder for each example, pooled over the examples at every token.

An encoder turns each example into one vector. For each example, an LSTM reads this vector together with every
token. The maximum of its top layer over the examples gives the logits. There is no attention.

A separate part decides what the vector encodes (`lasynth.models.baselines.execution`): here always the input
and the output; in Exec (`lasynth.models.baselines.exec`) the output and the world that the program so far has
made of the input. The parameters are the same, so the gain from execution can be measured without it.

Shapes: B tasks, R rows of a search, K examples, N = R K or B K, W numbers of a world, T tokens, P packed
positions, S states of a program, Q worlds, E size of an encoded example, D decoder state, V vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from lasynth.domains.karel.world import WorldArray
from lasynth.models.baselines.execution import EXECUTIONS, Worlds, joined
from lasynth.models.baselines.learned_syntax import LearnedSyntax, NoSyntax, Syntax
from lasynth.models.baselines.peer import PeerConfig
from lasynth.models.distinct import distinct
from lasynth.models.karel.encoder import Goals, WorldEncoder
from lasynth.models.karel.model import WorldModel
from lasynth.models.karel.planes import sides, to_planes
from lasynth.models.model import Forward
from lasynth.models.ragged import read_ragged

__all__ = ["Bunel", "ExampleDecoder", "ExampleState"]

State = tuple[Tensor, Tensor]


class ExampleDecoder(nn.Module):
    """An LSTM over the tokens and the encoding of one example, with a learned initial state.

    Args:
        config: sizes.
    """

    def __init__(self, config: PeerConfig) -> None:
        super().__init__()
        size, layers = config.decoder, config.decoder_layers
        self.tokens = nn.Embedding(config.num_tokens, config.embedding)
        self.lstm = nn.LSTM(config.embedding + config.example, size, layers, batch_first=True)
        self.start = nn.Parameter(torch.empty(2, layers, 1, size).uniform_(-0.1, 0.1))
        self.output = nn.Linear(size, config.num_tokens)

    def initial(self, num_rows: int) -> State:
        """The state before any token, `[layers, N, D]` twice."""
        hidden, cell = self.start.expand(-1, -1, num_rows, -1).contiguous()
        return hidden, cell

    def forward(self, tokens_NT: Tensor, examples_NTE: Tensor, state: State) -> tuple[Tensor, State]:
        """Read tokens and examples: the state after each, `[N, T, D]`, and the last state of all layers."""
        read = torch.cat([self.tokens(tokens_NT), examples_NTE], dim=-1)
        states, last = self.lstm(read, state)
        return states, last

    def along(self, tokens_NT: Tensor, examples_NTE: Tensor, lengths_N: Tensor) -> Tensor:
        """Read whole programs from the start: the state after each token, `[N, T, D]`."""
        read = torch.cat([self.tokens(tokens_NT), examples_NTE], dim=-1)
        return read_ragged(self.lstm, read, lengths_N, self.initial(len(read)))

    def score(self, states_PKD: Tensor, seen_PK: Tensor) -> Tensor:
        """Logits `[P, V]`: the maximum over the seen examples, then a linear layer."""
        pooled = states_PKD.masked_fill(~seen_PK[..., None], -torch.inf).amax(1)
        logits: Tensor = self.output(pooled)
        return logits


@dataclass(frozen=True, slots=True)
class ExampleState:
    """Rows of a search.

    Attributes:
        lstm: state of the decoder, `[layers, R K, D]` twice.
        syntax: state of the learned syntax, `[layers, R, D]` twice.
        codes_RKE: the current encodings of the examples.
        worlds: the worlds that they encode.
        example_RK: the index in `goals` of each.
        goals: the goal worlds of all examples, each as a task of one example.
        box: height and width of the planes.
    """

    lstm: State
    syntax: State
    codes_RKE: Tensor
    worlds: Worlds
    example_RK: Tensor
    goals: Goals
    box: tuple[int, int]

    def select(self, parents_R: Tensor) -> ExampleState:
        """The rows `parents_R`, which may repeat."""
        num_examples = self.codes_RKE.shape[1]
        parents_N = (parents_R[:, None] * num_examples + torch.arange(num_examples).to(parents_R)).flatten()
        return replace(
            self,
            lstm=(self.lstm[0].index_select(1, parents_N), self.lstm[1].index_select(1, parents_N)),
            syntax=(self.syntax[0].index_select(1, parents_R), self.syntax[1].index_select(1, parents_R)),
            codes_RKE=self.codes_RKE.index_select(0, parents_R),
            worlds=self.worlds.reorder(parents_R.cpu().numpy()),
            example_RK=self.example_RK.index_select(0, parents_R),
        )

    def join(self, other: ExampleState) -> ExampleState:
        """These rows, then those of another state."""
        first, second = self._compact(), other._compact()
        return ExampleState(
            _joined(first.lstm, second.lstm),
            _joined(first.syntax, second.syntax),
            torch.cat([first.codes_RKE, second.codes_RKE]),
            joined(first.worlds, second.worlds),
            torch.cat([first.example_RK, second.example_RK + len(first.goals.worlds_MKW)]),
            first.goals.join(second.goals),
            (max(first.box[0], second.box[0]), max(first.box[1], second.box[1])),
        )

    def _compact(self) -> ExampleState:
        """The same rows, without the goals that no row uses any more."""
        examples, example_RK = torch.unique(self.example_RK, return_inverse=True)
        return replace(self, example_RK=example_RK, goals=self.goals.rows(examples))


def _joined(first: State, second: State) -> State:
    return torch.cat([first[0], second[0]], dim=1), torch.cat([first[1], second[1]], dim=1)


class Bunel(WorldModel):
    """Programs from examples, with a decoder for each example; the same two paths as `LaSynth`.

    A hypothesis with which every example has crashed cannot be right. Then `step` gives all probability to
    `bos`, which no mask allows, so that a search drops the hypothesis. Without execution no example
    crashes.
    """

    @dataclass(frozen=True, slots=True)
    class Config(PeerConfig):
        """Bunel et al. (2018).

        Attributes:
            syntax: `"grammar"` if only the mask knows the grammar, `"learned"` if a network also learns it.
        """

        kind: ClassVar[str] = "bunel"
        execution: ClassVar[str] = "never"

        syntax: Literal["grammar", "learned"] = "grammar"

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.encoder: WorldEncoder = config.pair_encoder(config.example)
        self.decoder = ExampleDecoder(config)
        self.execution = EXECUTIONS[config.execution]
        self.syntax: Syntax = NoSyntax()
        if config.syntax == "learned":
            self.syntax = LearnedSyntax(config.num_tokens, config.embedding, config.decoder, 2)
            self.objective = "every-token"  # the syntax must learn from tokens that the mask forbids

    def forward(
        self,
        tokens_BT: Tensor,
        lengths_B: Tensor,
        inputs_BKW: Tensor,
        outputs_BKW: Tensor,
        wanted_BT: Tensor | None = None,
    ) -> Forward:
        """The teacher-forced path; see `LaSynth.forward`. There is no latent execution.

        `op_loss` is the loss of a learned syntax.
        """
        batch, num_tokens = tokens_BT.shape
        num_examples = inputs_BKW.shape[1]
        device = tokens_BT.device
        inside = torch.arange(num_tokens, device=device)[None] < lengths_B[:, None]
        states = self.execution.along(_int32(tokens_BT), _bytes(inputs_BKW))
        state_BT, world_SK, example_Q = (
            torch.from_numpy(array).to(device)
            for array in (states.state_BT, states.world_SK, states.example_Q)
        )
        box = sides(inputs_BKW)
        goals = self.encoder.goals(outputs_BKW.flatten(0, 1)[:, None], *box)
        codes_QE = self._encode(torch.from_numpy(states.worlds_QW).to(device), goals.rows(example_Q), box)
        codes_BKTE = codes_QE[world_SK[state_BT].transpose(1, 2)]

        read_BT = torch.cat([tokens_BT.new_full((batch, 1), self.bos), tokens_BT[:, :-1]], dim=1)
        read_NT, lengths_N = (each.repeat_interleave(num_examples, dim=0) for each in (read_BT, lengths_B))
        decoded = self.decoder.along(read_NT, codes_BKTE.flatten(0, 1), lengths_N)
        added_BTV, _ = self.syntax(read_BT, self.syntax.initial(batch))
        wanted = inside if wanted_BT is None else inside & wanted_BT
        row_P, position_P = wanted.nonzero(as_tuple=True)
        states_PKD = decoded.unflatten(0, (batch, num_examples))[row_P, :, position_P]
        seen_PK = torch.from_numpy(states.seen_SK).to(device)[state_BT[row_P, position_P]]
        logits = self.decoder.score(states_PKD, seen_PK) + added_BTV[row_P, position_P]
        syntax_loss = self.syntax.loss(added_BTV, tokens_BT, inside)
        return Forward.unexecuted(logits, row_P, position_P, syntax_loss)

    def _encode(self, worlds_QW: Tensor, goals: Goals, box: tuple[int, int]) -> Tensor:
        """Encodings `[Q, E]` of worlds, each with its goal world."""
        return self.encoder(to_planes(worlds_QW, *box)[:, None], goals)[:, 0]

    def start(self, inputs_BKW: Tensor, outputs_BKW: Tensor) -> ExampleState:
        """The incremental path before any token: one row per task."""
        batch, num_examples = inputs_BKW.shape[:2]
        box = sides(inputs_BKW)
        goals = self.encoder.goals(outputs_BKW.flatten(0, 1)[:, None], *box)
        codes = self._encode(inputs_BKW.flatten(0, 1), goals, box)
        examples = torch.arange(batch * num_examples, device=codes.device)
        return ExampleState(
            self.decoder.initial(batch * num_examples),
            self.syntax.initial(batch),
            codes.unflatten(0, (batch, num_examples)),
            self.execution.start(_bytes(inputs_BKW)),
            examples.unflatten(0, (batch, num_examples)),
            goals,
            box,
        )

    def step(self, state: ExampleState, tokens_R: Tensor) -> tuple[Tensor, ExampleState]:
        """The incremental path: feed one token per row (`bos` at its start), get the next logits `[R, V]`."""
        num_rows, num_examples = state.example_RK.shape
        if not bool((tokens_R == self.bos).all()):
            state = self._execute(state, tokens_R)
        read_N1 = tokens_R.repeat_interleave(num_examples)[:, None]
        decoded, lstm = self.decoder(read_N1, state.codes_RKE.flatten(0, 1)[:, None], state.lstm)
        added_R1V, syntax = self.syntax(tokens_R[:, None], state.syntax)
        seen_RK = torch.from_numpy(state.worlds.seen()).to(tokens_R.device)
        decoded_RKD = decoded[:, 0].unflatten(0, (num_rows, num_examples))
        logits = self.decoder.score(decoded_RKD, seen_RK) + added_R1V[:, 0]
        lost_R = torch.from_numpy(state.worlds.crashed.all(axis=1)).to(tokens_R.device)
        only_bos = torch.full_like(logits[0], -torch.inf)
        only_bos[self.bos] = 0.0
        logits = torch.where(lost_R[:, None], only_bos, logits)
        return logits, replace(state, lstm=lstm, syntax=syntax)

    def _execute(self, state: ExampleState, tokens_R: Tensor) -> ExampleState:
        """Append tokens to the worlds; encode the changed worlds, each distinct one of an example once."""
        worlds = state.worlds.reorder(np.arange(len(tokens_R)))  # a copy: the old state must not change
        worlds.advance(tokens_R.cpu().numpy())
        row_X, place_X = np.nonzero(worlds.changed)
        if not len(row_X):
            return replace(state, worlds=worlds)
        examples_X = state.example_RK.cpu().numpy()[row_X, place_X]
        pairs_X = [examples_X[:, None].view(np.uint8), worlds.worlds[row_X, place_X]]
        first_Q, same_X = distinct(np.concatenate(pairs_X, axis=1))
        device = tokens_R.device
        example_Q = torch.from_numpy(examples_X[first_Q]).to(device)
        worlds_QW = torch.from_numpy(worlds.worlds[row_X[first_Q], place_X[first_Q]]).to(device)
        codes_QE = self._encode(worlds_QW, state.goals.rows(example_Q), state.box)
        codes_RKE = state.codes_RKE.clone()
        codes_RKE[torch.from_numpy(row_X), torch.from_numpy(place_X)] = codes_QE[torch.from_numpy(same_X)]
        return replace(state, worlds=worlds, codes_RKE=codes_RKE)


def _int32(tokens_BT: Tensor) -> npt.NDArray[np.int32]:
    return tokens_BT.cpu().numpy().astype(np.int32)


def _bytes(worlds: Tensor) -> WorldArray:
    return worlds.cpu().numpy().astype(np.uint8)
