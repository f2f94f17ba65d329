"""A decoder's knowledge of the grammar: none, or a network that learns it together with the program.

The learned syntax of Bunel et al. (2018, section 5): an LSTM reads the tokens only, not the examples, and
lowers the logits of tokens that cannot come next by exp(score). A loss on the tokens of the references keeps
it from lowering these, so that it forbids only what no reference contains.

Shapes: B programs, R rows of a search, T tokens, V vocabulary, D size of the LSTM.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

__all__ = ["LearnedSyntax", "NoSyntax", "Syntax"]

State = tuple[Tensor, Tensor]


class NoSyntax(nn.Module):
    """No knowledge of the grammar in the model; the masks of training and search provide it."""

    nothing: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("nothing", torch.zeros(1, 1, 1), persistent=False)

    def initial(self, num_rows: int) -> State:
        """The empty state of `num_rows` rows."""
        empty = self.nothing[..., :0].expand(-1, num_rows, -1)
        return empty, empty

    def forward(self, tokens_BT: Tensor, state: State) -> tuple[Tensor, State]:
        """Add nothing: `[B, T, 1]` zeros."""
        return self.nothing.expand(*tokens_BT.shape, -1), state

    def loss(self, added_BTV: Tensor, tokens_BT: Tensor, inside_BT: Tensor) -> Tensor:
        """0: there is nothing to learn."""
        return added_BTV.new_zeros(())


class LearnedSyntax(nn.Module):
    """An LSTM over the tokens (2 layers of 256 in the paper).

    Args:
        num_tokens: size of the vocabulary, V.
        embedding: size of its token embeddings.
        size: size of its state, D.
        layers: number of layers.
    """

    def __init__(self, num_tokens: int, embedding: int, size: int, layers: int) -> None:
        super().__init__()
        self.tokens = nn.Embedding(num_tokens, embedding)
        self.lstm = nn.LSTM(embedding, size, layers, batch_first=True)
        self.output = nn.Linear(size, num_tokens)

    def initial(self, num_rows: int) -> State:
        """The state before any token, `[layers, R, D]` twice."""
        zeros = self.output.weight.new_zeros(self.lstm.num_layers, num_rows, self.lstm.hidden_size)
        return zeros, zeros

    def forward(self, tokens_BT: Tensor, state: State) -> tuple[Tensor, State]:
        """The term added to the logits after each token, -exp(score): `[B, T, V]`, and the last state."""
        states, last = self.lstm(self.tokens(tokens_BT), state)
        # A penalty above exp(15) would make no difference and could overflow.
        return -self.output(states).clamp(max=15.0).exp(), last

    def loss(self, added_BTV: Tensor, tokens_BT: Tensor, inside_BT: Tensor) -> Tensor:
        """The penalty on the tokens of the references, averaged over these tokens.

        Args:
            added_BTV: from `forward`; entry t is for the token at position t.
            tokens_BT: the references.
            inside_BT: true up to the end of each reference.
        """
        return -added_BTV.gather(-1, tokens_BT[..., None])[..., 0][inside_BT].mean()


Syntax = NoSyntax | LearnedSyntax
