"""The program decoder: an LSTM over tokens, and the attention that it uses to predict the next one.

Shapes: B rows, T tokens, P packed positions, M memories, K examples, N cells, H hidden, D decoder
state, V vocabulary.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from lasynth.models.attention import Attention, Slots
from lasynth.models.mixtures import read_mixtures

__all__ = ["ExampleReader", "HistoryAttention", "NoHistory", "OutputLayer", "TokenDecoder"]

State = tuple[Tensor, Tensor]


class TokenDecoder(nn.Module):
    """An LSTM over the tokens of the partial program (Eq. 1), one copy per task.

    The release runs one copy per example. The state depends only on the tokens and on the initial state, so
    these copies differ only in their initial states.

    Args:
        num_tokens: size of the vocabulary, V.
        embedding_size: size of token embeddings.
        start_size: size of the pooled encoding of the examples.
        size: size of the state, D.
        layers: number of layers.
    """

    def __init__(self, num_tokens: int, embedding_size: int, start_size: int, size: int, layers: int) -> None:
        super().__init__()
        self.tokens = nn.Embedding(num_tokens, embedding_size)
        self.lstm = nn.LSTM(embedding_size, size, layers, batch_first=True)
        self.start = nn.Linear(start_size, 2 * layers * size)

    def initial(self, pooled_BS: Tensor) -> State:
        """The state before any token, `[layers, B, D]` twice."""
        start = torch.tanh(self.start(pooled_BS)).unflatten(-1, (2, self.lstm.num_layers, -1))
        hidden, cell = start.permute(1, 2, 0, 3).contiguous()
        return hidden, cell

    def forward(self, tokens_BT: Tensor, state: State) -> tuple[Tensor, State]:
        """Read tokens: the state after each, `[B, T, D]`, and the last state of all layers."""
        states, last = self.lstm(self.tokens(tokens_BT), state)
        return states, last

    def along(self, tokens_BT: Tensor, state: State) -> Tensor:
        """Read whole programs: the state after each token, `[B, T, D]`."""
        table = self.tokens.weight
        which = functional.one_hot(tokens_BT, len(table)).to(table.dtype)
        found = read_mixtures(self.lstm, which, table, state)
        return (self.forward(tokens_BT, state) if found is None else found)[0]


class ExampleReader(nn.Module):
    """Double attention to one example, then the maximum over examples (Eq. 2 and Eq. 7).

    Each attention uses the results of the earlier ones in its query: input list, output list, operations.

    Args:
        decoder_size: size of the decoder's state, D.
        hidden: size of memory entries and contexts, H.
        heads: attention heads.
        num_memories: 2 (input and output), or 3 with operations.
    """

    def __init__(self, decoder_size: int, hidden: int, heads: int, num_memories: int) -> None:
        super().__init__()
        sizes = [decoder_size, hidden, 2 * hidden][:num_memories]
        self.attentions = nn.ModuleList(Attention(hidden, size, hidden, heads) for size in sizes)
        # The query to the outputs is [h_t; s^I]; h_t's part of it is the same for all examples.
        self.state_to_output = nn.Linear(decoder_size, hidden, bias=False)
        self.pool = nn.Linear(num_memories * hidden, 2 * hidden)
        self.hidden = hidden

    def remember(self, entries: tuple[Tensor, ...]) -> Tensor:
        """Keys and values of all memories: entries `[M, K, N, H]` each to `[M, K, N, memories 2H]`."""
        keys = [
            attention.remember(entry)
            for attention, entry in zip(self.attentions, entries, strict=True)
            if isinstance(attention, Attention)
        ]
        return torch.cat(keys, dim=-1)

    def forward(self, memory_MKN: Tensor, state_PD: Tensor, slots: Slots) -> Tensor:
        """The pooled reading m_t of each packed position: `[P, 2H]`."""
        memories = memory_MKN.split(2 * self.hidden, dim=-1)
        state_P1D = state_PD.unsqueeze(1)
        first, second, *rest = self.attentions
        found = [first(memories[0], state_P1D, slots)]
        found.append(second(memories[1], found[0], slots, self.state_to_output(state_P1D)))
        for attention, memory in zip(rest, memories[2:], strict=True):
            found.append(attention(memory, torch.cat(found, dim=-1), slots))
        return torch.tanh(self.pool(torch.cat(found, dim=-1))).amax(1)


class HistoryAttention(nn.Module):
    """Attention over the tokens so far (Eq. 3).

    The memory of a token is the decoder's state after it, which depends on earlier tokens too.

    Args:
        decoder_size: size of the decoder's state, D.
        query_size: size of the pooled reading m_t.
        hidden: size of the result, H.
        heads: attention heads.
    """

    def __init__(self, decoder_size: int, query_size: int, hidden: int, heads: int) -> None:
        super().__init__()
        self.attention = Attention(decoder_size, query_size, hidden, heads)
        self.size = hidden

    def remember(self, states_BTD: Tensor) -> Tensor:
        """Keys and values of tokens: to `[B, 1, T, 2H]`."""
        return self.attention.remember(states_BTD.unsqueeze(1))

    def forward(self, memory_B1T: Tensor, pooled_PQ: Tensor, position_P: Tensor, slots: Slots) -> Tensor:
        """d_t of packed positions: each sees its row's tokens up to its position; `[P, H]`."""
        query = self.attention.query(pooled_PQ)
        places = torch.arange(memory_B1T.shape[2], device=query.device)
        mask = places <= slots.pad(position_P)[..., None]
        context = self.attention.read(memory_B1T, slots.pad(query)[:, :, None], mask[:, None, None])
        return torch.tanh(slots.pack(context.squeeze(2)) + query)

    def step(self, memory_R1T: Tensor, pooled_RQ: Tensor, first_R: Tensor | None) -> Tensor:
        """d_t of one position of each row, the last one: `[R, H]`.

        Args:
            first_R: the place of each row's first token; None if it is 0 in every row.
        """
        query = self.attention.query(pooled_RQ)
        mask = None
        if first_R is not None:
            places = torch.arange(memory_R1T.shape[2], device=query.device)
            mask = (places >= first_R[:, None])[:, None, None, None]
        context = self.attention.read(memory_R1T, query[:, None, None], mask)
        return torch.tanh(context[:, 0, 0] + query)


