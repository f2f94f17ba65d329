"""The beliefs of Karel's latent executor: their loss, and the likeliest worlds.

Shapes: X executions, K examples, W numbers of a world, H and W sides of the planes.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from lasynth.domains.karel.world import CRASHED, FACING, FRAME, HERO_ROW, NUM_CELLS
from lasynth.models.karel.planes import (
    MARKER_PLANE,
    ROBOT_PLANES,
    marker_counts,
    robot_place,
    to_worlds,
)
from lasynth.models.model import Forward
from lasynth.models.values import LEAST_CHANCE

__all__ = ["WorldBeliefs"]

# Up to this error of an expected number of markers, the loss is that of a probability; above, it is linear.
_FAR: Final = 0.99


class WorldBeliefs:
    """Beliefs about Karel's worlds: probabilities of the robot's place and facing, expected markers.

    The loss of a world is the sum over the robot and all cells, not the mean: almost all cells stay
    unchanged, and in a mean the few that change would have almost no weight.
    """

    def compare(
        self, result: Forward, inputs_BK: Tensor, outputs_BK: Tensor, partial_XK: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """See `Beliefs`; a mean over compared worlds, and the share of final worlds that are right."""
        final = result.final_X[:, None].expand(-1, outputs_BK.shape[1])
        targets = outputs_BK[result.row_X]
        compared = final
        if partial_XK is not None:
            targets = torch.where(final[..., None], targets, partial_XK)
            compared = final | (targets[..., CRASHED] == 0)
        beliefs = result.beliefs_XK.float()
        height, width = beliefs.shape[-2:]
        place, facing = robot_place(targets, width)
        robot = beliefs[:, :, ROBOT_PLANES].flatten(2)
        right = robot.gather(2, (facing * height * width + place)[..., None])[..., 0]
        counts = marker_counts(targets, height, width).float()
        off = (beliefs[:, :, MARKER_PLANE] - counts).abs().flatten(2)
        loss = -right.clamp_min(LEAST_CHANCE).log() + _as_chance(off).sum(2)
        weight = compared.float()
        with torch.no_grad():
            hits = ((right > 0.5) & (off < 0.5).all(2))[result.final_X].float()
            accuracy = hits.mean() if len(hits) else hits.new_zeros(())
        num_compared = weight.sum()
        return (loss * weight).sum() / num_compared.clamp_min(1.0), accuracy, num_compared

    def likeliest(
        self, belief_K: Tensor, inputs_K: Tensor
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.float32]]:
        """See `Beliefs`; worlds, and the probabilities of the robots and of the cells."""
        robot = belief_K[:, ROBOT_PLANES].flatten(1).amax(1)
        markers = belief_K[:, MARKER_PLANE]
        worlds = to_worlds(belief_K, inputs_K)
        chances = torch.ones(worlds.shape)
        height, width = belief_K.shape[-2:]
        of_cells = chances[:, :NUM_CELLS].unflatten(1, (FRAME, FRAME))
        of_cells[:, :height, :width] = (1 - (markers - markers.round()).abs()).cpu()
        chances[:, HERO_ROW : FACING + 1] = robot.cpu()[:, None]
        return worlds.cpu().numpy(), chances.numpy()


def _as_chance(off: Tensor) -> Tensor:
    """The loss of an expected number with an error `off`.

    For an event that adds one marker, an error of d means that the event has the probability 1 - d. So the
    loss is that of a probability, -log(1 - d), for d up to `_FAR`; above, it continues as a straight line.
    """
    near = off.clamp(max=_FAR)
    return -torch.log1p(-near) + (off - near)
