"""A batch of programs for models, and the logits of a forward pass as one table."""

from __future__ import annotations

import torch

from lasynth.domains.c.grammar import EOS, FIRST_INT, token_of
from lasynth.models.lasynth import Forward

NUM_TOKENS = FIRST_INT + 17
PROGRAMS = (
    "int l_0 = 2 ; a [ 1 ] ++ ; for ( int p_0 = 0 ; p_0 <= 3 ; p_0 ++ ) { a [ p_0 ] -- ; } a [ l_0 ] = 1 ;",
    "a [ 0 ] ++ ;",
    "if ( a [ 0 ] > 1 ) { a [ 1 ] = 2 ; } else { a [ 2 ] = 3 ; } a [ 3 ] = 3 ;",
    "int p_0 = 1 ; a [ 0 ] = p_0 ; a [ 1 ] = ( a [ 2 ] - a [ 3 ] ) + 1 ;",
    "int l_0 = 3 ;",
)


def batch(num_cells: int = 5) -> tuple[torch.Tensor, ...]:
    torch.manual_seed(1)
    rows = [[token_of(word) for word in text.split()] + [EOS] for text in PROGRAMS]
    lengths = torch.tensor([len(row) for row in rows])
    tokens = torch.full((len(rows), int(lengths.max())), EOS)
    for place, row in enumerate(rows):
        tokens[place, : len(row)] = torch.tensor(row)
    lists = torch.randint(-4, 5, (2, len(rows), 5, num_cells))
    return tokens, lengths, lists[0], lists[1]


def spread(result: Forward, shape: torch.Size) -> torch.Tensor:
    logits = torch.zeros(*shape, NUM_TOKENS)
    logits[result.row_P, result.position_P] = result.logits_PV
    return logits