class NoHistory(nn.Module):
    """No attention over tokens (the paper's NoAttentionInDecoding): d_t is m_t."""

    def __init__(self, query_size: int) -> None:
        super().__init__()
        self.size = query_size

    def remember(self, states_BTD: Tensor) -> Tensor:
        """An empty memory, `[B, 1, T, 0]`."""
        return states_BTD[:, None, :, :0]

    def forward(self, memory_B1T: Tensor, pooled_PQ: Tensor, position_P: Tensor, slots: Slots) -> Tensor:
        """The pooled reading itself."""
        return pooled_PQ

    def step(self, memory_R1T: Tensor, pooled_RQ: Tensor, first_R: Tensor | None) -> Tensor:
        """The pooled reading itself."""
        return pooled_RQ


class OutputLayer(nn.Module):
    """Log-odds of the next token from d_t and the decoder's state.

    Args:
        size: size of d_t.
        decoder_size: size of the decoder's state, D.
        hidden: size of the hidden layer.
        num_tokens: size of the vocabulary, V.
        dropout: probability on the inputs.
    """

    def __init__(self, size: int, decoder_size: int, hidden: int, num_tokens: int, dropout: float) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(size + decoder_size, hidden),
            nn.ReLU(),
            nn.Linear(hidden, num_tokens),
        )

    def forward(self, history_PH: Tensor, state_PD: Tensor) -> Tensor:
        """`[P, V]` logits."""
        logits: Tensor = self.layers(torch.cat([history_PH, state_PD], dim=-1))
        return logits
