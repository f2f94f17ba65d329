"""LaSynth for Karel (section 5.1.1): beliefs are worlds, read from the robot's point of view.

The paper uses Bunel et al.'s encoder in the decoder and in the latent executor, and no operation predictor.
It does not say what the executor returns or when it runs. Here a belief is a grid with probabilities for the
robot and expected markers, and the executor runs after every statement of the outermost block. The decoder's
state depends on tokens only, because the effect of a statement on a world does not depend on the goal.

Shapes: B tasks, K examples, M memories (a task at a time of its program), P packed positions, H and W sides
of the planes, E encoding of a pair, D decoder state, R reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor, nn

from lasynth.config import Rate, Width
from lasynth.domains.karel.grammar import ACTION_NAMES, token_of
from lasynth.models.attention import Slots
from lasynth.models.decoder import HistoryAttention, NoHistory, OutputLayer, TokenDecoder
from lasynth.models.executor import NoExecutor
from lasynth.models.karel.beliefs import WorldBeliefs
from lasynth.models.karel.encoder import Goals, WorldEncoder
from lasynth.models.karel.executor import ChangeExecutor
from lasynth.models.karel.model import WorldConfig, WorldModel
from lasynth.models.karel.planes import Planes
from lasynth.models.lasynth import Fixed, LaSynth, Read, State
from lasynth.models.schedule import AtEnd, Never, Schedule, StatementEnds

__all__ = ["KarelLaSynth", "PairReader"]


class PairReader(nn.Module):
    """Reads each example with the decoder's state, then takes the maximum over examples (Eq. 2).

    Args:
        decoder_size: size of the decoder's state, D.
        size: size of the encoding of a pair, E.
        hidden: size of the hidden layer.
        reading: size of the result, R.
    """

    def __init__(self, decoder_size: int, size: int, hidden: int, reading: int) -> None:
        super().__init__()
        self.pair = nn.Linear(size, hidden)
        self.state = nn.Linear(decoder_size, hidden, bias=False)
        self.pool = nn.Linear(hidden, reading)

    def remember(self, pairs_MKE: Tensor) -> Tensor:
        """The part of the reading that positions share: `[M, K, E]` to `[M, K, hidden]`."""
        memory: Tensor = self.pair(pairs_MKE)
        return memory

    def forward(self, memory_MK: Tensor, state_PD: Tensor, slots: Slots) -> Tensor:
        """The pooled reading m_t of each packed position: `[P, R]`."""
        memory_P = slots.index_P // slots.width
        asked = memory_MK.index_select(0, memory_P) + self.state(state_PD).unsqueeze(1)
        return torch.tanh(self.pool(asked.relu())).amax(1)


class KarelLaSynth(WorldModel, LaSynth):
    """LaSynth for Karel; a belief is `[M, K, 7, H, W]` (`planes`)."""

    @dataclass(frozen=True, slots=True)
    class Config(WorldConfig):
        """Sizes and parts.

        Attributes:
            pair: size of the encoding of a pair, E.
            reading: size of the reading of the examples at a position.
            heads: attention heads over tokens.
            executor: when the latent executor runs: after each statement of the outermost block, only at
                the end (the paper's NoPartialExecutor), or never (NoExecutor).
            history: whether decoding attends to the tokens so far (Eq. 3).
            dropout: probability, on the inputs of the output layer.
        """

        kind: ClassVar[str] = "karel"

        pair: Width = 192
        reading: Width = 256
        heads: Width = 2
        executor: Literal["statements", "end", "never"] = "statements"
        history: bool = True
        dropout: Rate = 0.0

        def misfit(self) -> tuple[str, str] | None:
            """See `lasynth.config.Config`."""
            if not self.hidden % self.heads:
                return None
            what = f"hidden = {self.hidden} is not a multiple of heads = {self.heads}"
            return what, "Give another size, or another number of heads."

    values: Planes
    encoder: WorldEncoder
    reader: PairReader

    def __init__(self, config: Config) -> None:
        reading, num_tokens, decoder = config.reading, config.num_tokens, config.decoder
        encoder = config.pair_encoder(config.pair)
        history: HistoryAttention | NoHistory = NoHistory(reading)
        if config.history:
            history = HistoryAttention(decoder, reading, config.hidden, config.heads)
        executor: ChangeExecutor | NoExecutor = NoExecutor()
        if config.executor != "never":
            executor = ChangeExecutor(decoder, config.hidden)
        parts = {
            "values": Planes(),
            "encoder": encoder,
            "decoder": TokenDecoder(num_tokens, config.embedding, 1, decoder, config.decoder_layers),
            "executor": executor,
            "reader": PairReader(decoder, config.pair, config.hidden, reading),
            "history": history,
            "output": OutputLayer(history.size, decoder, reading, num_tokens, config.dropout),
        }
        # A program ends with `m)`, which has no effect: the last execution is before it.
        super().__init__(config, parts, _schedule(config), num_closing=1)
        self.beliefs = WorldBeliefs()

    def first_belief(self, inputs_BKN: Tensor, outputs_BKN: Tensor) -> Tensor:
        """See `LaSynth`."""
        return self.values.certain(inputs_BKN)

    def _read(self, belief_MK: Tensor) -> tuple[Read, None]:
        """The believed worlds: the encoder reads them in pairs with the goals."""
        return (belief_MK,), None

    def _encode(
        self, read: Read, last: State | None, inputs_BKN: Tensor, outputs_BKN: Tensor
    ) -> tuple[Fixed, Tensor]:
        """Encoded goals; the decoder's initial state is learned and the same for all tasks."""
        (planes,) = read
        goals = self.encoder.goals(outputs_BKN, *planes.shape[-2:])
        return (goals.view_MKG,), planes.new_ones(len(planes), 1)

    def _remember(self, read: Read, fixed: Fixed, outputs_BKN: Tensor, row_M: Tensor) -> Tensor:
        """The pairs of believed worlds and goal worlds, `[M, K, hidden]`."""
        (view,) = fixed
        return self.reader.remember(self.encoder(read[0], Goals(outputs_BKN[row_M], view[row_M])))


def _schedule(config: KarelLaSynth.Config) -> Schedule:
    if config.executor != "statements":
        return AtEnd() if config.executor == "end" else Never()
    return StatementEnds(
        token_of,
        config.num_tokens,
        opening=[f"{letter}(" for letter in "mcwrie"],
        closing=[f"{letter})" for letter in "mcwrie"],
        level=1,
        ends=[*ACTION_NAMES, *(f"{letter})" for letter in "wrie")],
        half="IFELSE",  # the other branch follows its `i)`
    )
