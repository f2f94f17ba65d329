"""Property signatures (Odena and Sutton 2020), as the paper compares with them (section 5.2.1).

A property is a question about one cell: does `O = I + c` hold there, does `O = c - I`? Its answer over the
shown examples is one of three: in all, in none, in some. A task is nothing but the sequence of these
answers, cell by cell; a bidirectional LSTM reads it, and the decoder attends to its states. The model never
sees the lists. (The released code has the first family only, `data_utils.py`; the paper names both.)

Shapes: B tasks, K examples, N cells, C constants (2 max + 1), S properties (2 C for each cell), H hidden,
D decoder state, P packed positions, T tokens, R rows of a search, V vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Self

import torch
from torch import Tensor, nn

from lasynth.config import Rate, Size
from lasynth.domains.c.grammar import BOS
from lasynth.models.attention import Attention, Slots
from lasynth.models.decoder import OutputLayer, TokenDecoder
from lasynth.models.lists import ListConfig, ListModel
from lasynth.models.model import Forward

__all__ = ["PropertySignatures", "SignatureState", "signature"]

NONE, ALL, SOME = range(3)


def signature(inputs_BKN: Tensor, outputs_BKN: Tensor, max_value: int) -> Tensor:
    """The answers to all properties: `NONE`, `ALL` or `SOME`, `[B, S]`.

    Args:
        inputs_BKN, outputs_BKN: the shown examples.
        max_value: c goes from `-max_value` to `max_value`.

    Returns:
        Cell after cell, first the `O = I + c` with c rising, then the `O = c - I`.
    """
    constants = torch.arange(-max_value, max_value + 1, device=inputs_BKN.device)
    given, wanted = inputs_BKN.unsqueeze(-1), outputs_BKN.unsqueeze(-1)
    holds = torch.cat([wanted == given + constants, wanted == constants - given], dim=-1)
    everywhere, somewhere = holds.all(1), holds.any(1)
    answers = torch.where(everywhere, ALL, torch.where(somewhere, SOME, NONE))
    return answers.flatten(1)


@dataclass(frozen=True, slots=True)
class SignatureState:
    """Rows of a search.

    Attributes:
        lstm: state of the token decoder, `[layers, R, D]` twice.
        memory_R1S: keys and values of the properties.
    """

    lstm: tuple[Tensor, Tensor]
    memory_R1S: Tensor

    def select(self, parents_R: Tensor) -> SignatureState:
        """The rows `parents_R`, which may repeat."""
        hidden, cell = self.lstm
        lstm = hidden.index_select(1, parents_R), cell.index_select(1, parents_R)
        return SignatureState(lstm, self.memory_R1S.index_select(0, parents_R))


class PropertySignatures(ListModel):
    """Programs from property signatures; the same two paths as `LaSynth`.

    Args:
        config: sizes.
        bos: the token before the first.
    """

    @dataclass(frozen=True, slots=True)
    class Config(ListConfig):
        """Sizes of a model that reads property signatures.

        Attributes:
            embedding: size of the embeddings of tokens and of answers.
            hidden: size of a direction of the encoder, H.
            encoder_layers: layers of the encoder (2 in the release).
            decoder: size of the token decoder's state, D.
            decoder_layers: layers of the token decoder.
            heads: attention heads.
            dropout: probability, on the inputs of the output layer.
        """

        kind: ClassVar[str] = "property-signatures"

        embedding: Size = 64
        hidden: Size = 128
        encoder_layers: Size = 2
        decoder: Size = 256
        decoder_layers: Size = 1
        heads: Size = 2
        dropout: Rate = 0.0

        def misfit(self) -> tuple[str, str] | None:
            """See `lasynth.config.Config`."""
            if 2 * self.hidden % self.heads:
                what = f"2 x hidden = {2 * self.hidden} is not a multiple of heads = {self.heads}"
                return what, "Give another size, or another number of heads."
            return ListConfig.misfit(self)

    def __init__(self, config: Config, bos: int) -> None:
        super().__init__()
        hidden, num_states = config.hidden, 2 * config.hidden
        self.max_value = config.max_value
        self.bos = bos
        self.answers = nn.Embedding(3, config.embedding)
        self.lstm = nn.LSTM(
            config.embedding, hidden, config.encoder_layers, bidirectional=True, batch_first=True
        )
        self.decoder = TokenDecoder(
            config.num_tokens, config.embedding, 2 * num_states, config.decoder, config.decoder_layers
        )
        self.attention = Attention(num_states, config.decoder, num_states, config.heads)
        self.output = OutputLayer(num_states, config.decoder, 2 * hidden, config.num_tokens, config.dropout)

    @classmethod
    def _compose(cls, config: Config) -> Self:
        return cls(config, BOS)

    def forward(
        self,
        tokens_BT: Tensor,
        lengths_B: Tensor,
        inputs_BKN: Tensor,
        outputs_BKN: Tensor,
        wanted_BT: Tensor | None = None,
    ) -> Forward:
        """The teacher-forced path; see `LaSynth.forward`. There are no executions and there is no L_Op."""
        batch, num_tokens = tokens_BT.shape
        inside = torch.arange(num_tokens, device=tokens_BT.device)[None] < lengths_B[:, None]
        memory, pooled_BS = self._encode(inputs_BKN, outputs_BKN)
        start = tokens_BT.new_full((batch, 1), self.bos)
        states_BTD, _ = self.decoder(
            torch.cat([start, tokens_BT[:, :-1]], dim=1), self.decoder.initial(pooled_BS)
        )
        wanted = inside if wanted_BT is None else inside & wanted_BT
        row_P, position_P = wanted.nonzero(as_tuple=True)
        state_PD = states_BTD[row_P, position_P]
        found = self._read(memory, state_PD, Slots.of_rows(row_P, batch))
        return Forward.unexecuted(self.output(found, state_PD), row_P, position_P, found.new_zeros(()))

    def _encode(self, inputs_BKN: Tensor, outputs_BKN: Tensor) -> tuple[Tensor, Tensor]:
        """Keys and values of the properties `[B, 1, S, 4H]`, and the pooled states `[B, 4H]`."""
        states_BSH, _ = self.lstm(self.answers(signature(inputs_BKN, outputs_BKN, self.max_value)))
        pooled = torch.cat([states_BSH.mean(1), states_BSH.amax(1)], dim=-1)
        return self.attention.remember(states_BSH.unsqueeze(1)), pooled

    def _read(self, memory_B1S: Tensor, state_PD: Tensor, slots: Slots) -> Tensor:
        read: Tensor = self.attention(memory_B1S, state_PD.unsqueeze(1), slots)
        return read.squeeze(1)

    def start(self, inputs_BKN: Tensor, outputs_BKN: Tensor) -> SignatureState:
        """The incremental path before any token: one row a task."""
        memory, pooled_BS = self._encode(inputs_BKN, outputs_BKN)
        return SignatureState(self.decoder.initial(pooled_BS), memory)

    def step(self, state: SignatureState, tokens_R: Tensor) -> tuple[Tensor, SignatureState]:
        """The incremental path: feed one token a row (first `bos`), get the next one's logits `[R, V]`."""
        output_RD, lstm = self.decoder(tokens_R[:, None], state.lstm)
        state_RD = output_RD[:, 0]
        slots = Slots.one_each(len(tokens_R), tokens_R.device)
        logits = self.output(self._read(state.memory_R1S, state_RD, slots), state_RD)
        return logits, SignatureState(lstm, state.memory_R1S)
