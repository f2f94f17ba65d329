"""What the decoder reads: entries of inputs and outputs in one memory, some of which may be padding.

Shapes: M memories, K examples, A entries, H hidden, P packed positions, D decoder state.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lasynth.models.attention import Attention, Slots

__all__ = ["EntryReader"]


class EntryReader(nn.Module):
    """Double attention to one example, then the maximum over examples (Eq. 2).

    As `lasynth.models.decoder.ExampleReader`, of lists of different lengths: behind the keys and values of an
    entry is a 1 for an entry of the inputs, and a 1 for one of the output; an entry of zeros is none.

    Args:
        decoder_size: size of the decoder's state, D.
        hidden: size of entries and contexts, H.
        heads: attention heads.
    """

    def __init__(self, decoder_size: int, hidden: int, heads: int) -> None:
        super().__init__()
        self.inputs = Attention(hidden, decoder_size, hidden, heads)
        self.outputs = Attention(hidden, hidden, hidden, heads)
        # The query to the outputs is [h_t; s^I]; h_t's part of it is the same for all examples.
        self.state_to_output = nn.Linear(decoder_size, hidden, bias=False)
        self.pool = nn.Linear(2 * hidden, 2 * hidden)

    def remember_inputs(self, entries_MKA: Tensor, there_MKA: Tensor) -> Tensor:
        """Entries of inputs, `[M, K, A, H]` to `[M, K, A, 2H + 2]`."""
        return _flagged(self.inputs.remember(entries_MKA), there_MKA, 0)

    def remember_outputs(self, entries_MKA: Tensor, there_MKA: Tensor) -> Tensor:
        """Entries of outputs."""
        return _flagged(self.outputs.remember(entries_MKA), there_MKA, 1)

    def forward(self, memory_MKA: Tensor, state_PD: Tensor, slots: Slots) -> Tensor:
        """The pooled reading m_t of each packed position: `[P, 2H]`."""
        keys, flags = memory_MKA[..., :-2], memory_MKA[..., -2:] > 0.5
        state_P1D = state_PD.unsqueeze(1)
        of_inputs, of_outputs = flags[:, :, None, None].unbind(-1)
        first = self.inputs(keys, state_P1D, slots, mask_MK11N=of_inputs)
        second = self.outputs(keys, first, slots, self.state_to_output(state_P1D), of_outputs)
        return torch.tanh(self.pool(torch.cat([first, second], dim=-1))).amax(1)


def _flagged(keys_MKA: Tensor, there_MKA: Tensor, place: int) -> Tensor:
    flags = torch.zeros(*there_MKA.shape, 2, dtype=keys_MKA.dtype, device=keys_MKA.device)
    flags[..., place] = there_MKA.to(keys_MKA.dtype)
    return torch.cat([keys_MKA, flags], dim=-1)
