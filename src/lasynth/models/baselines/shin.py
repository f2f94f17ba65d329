"""Shin, Polosukhin and Song (2018), second stage: from examples and their traces to code.

The traces are not given: the first stage, which this model contains (`shin_trace`), infers them. The model is
also trained on inferred traces (`lasynth.training.traces`), right ones where there are any, so that training
matches use.

A bidirectional LSTM reads each trace with the worlds along it. A decoder for each example attends to its
states; the decoder reads the last token, the encoded example and its previous context. Its new context and
its state are pooled over the examples.

Shapes: B tasks, K examples, N = B K, R rows of a search, S steps of a trace, T tokens, P packed positions,
H size of a step's state, D decoder state, E size of an encoded example, V vocabulary.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from lasynth.config import Width
from lasynth.models.attention import Slots
from lasynth.models.baselines.shin_trace import TraceConfig, TraceModel, encode_pairs
from lasynth.models.baselines.shin_world import NUM_ACTIONS, Steps, WorldReader
from lasynth.models.karel.encoder import WorldEncoder
from lasynth.models.karel.model import WorldModel
from lasynth.models.model import Forward

__all__ = ["CodeModel", "CodeState", "TraceEncoder"]

State = tuple[tuple[Tensor, Tensor], ...]


@dataclass(frozen=True, slots=True)
class CodeState:
    """Rows of a search.

    Attributes:
        cells: state of each layer of the decoder, `[R K, D]` twice.
        context_RKH: the last context of each example.
        example_RK: the index of each example.
        pairs_NE: encoded examples.
        memory_NSH: the states of their traces.
        inside_NS: true up to the end of each trace.
    """

    cells: State
    context_RKH: Tensor
    example_RK: Tensor
    pairs_NE: Tensor
    memory_NSH: Tensor
    inside_NS: Tensor

    def select(self, parents_R: Tensor) -> CodeState:
        """The rows `parents_R`, which may repeat."""
        num_examples = self.example_RK.shape[1]
        parents_N = (parents_R[:, None] * num_examples + torch.arange(num_examples).to(parents_R)).flatten()
        return replace(
            self,
            cells=tuple((h.index_select(0, parents_N), c.index_select(0, parents_N)) for h, c in self.cells),
            context_RKH=self.context_RKH.index_select(0, parents_R),
            example_RK=self.example_RK.index_select(0, parents_R),
        )

    def join(self, other: CodeState) -> CodeState:
        """These rows, then those of another state."""
        first, second = self._compact(), other._compact()
        steps = max(first.inside_NS.shape[1], second.inside_NS.shape[1])
        memories = [
            functional.pad(one.memory_NSH, (0, 0, 0, steps - one.memory_NSH.shape[1]))
            for one in (first, second)
        ]
        insides = [
            functional.pad(one.inside_NS, (0, steps - one.inside_NS.shape[1])) for one in (first, second)
        ]
        return CodeState(
            tuple(
                (torch.cat([h, other_h]), torch.cat([c, other_c]))
                for (h, c), (other_h, other_c) in zip(first.cells, second.cells, strict=True)
            ),
            torch.cat([first.context_RKH, second.context_RKH]),
            torch.cat([first.example_RK, second.example_RK + len(first.pairs_NE)]),
            torch.cat([first.pairs_NE, second.pairs_NE]),
            torch.cat(memories),
            torch.cat(insides),
        )

    def _compact(self) -> CodeState:
        """The same rows, without the examples that no row uses any more."""
        examples, example_RK = torch.unique(self.example_RK, return_inverse=True)
        return replace(
            self,
            example_RK=example_RK,
            pairs_NE=self.pairs_NE.index_select(0, examples),
            memory_NSH=self.memory_NSH.index_select(0, examples),
            inside_NS=self.inside_NS.index_select(0, examples),
        )


class TraceEncoder(nn.Module):
    """Reads traces.

    Args:
        reader: reads the world at a step.
        embedding: size of an embedded action.
        size: size of the state of each direction, half of H.
        layers: number of layers of the LSTM.
    """

    def __init__(self, reader: WorldReader, embedding: int, size: int, layers: int) -> None:
        super().__init__()
        self.reader = reader
        self.actions = nn.Embedding(NUM_ACTIONS, embedding)
        self.lstm = nn.LSTM(reader.size + embedding, size, layers, batch_first=True, bidirectional=True)

    def forward(self, steps: Steps) -> Tensor:
        """The states at all steps, `[N, S, H]`, zeros after the end of each trace."""
        read = torch.cat([steps.pad(self.reader(steps.worlds_Q)), self.actions(steps.actions_NS)], dim=-1)
        return steps.states(self.lstm, read)


class CodeModel(WorldModel):
    """Writes programs from examples and traces; the same two paths as `LaSynth`."""

    @dataclass(frozen=True, slots=True)
    class Config(TraceConfig):
        """The second stage of Shin et al. (2018): from examples and traces to code.

        It contains a first stage with the inherited sizes; the encoder and `grid` have the same sizes in
        both.

        Attributes:
            writer: size of the state of the code decoder, and of each direction of the trace encoder.
        """

        kind: ClassVar[str] = "shin-code"

        writer: Width = 128

    objective = "inferred-traces"

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        embedding, size, layers = config.embedding, config.writer, config.decoder_layers
        memory = 2 * size
        traces = TraceEncoder(config.world_reader(), embedding, size, layers)
        self.tracer = TraceModel(config).requires_grad_(False)  # the first stage is not trained here
        self.encoder: WorldEncoder = config.pair_encoder(config.example)
        self.traces = traces
        self.tokens = nn.Embedding(config.num_tokens, embedding)
        sizes = [embedding + config.example + memory, *[size] * (layers - 1)]
        self.cells = nn.ModuleList(nn.LSTMCell(given, size) for given in sizes)
        self.query = nn.Linear(size, memory)
        self.output = nn.Linear(memory + size, config.num_tokens)

    def forward(
        self,
        tokens_BT: Tensor,
        lengths_B: Tensor,
        inputs_BKW: Tensor,
        outputs_BKW: Tensor,
        wanted_BT: Tensor | None = None,
        actions_BKA: Tensor | None = None,
    ) -> Forward:
        """The teacher-forced path; see `LaSynth.forward`.

        The decoder reads its previous context, so this path too works token by token.

        Args:
            actions_BKA: traces, -1 after the last action; by default they are inferred.
        """
        batch, num_tokens = tokens_BT.shape
        inside = torch.arange(num_tokens, device=tokens_BT.device)[None] < lengths_B[:, None]
        if actions_BKA is None:
            actions_BKA = self.infer(inputs_BKW, outputs_BKW)
        state = self._begin(inputs_BKW, outputs_BKW, actions_BKA)
        found = []
        token_B = tokens_BT.new_full((batch,), self.bos)
        for position in range(num_tokens):
            pooled_BF, state = self._advance(state, token_B)
            found.append(pooled_BF)
            token_B = tokens_BT[:, position]
        wanted = inside if wanted_BT is None else inside & wanted_BT
        row_P, position_P = wanted.nonzero(as_tuple=True)
        logits = self.output(torch.stack(found, dim=1)[row_P, position_P])
        return Forward.unexecuted(logits, row_P, position_P, logits.new_zeros(()))

    def infer(self, inputs_BKW: Tensor, outputs_BKW: Tensor) -> Tensor:
        """The likeliest right trace of each example, or a leap if there is none: `[B, K, A]`."""
        flat = (worlds.flatten(0, 1).cpu().numpy().astype("uint8") for worlds in (inputs_BKW, outputs_BKW))
        actions = torch.from_numpy(self.tracer.propose(*flat).chosen()).to(inputs_BKW.device)
        return actions.unflatten(0, inputs_BKW.shape[:2])

    def _begin(self, inputs_BKW: Tensor, outputs_BKW: Tensor, actions_BKA: Tensor) -> CodeState:
        batch, num_examples = inputs_BKW.shape[:2]
        inputs, outputs, actions = (x.flatten(0, 1) for x in (inputs_BKW, outputs_BKW, actions_BKA))
        steps = Steps.of(inputs, outputs, actions)
        memory = self.traces(steps)
        zeros = memory.new_zeros(len(inputs), self.query.in_features)
        examples = torch.arange(len(inputs), device=inputs.device)
        return CodeState(
            tuple((zeros, zeros) for _ in self.cells),
            memory.new_zeros(batch, num_examples, memory.shape[-1]),
            examples.unflatten(0, (batch, num_examples)),
            encode_pairs(self.encoder, inputs, outputs),
            memory,
            steps.inside_NS,
        )

    def _advance(self, state: CodeState, tokens_R: Tensor) -> tuple[Tensor, CodeState]:
        """Read one token per row: the values pooled over the examples, `[R, H + D]`, and the state."""
        num_rows, num_examples = state.example_RK.shape
        example_N = state.example_RK.flatten()
        tokens_N = self.tokens(tokens_R).repeat_interleave(num_examples, dim=0)
        pairs = state.pairs_NE.index_select(0, example_N)
        value = torch.cat([tokens_N, pairs, state.context_RKH.flatten(0, 1)], dim=1)
        cells = []
        for cell, before in zip(self.cells, state.cells, strict=True):
            value, memory = cell(value, before)
            cells.append((value, memory))
        context = self._attend(state, example_N, self.query(value))
        pooled = torch.cat([context, value], dim=1).unflatten(0, (num_rows, num_examples)).amax(1)
        context_RKH = context.unflatten(0, (num_rows, num_examples))
        return pooled, replace(state, cells=tuple(cells), context_RKH=context_RKH)

    def _attend(self, state: CodeState, example_N: Tensor, query_NH: Tensor) -> Tensor:
        """The mean of the states of each example's trace, weighted by scaled dot products, `[R K, H]`."""
        slots = Slots.of_rows(example_N, len(state.memory_NSH))
        scores = slots.pad(query_NH) @ state.memory_NSH.mT / math.sqrt(query_NH.shape[1])
        scores = scores.masked_fill(~state.inside_NS[:, None], -torch.inf)
        return slots.pack(scores.softmax(-1) @ state.memory_NSH)

    def start(self, inputs_BKW: Tensor, outputs_BKW: Tensor) -> CodeState:
        """The incremental path before any token: infers the traces; one row per task."""
        return self._begin(inputs_BKW, outputs_BKW, self.infer(inputs_BKW, outputs_BKW))

    def step(self, state: CodeState, tokens_R: Tensor) -> tuple[Tensor, CodeState]:
        """The incremental path: feed one token per row (first `bos`), get the next logits `[R, V]`."""
        pooled, state = self._advance(state, tokens_R)
        logits: Tensor = self.output(pooled)
        return logits, state
