"""The three losses (Eq. 5, 6 and 8).

Shapes: B programs, T tokens, K examples, N cells of a list, P positions, X executions, V vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional

from lasynth.domains.karel.world import CRASHED
from lasynth.models.karel.planes import MARKER_PLANE, ROBOT_PLANES, marker_counts, robot_place
from lasynth.models.lasynth import Forward

__all__ = ["Beliefs", "ListBeliefs", "Losses", "WorldBeliefs", "losses"]

# A belief is never trusted beyond this: it keeps L_Exec finite.
_LEAST_CHANCE = 1e-4
# An expected number of markers that is off by more is wrong, not unlikely.
_FAR = 0.99


@dataclass(frozen=True, slots=True)
class Losses:
    """Losses of a batch, each a mean.

    Attributes:
        total: the weighted sum, to differentiate.
        prog: L_Prog, a position with more than one allowed token.
        exec: L_Exec, a compared cell of a list or a compared world.
        op: L_Op, an input cell.
        accuracy: share of positions where the likeliest token is the reference's.
        exec_accuracy: share of the cells of output lists, or of output worlds, that are believed right.
    """

    total: Tensor
    prog: Tensor
    exec: Tensor
    op: Tensor
    accuracy: Tensor
    exec_accuracy: Tensor


class Beliefs(Protocol):
    """How the beliefs of a language's executor are compared with what the machine computes."""

    def compare(
        self, result: Forward, inputs_BK: Tensor, outputs_BK: Tensor, partial_XK: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """L_Exec and the accuracy at the end of the programs, of a pass with executions.

        Args:
            result: of the model.
            inputs_BK, outputs_BK: the shown examples.
            partial_XK: what the machine computes behind each partial program; without it only the
                executions at the end of a program are compared, with the output (Eq. 6).
        """


def losses(
    result: Forward,
    tokens_BT: Tensor,
    allowed_BTV: Tensor,
    executed: tuple[Tensor, Tensor] | None,
    *,
    exec_weight: float,
    op_weight: float,
) -> Losses:
    """The losses of a forward pass.

    Args:
        result: of the model.
        tokens_BT: reference programs.
        allowed_BTV: tokens that the grammar allows at each position: no probability is spent, and
            nothing is learned, on the others.
        executed: L_Exec and its accuracy (`Beliefs.compare`); None where nothing was executed.
        exec_weight, op_weight: weights of L_Exec and L_Op.
    """
    allowed_PV = allowed_BTV[result.row_P, result.position_P]
    logits = result.logits_PV.float().masked_fill(~allowed_PV, -1e9)
    target_P = tokens_BT[result.row_P, result.position_P]
    prog = functional.cross_entropy(logits, target_P)
    accuracy = (logits.argmax(-1) == target_P).float().mean()
    zero = prog.new_zeros(())
    exec_loss, exec_accuracy = executed or (zero, zero)
    total = prog + exec_weight * exec_loss + op_weight * result.op_loss
    return Losses(total, prog.detach(), exec_loss.detach(), result.op_loss.detach(), accuracy, exec_accuracy)


@dataclass(frozen=True, slots=True)
class ListBeliefs:
    """Beliefs of lists of integers: a distribution over values per cell.

    Attributes:
        max_value: a list that leaves `[-max_value, max_value]` is not compared.
    """

    max_value: int

    def compare(
        self, result: Forward, inputs_BK: Tensor, outputs_BK: Tensor, partial_XK: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """See `Beliefs`; a mean over compared cells, and the share of output cells that are right."""
        targets_XKN, compared_XKN = self._targets(result, outputs_BK, partial_XK)
        chances = result.beliefs_XK.float()
        index = (targets_XKN + self.max_value).clamp(0, 2 * self.max_value)
        right = chances.gather(-1, index[..., None])[..., 0].clamp_min(_LEAST_CHANCE)
        weight = compared_XKN.float()
        exec_loss = -(right.log() * weight).sum() / weight.sum().clamp_min(1.0)
        final = result.final_X
        hits = (chances[final].argmax(-1) == index[final]).float()
        return exec_loss, hits.mean() if len(hits) else exec_loss.new_zeros(())

    def _targets(
        self, result: Forward, outputs_BKN: Tensor, partial_XKN: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """The list that each belief is compared with, and where it is: `[X, K, N]`."""
        outputs = outputs_BKN[result.row_X]
        final = result.final_X[:, None, None].expand_as(outputs)
        if partial_XKN is None:
            return outputs, final
        targets = torch.where(final, outputs, partial_XKN)
        return targets, (targets.abs() <= self.max_value) | final


class WorldBeliefs:
    """Beliefs of Karel's worlds: chances of the robot's place and facing, expected markers.

    The loss of a world is the sum over the robot and all cells, not the mean: nearly all cells stay as they
    are, and a mean would let the few that change count for nothing.
    """

    def compare(
        self, result: Forward, inputs_BK: Tensor, outputs_BK: Tensor, partial_XK: Tensor | None
    ) -> tuple[Tensor, Tensor]:
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
        loss = -right.clamp_min(_LEAST_CHANCE).log() + _as_chance(off).sum(2)
        weight = compared.float()
        with torch.no_grad():
            hits = ((right > 0.5) & (off < 0.5).all(2))[result.final_X].float()
            accuracy = hits.mean() if len(hits) else hits.new_zeros(())
        return (loss * weight).sum() / weight.sum().clamp_min(1.0), accuracy


def _as_chance(off: Tensor) -> Tensor:
    """The loss of an expected number that is off by so much.

    For an event that adds one marker, being off by d is to give it the chance 1 - d; so the loss is that of
    a chance, -log(1 - d), as long as d is below 1, and goes on as a straight line.
    """
    near = off.clamp(max=_FAR)
    return -torch.log1p(-near) + (off - near)
