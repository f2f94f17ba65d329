"""LaSynth for Karel (section 5.1.1): beliefs are worlds, read from the robot's point of view.

The paper has Bunel et al.'s encoder in the decoder and in the latent executor, and no operation predictor; it
does not say what the executor gives or when it runs. Here a belief is a grid with chances for the robot and
the markers, the executor runs behind every statement of the outermost block, and the decoder's state knows
tokens only: what a statement does to a world does not depend on what is wanted.

Shapes: B tasks, K examples, M memories (a task at a time of its program), P packed positions, H and W sides
of the planes, E encoding of a pair, D decoder state, R reading.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lasynth.models.attention import Slots
from lasynth.models.karel.encoder import Goals, WorldEncoder
from lasynth.models.karel.planes import Planes
from lasynth.models.lasynth import LaSynth, Parts

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


class KarelLaSynth(LaSynth):
    """LaSynth for Karel; a belief is `[M, K, 7, H, W]` (`planes`).

    Args:
        encoder: of pairs of worlds.
        parts: the other parts; the reader is a `PairReader`.
        bos: the token before the first.
    """

    values: Planes
    encoder: WorldEncoder
    reader: PairReader

    def __init__(self, encoder: nn.Module, parts: Parts, bos: int) -> None:
        # A program ends with `m)`, which says nothing: the last execution is the one before it.
        super().__init__({"values": Planes(), "encoder": encoder}, parts, bos, num_closing=1)

    def _encode_outputs(self, embedded: Tensor, outputs_BKN: Tensor) -> tuple[Tensor, Tensor]:
        """Encoded goals; the decoder starts from what it has learned, the same for all tasks."""
        height, width = embedded.shape[-2:]
        goals = self.encoder.goals(outputs_BKN, height, width)
        return goals.view_MKG, embedded.new_ones(len(embedded), 1)

    def _remember(self, embedded: Tensor, encoded: Tensor, outputs_MKN: Tensor) -> Tensor:
        """The pairs of believed and wanted worlds, `[M, K, hidden]`."""
        return self.reader.remember(self.encoder(embedded, Goals(outputs_MKN, encoded)))
