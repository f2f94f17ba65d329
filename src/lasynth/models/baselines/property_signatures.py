"""Property signatures (Odena and Sutton 2020), as the paper compares with them (section 5.2.1).

A property is a question about one cell: does `O = I + c`, or `O = c - I`, hold there? Its answer over the
shown examples is one of three: in all, in none, in some. A task is represented by the sequence of these
answers, cell by cell. A bidirectional LSTM reads the sequence, and the decoder attends to its states. The
model never sees the lists. (The released code, `data_utils.py`, has only the first family; the paper names
both.)

Shapes: B tasks, K examples, N cells, M memories (one per task), S properties (two for each cell and
constant), H hidden, D decoder state, P packed positions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from lasynth.config import Layers
from lasynth.models.attention import Attention, Slots
from lasynth.models.decoder import NoHistory, OutputLayer, TokenDecoder
from lasynth.models.executor import NoExecutor
from lasynth.models.lasynth import Fixed, Read, State
from lasynth.models.lists import ListConfig, ListModel
from lasynth.models.schedule import Never

__all__ = ["PropertySignatures", "signature"]

NONE, ALL, SOME = range(3)


def signature(inputs_BKN: Tensor, outputs_BKN: Tensor, max_value: int) -> Tensor:
    """The answers to all properties: `NONE`, `ALL` or `SOME`, `[B, S]`.

    Args:
        inputs_BKN, outputs_BKN: the shown examples.
        max_value: c is in `[-max_value, max_value]`.

    Returns:
        Cell by cell, first the `O = I + c` with ascending c, then the `O = c - I`.
    """
    constants = torch.arange(-max_value, max_value + 1, device=inputs_BKN.device)
    given, wanted = inputs_BKN.unsqueeze(-1), outputs_BKN.unsqueeze(-1)
    holds = torch.cat([wanted == given + constants, wanted == constants - given], dim=-1)
    everywhere, somewhere = holds.all(1), holds.any(1)
    answers = torch.where(everywhere, ALL, torch.where(somewhere, SOME, NONE))
    return answers.flatten(1)


class _Certain(nn.Module):
    """The lists themselves; see `lasynth.models.lasynth.Values`."""

    def expresses(self, list_MKN: Tensor) -> Tensor:
        raise NotImplementedError("no beliefs to correct")

    def corrected(self, belief_MKN: Tensor, list_MKN: Tensor, known_MK: Tensor) -> Tensor:
        return torch.where(known_MK[..., None], list_MKN, belief_MKN)

    def joined(self, first_MKN: Tensor, second_MKN: Tensor) -> Tensor:
        return torch.cat([first_MKN, second_MKN])


class PropertySignatures(ListModel):
    """Programs from property signatures: a LaSynth that reads these, without execution and history."""

    @dataclass(frozen=True, slots=True)
    class Config(ListConfig):
        """Sizes of a model that reads property signatures.

        Attributes:
            encoder_layers: layers of the encoder (2 in the release).
        """

        kind: ClassVar[str] = "property-signatures"

        encoder_layers: Layers = 2

        def misfit(self) -> tuple[str, str] | None:
            """See `lasynth.config.Config`."""
            if 2 * self.hidden % self.heads:
                what = f"2 x hidden = {2 * self.hidden} is not a multiple of heads = {self.heads}"
                return what, "Give another size, or another number of heads."
            return ListConfig.misfit(self)

    answers: nn.Embedding
    lstm: nn.LSTM
    attention: Attention

    def __init__(self, config: Config) -> None:
        size, hidden, decoder, num_tokens = config.embedding, config.hidden, config.decoder, config.num_tokens
        parts = {
            "values": _Certain(),
            "answers": nn.Embedding(3, size),
            "lstm": nn.LSTM(size, hidden, config.encoder_layers, bidirectional=True, batch_first=True),
            "decoder": TokenDecoder(num_tokens, size, 4 * hidden, decoder, config.decoder_layers),
            "executor": NoExecutor(),
            "attention": Attention(2 * hidden, decoder, 2 * hidden, config.heads),
            "history": NoHistory(2 * hidden),
            "output": OutputLayer(2 * hidden, decoder, 2 * hidden, num_tokens, config.dropout),
        }
        super().__init__(config, parts, Never())

    def first_belief(self, inputs_BKN: Tensor, outputs_BKN: Tensor) -> Tensor:
        """The inputs themselves."""
        return inputs_BKN

    def _read(self, belief_MK: Tensor) -> tuple[Read, None]:
        """The inputs themselves."""
        return (belief_MK,), None

    def _encode(
        self, read: Read, last: State | None, inputs_BKN: Tensor, outputs_BKN: Tensor
    ) -> tuple[Fixed, Tensor]:
        """Keys and values of the properties `[B, 1, S, 4H]`, and the pooled states `[B, 4H]`."""
        asked_BS = signature(read[0], outputs_BKN, self.config.max_value)
        states_BSH, _ = self.lstm(self.answers(asked_BS))
        pooled = torch.cat([states_BSH.mean(1), states_BSH.amax(1)], dim=-1)
        return (self.attention.remember(states_BSH.unsqueeze(1)),), pooled

    def _remember(self, read: Read, fixed: Fixed, outputs_BKN: Tensor, row_M: Tensor) -> Tensor:
        """The properties; beliefs are always the inputs."""
        (memory,) = fixed
        return memory[row_M]

    def reader(self, memory_MK: Tensor, state_PD: Tensor, slots: Slots) -> Tensor:
        """The reading of the properties at each packed position: `[P, 2H]`."""
        read: Tensor = self.attention(memory_MK, state_PD.unsqueeze(1), slots)
        return read.squeeze(1)
