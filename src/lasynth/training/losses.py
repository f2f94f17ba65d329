"""The three losses (Eq. 5, 6 and 8), and what every objective is.

Shapes: B programs, T tokens, P positions, V vocabulary.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from torch import Tensor
from torch.nn import functional

from lasynth import domains
from lasynth.data.batches import Batch
from lasynth.data.dataset import Dataset
from lasynth.models.model import Forward, Model
from lasynth.training.config import TrainConfig

__all__ = ["Losses", "Objective", "losses"]


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
        executed: L_Exec and its accuracy (`lasynth.models.model.Beliefs.compare`); None where nothing was
            executed.
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


class Objective:
    """What a model learns.

    Args:
        config: of the run.
        data: its training programs.
    """

    def __init__(self, config: TrainConfig, data: Dataset) -> None:
        self.config, self.data = config, data
        self.language = domains.get(config.model.domain)

    @property
    def sources(self) -> tuple[Path, ...]:
        """Files besides the data set that the losses depend on throughout the run."""
        return ()

    def prepare(self, model: Model) -> None:
        """Get a freshly initialised model ready."""

    def losses(self, model: Model, batch: Batch, rows_B: npt.NDArray[np.int64]) -> Losses:
        """Forward pass and losses of a batch, whose programs are `rows_B` of the data set."""
        raise NotImplementedError
