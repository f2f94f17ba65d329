"""LaSynth for Karel (section 5.1.1): beliefs are worlds, read from the robot's point of view.

The paper has Bunel et al.'s encoder in the decoder and in the latent executor, and no operation predictor; it
does not say what the executor gives or when it runs. Here a belief is a grid with chances for the robot and
the markers, the executor runs behind every statement of the outermost block, and the decoder's state knows
tokens only: what a statement does to a world does not depend on what is wanted.

Shapes: B tasks, K examples, M memories (a task at a time of its program), P packed positions, H and W sides
of the planes, E encoding of a pair, D decoder state, R reading.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, Self

import torch
from torch import Tensor, nn

from lasynth.config import Count, Rate, Size
from lasynth.domains.karel.grammar import BOS
from lasynth.models.attention import Slots
from lasynth.models.decoder import HistoryAttention, NoHistory, OutputLayer, TokenDecoder
from lasynth.models.karel.beliefs import WorldBeliefs
from lasynth.models.karel.encoder import ConvEncoder, FrameEncoder, Goals, WorldEncoder
from lasynth.models.karel.executor import ChangeExecutor, NoChange
from lasynth.models.karel.model import WorldConfig, WorldModel
from lasynth.models.karel.planes import Planes
from lasynth.models.karel.schedule import StatementEnds
from lasynth.models.lasynth import LaSynth, Parts
from lasynth.models.schedule import AtEnd, Never, Schedule

__all__ = ["KarelLaSynth", "PairReader"]


class PairReader(nn.Module):
    """What the decoder's state asks of each example, then the maximum over examples (Eq. 2).

    Args:
        decoder_size: size of the decoder's state, D.
        size: of the encoding of a pair, E.
        hidden: size of the layer between.
        reading: size of the result, R.
    """

    def __init__(self, decoder_size: int, size: int, hidden: int, reading: int) -> None:
        super().__init__()
        self.pair = nn.Linear(size, hidden)
        self.state = nn.Linear(decoder_size, hidden, bias=False)
        self.pool = nn.Linear(hidden, reading)

    def remember(self, pairs_MKE: Tensor) -> Tensor:
        """What is read at every position of a time: `[M, K, E]` to `[M, K, hidden]`."""
        memory: Tensor = self.pair(pairs_MKE)
        return memory

    def forward(self, memory_MK: Tensor, state_PD: Tensor, slots: Slots) -> Tensor:
        """The pooled reading m_t of each packed position: `[P, R]`."""
        memory_P = slots.index_P // slots.width
        asked = memory_MK.index_select(0, memory_P) + self.state(state_PD).unsqueeze(1)
        return torch.tanh(self.pool(asked.relu())).amax(1)


class KarelLaSynth(WorldModel, LaSynth):
    """LaSynth for Karel; a belief is `[M, K, 7, H, W]` (`planes`).

    Args:
        encoder: of pairs of worlds.
        parts: the other parts; the reader is a `PairReader`.
        bos: the token before the first.
    """

    @dataclass(frozen=True, slots=True)
    class Config(WorldConfig):
        """Sizes and parts.

        Attributes:
            embedding: size of token embeddings.
            encoder: what reads a pair of worlds: `"frame"`, from the robot's point of view; `"conv"`, the
                CNN of Bunel et al.
            channels, blocks: of the CNN: channels of each grid, and residual blocks.
            hidden: size of the layers of the encoder and of the executor, and of attention over tokens.
            pair: size of the encoding of a pair, E.
            reading: size of what is read of the examples at a position.
            decoder: size of the token decoder's state, D.
            decoder_layers: layers of the token decoder.
            heads: attention heads over tokens.
            executor: when the latent executor runs: after each statement of the outermost block, only at
                the end (the paper's NoPartialExecutor), or never (NoExecutor).
            history: whether decoding attends to the tokens so far (Eq. 3).
            dropout: probability, on the inputs of the output layer.
        """

        kind: ClassVar[str] = "karel"

        embedding: Size = 32
        encoder: Literal["frame", "conv"] = "frame"
        channels: Size = 32
        blocks: Count = 2
        hidden: Size = 192
        pair: Size = 192
        reading: Size = 256
        decoder: Size = 192
        decoder_layers: Size = 1
        heads: Size = 2
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

    def __init__(self, encoder: nn.Module, parts: Parts, bos: int) -> None:
        # A program ends with `m)`, which says nothing: the last execution is the one before it.
        super().__init__({"values": Planes(), "encoder": encoder}, parts, bos, num_closing=1)
        self.beliefs = WorldBeliefs()

    @classmethod
    def _compose(cls, config: Config) -> Self:
        encoder: FrameEncoder | ConvEncoder
        if config.encoder == "frame":
            encoder = FrameEncoder(config.hidden, config.pair)
        else:
            encoder = ConvEncoder(config.channels, config.blocks, config.pair)
        history: HistoryAttention | NoHistory
        if config.history:
            history = HistoryAttention(config.decoder, config.reading, config.hidden, config.heads)
        else:
            history = NoHistory(config.reading)
        executor: ChangeExecutor | NoChange = NoChange()
        if config.executor != "never":
            executor = ChangeExecutor(config.decoder, config.hidden)
        schedules: dict[str, Schedule] = {"statements": StatementEnds(), "end": AtEnd(), "never": Never()}
        reading, num_tokens = config.reading, config.num_tokens
        parts = Parts(
            decoder=TokenDecoder(num_tokens, config.embedding, 1, config.decoder, config.decoder_layers),
            executor=executor,
            schedule=schedules[config.executor],
            reader=PairReader(config.decoder, config.pair, config.hidden, reading),
            history=history,
            output=OutputLayer(history.size, config.decoder, reading, num_tokens, config.dropout),
        )
        return cls(encoder, parts, BOS)

    def _encode_outputs(self, embedded: Tensor, outputs_BKN: Tensor) -> tuple[Tensor, Tensor]:
        """Encoded goals; the decoder starts from what it has learned, the same for all tasks."""
        height, width = embedded.shape[-2:]
        goals = self.encoder.goals(outputs_BKN, height, width)
        return goals.view_MKG, embedded.new_ones(len(embedded), 1)

    def _remember(self, embedded: Tensor, encoded: Tensor, outputs_MKN: Tensor) -> Tensor:
        """The pairs of believed and wanted worlds, `[M, K, hidden]`."""
        return self.reader.remember(self.encoder(embedded, Goals(outputs_MKN, encoded)))
