"""The loss of beliefs about lists and numbers, and the likeliest ones.

Shapes: X executions, K examples, N cells, W numbers of a cell, M numbers of an output.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from lasynth.domains.c.lists.layout import NUMBER, OUTPUT_WIDTH
from lasynth.models.model import Forward
from lasynth.models.numbers.features import (
    GROUPS,
    IS_NUMBER,
    NUM_FEATURES,
    ROOM,
    THERE,
    believed_numbers,
    ids,
)
from lasynth.models.numbers.tasks import of_lists
from lasynth.models.values import LEAST_CHANCE

__all__ = ["NumberBeliefs"]


class NumberBeliefs:
    """Beliefs about what a program gives back so far.

    Before its `return` that is what it would give back if it ended there. Where that is not declared yet, the
    belief is compared with nothing: it holds what the decoder and later statements need.
    """

    def compare(
        self, result: Forward, inputs_BK: Tensor, outputs_BK: Tensor, partial_XK: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """See `Beliefs`; a mean over compared examples, and the share of output cells that are right.

        The loss of an example is the mean over its cells and the groups of features, and the mean over all
        cells that could be there of whether they are.
        """
        beliefs = result.beliefs_XK.float()
        room = beliefs[..., ROOM]
        targets = outputs_BK[result.row_X]
        final = result.final_X[:, None].expand(-1, targets.shape[1])
        compared = final
        if partial_XK is not None:
            targets = torch.where(final[..., None], targets, partial_XK)
            length = targets[..., 0]
            compared = final | ((length >= NUMBER) & (length <= room.sum(-1)))
        cells, is_number = of_lists(targets, room.shape[-1])
        right = beliefs.gather(-1, ids(cells.values)).clamp_min(LEAST_CHANCE)
        there = cells.there.float()
        of_numbers = (-right.log().mean(-1) * there).sum(-1) / there.sum(-1).clamp_min(1.0)
        of_cells = _binary(beliefs[..., THERE], there) * room
        of_kind = _binary(beliefs[..., 0, IS_NUMBER], is_number.float())
        loss = of_numbers + of_cells.sum(-1) / room.sum(-1).clamp_min(1.0) + of_kind
        weight = compared.float()
        with torch.no_grad():
            hits = _right(beliefs, ids(cells.values)) & (beliefs[..., THERE] > 0.5)
            shown = (cells.there & final[..., None]).float()
            accuracy = (hits * shown).sum() / shown.sum().clamp_min(1.0)
        return (loss * weight).sum() / weight.sum().clamp_min(1.0), accuracy, weight.sum()

    def likeliest(
        self, belief_K: Tensor, inputs_K: Tensor
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.float32]]:
        """See `Beliefs`; outputs `[K, M]`, and the probabilities of the length and of each cell."""
        numbers, chances = believed_numbers(belief_K[..., :NUM_FEATURES])
        there, room = belief_K[..., THERE], belief_K[..., ROOM]
        # A list ends where the first cell is unlikely.
        held = (there > 0.5).int().cumprod(-1)
        length = held.sum(-1)
        sure = torch.where(held > 0, there, 1 - there)
        of_length = torch.where(room > 0, sure, 1.0).amin(-1)
        is_number = belief_K[..., 0, IS_NUMBER] > 0.5
        outputs = torch.zeros(len(belief_K), OUTPUT_WIDTH, dtype=torch.long)
        sureness = torch.zeros(outputs.shape)
        outputs[:, 0] = torch.where(is_number, NUMBER, length)
        sureness[:, 0] = of_length
        held = torch.where(is_number[:, None], torch.arange(held.shape[1], device=held.device) == 0, held > 0)
        outputs[:, 1 : 1 + held.shape[1]] = torch.where(held, numbers, 0)
        sureness[:, 1 : 1 + held.shape[1]] = torch.where(held, chances, 0.0)
        return outputs.numpy(), sureness.numpy()


def _binary(chance: Tensor, truth: Tensor) -> Tensor:
    """Cross-entropy of a probability."""
    right = torch.where(truth > 0.5, chance, 1 - chance)
    return -right.clamp_min(LEAST_CHANCE).log()


def _right(beliefs_XKNW: Tensor, ids_XKNG: Tensor) -> Tensor:
    """`[X, K, N]` whether the likeliest feature of each group is the true one."""
    found, start = [], 0
    for group, size in enumerate(GROUPS):
        found.append(beliefs_XKNW[..., start : start + size].argmax(-1) + start == ids_XKNG[..., group])
        start += size
    return torch.stack(found).all(0)
