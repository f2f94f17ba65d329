"""The three losses (Eq. 5, 6 and 8).

Shapes: B programs, T tokens, K examples, N cells, P positions, X executions, C values, V vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from lasynth.models.lasynth import Forward

__all__ = ["Losses", "execution_targets", "losses"]

# A belief is never trusted beyond this: it keeps L_Exec finite.
_LEAST_CHANCE = 1e-4


@dataclass(frozen=True, slots=True)
class Losses:
    """Losses of a batch, each a mean.

    Attributes:
        total: the weighted sum, to differentiate.
        prog: L_Prog, a position with more than one allowed token.
        exec: L_Exec, a compared cell.
        op: L_Op, an input cell.
        accuracy: share of positions where the likeliest token is the reference's.
        exec_accuracy: share of output cells where the likeliest value is right.
    """

    total: Tensor
    prog: Tensor
    exec: Tensor
    op: Tensor
    accuracy: Tensor
    exec_accuracy: Tensor


def losses(
    result: Forward,
    tokens_BT: Tensor,
    allowed_BTV: Tensor,
    targets_XKN: Tensor,
    compared_XKN: Tensor,
    *,
    max_value: int,
    exec_weight: float,
    op_weight: float,
) -> Losses:
    """The losses of a forward pass.

    Args:
        result: of the model.
        tokens_BT: reference programs.
        allowed_BTV: tokens that the grammar allows at each position: no probability is spent, and
            nothing is learned, on the others.
        targets_XKN: the list that each belief is compared with.
        compared_XKN: where it is compared.
        max_value: values are in `[-max_value, max_value]`.
        exec_weight, op_weight: weights of L_Exec and L_Op.
    """
    allowed_PV = allowed_BTV[result.row_P, result.position_P]
    logits = result.logits_PV.float().masked_fill(~allowed_PV, -1e9)
    target_P = tokens_BT[result.row_P, result.position_P]
    prog = functional.cross_entropy(logits, target_P)
    accuracy = (logits.argmax(-1) == target_P).float().mean()
    zero = prog.new_zeros(())
    exec_loss, exec_accuracy = zero, zero
    if len(result.row_X):
        chances = result.beliefs_XKNC.float()
        index = (targets_XKN + max_value).clamp(0, 2 * max_value)
        right = chances.gather(-1, index[..., None])[..., 0].clamp_min(_LEAST_CHANCE)
        weight = compared_XKN.float()
        exec_loss = -(right.log() * weight).sum() / weight.sum().clamp_min(1.0)
        final = result.final_X
        hits = (chances[final].argmax(-1) == index[final]).float()
        exec_accuracy = hits.mean() if len(hits) else zero
    total = prog + exec_weight * exec_loss + op_weight * result.op_loss
    return Losses(total, prog.detach(), exec_loss.detach(), result.op_loss.detach(), accuracy, exec_accuracy)


def execution_targets(
    result: Forward,
    inputs_BKN: Tensor,
    outputs_BKN: Tensor,
    partial_XKN: Tensor | None,
    *,
    max_value: int,
) -> tuple[Tensor, Tensor]:
    """What each belief is compared with, and where.

    Args:
        result: of the model.
        inputs_BKN, outputs_BKN: the shown examples.
        partial_XKN: lists behind each partial program as the machine computes them; without it only
            the executions at the end of a program are compared, with the output (Eq. 6).
        max_value: a list that leaves the range is not compared.
    """
    outputs = outputs_BKN[result.row_X]
    final = result.final_X[:, None, None].expand_as(outputs)
    if partial_XKN is None:
        return outputs, final
    targets = torch.where(final, outputs, partial_XKN)
    return targets, (targets.abs() <= max_value) | final
