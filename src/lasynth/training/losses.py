"""The three losses (Eq. 5, 6 and 8), and what every objective is.

Shapes: B programs, T tokens, P positions, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from torch import Tensor
from torch.nn import functional

from lasynth import domains
from lasynth.data.batches import Batch
from lasynth.data.dataset import Dataset
from lasynth.models.model import Forward, Model
from lasynth.training.config import TrainConfig

__all__ = ["Counts", "Losses", "Objective", "Targets", "losses"]


@dataclass(frozen=True, slots=True)
class Targets:
    """What the programs of a batch are compared with, as the grammar and the machine say; on the host.

    Attributes:
        allowed_BTV: tokens that the grammar allows at each position.
        partial_XK: the machine's results after each partial program that the executor runs; None where only
            the end is compared.
    """

    allowed_BTV: Tensor
    partial_XK: Tensor | None = None


class Counts(NamedTuple):
    """In proportion to what are the means of `Losses`, in their order: how many each is a mean of."""

    prog: float | Tensor
    exec: float | Tensor
    op: float | Tensor
    accuracy: float | Tensor
    exec_accuracy: float | Tensor


@dataclass(frozen=True, slots=True)
class Losses:
    """Losses of a batch, each a mean.

    Attributes:
        prog: L_Prog, a position with more than one allowed token.
        exec: L_Exec, a compared cell of a list or a compared world.
        op: L_Op, an input cell.
        accuracy: share of positions where the likeliest token is the reference's.
        exec_accuracy: share of the cells of output lists, or of output worlds, that are believed right.
        counts: how many these are means of; None where no part of a batch can be told from its rows.
        exec_weight, op_weight: weights of L_Exec and L_Op.
    """

    prog: Tensor
    exec: Tensor
    op: Tensor
    accuracy: Tensor
    exec_accuracy: Tensor
    counts: Counts | None = None
    exec_weight: float = 0.0
    op_weight: float = 0.0

    @property
    def total(self) -> Tensor:
        """The weighted sum, to differentiate."""
        return self.prog + self.exec_weight * self.exec + self.op_weight * self.op

    def weighed(self, weights: Sequence[float]) -> Losses:
        """Each mean times a weight, in the order of `Counts`."""
        names = Counts._fields
        parts = {name: getattr(self, name) * weight for name, weight in zip(names, weights, strict=True)}
        return replace(self, counts=None, **parts)


def losses(
    result: Forward,
    tokens_BT: Tensor,
    allowed_BTV: Tensor,
    executed: tuple[Tensor, Tensor, Tensor] | None,
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
        executed: L_Exec, its accuracy and its number (`lasynth.models.model.Beliefs.compare`); None where
            nothing was executed.
        exec_weight, op_weight: weights of L_Exec and L_Op.
    """
    allowed_PV = allowed_BTV[result.row_P, result.position_P]
    logits = result.logits_PV.float().masked_fill(~allowed_PV, -1e9)
    target_P = tokens_BT[result.row_P, result.position_P]
    prog = functional.cross_entropy(logits, target_P)
    accuracy = (logits.argmax(-1) == target_P).float().mean()
    zero = prog.new_zeros(())
    exec_loss, exec_accuracy, num_executed = executed or (zero, zero, zero)
    # L_Op and the accuracy of executions are means over as many cells, or worlds, of every program.
    num_programs = len(tokens_BT)
    counts = Counts(len(target_P), num_executed, num_programs, len(target_P), num_programs)
    return Losses(prog, exec_loss, result.op_loss, accuracy, exec_accuracy, counts, exec_weight, op_weight)


class Objective:
    """What a model learns.

    Args:
        config: of the run.
        data: its training programs.

    Attributes:
        can_be_shared: whether several processes can share a batch: the losses say how many they are means of,
            and no program's part depends on the other programs.
    """

    can_be_shared: ClassVar[bool] = False

    def __init__(self, config: TrainConfig, data: Dataset) -> None:
        self.config, self.data = config, data
        self.language = domains.get(config.model.domain)

    @property
    def sources(self) -> tuple[Path, ...]:
        """Files besides the data set that the losses depend on throughout the run."""
        return ()

    def prepare(self, model: Model) -> None:
        """Get a freshly initialised model ready."""

    def targets(self, model: Model, batch: Batch) -> Targets | None:
        """What can be prepared of a batch without a pass of the model; called in a thread beside the step."""

    def losses(
        self, model: Model, batch: Batch, rows_B: npt.NDArray[np.int64], targets: Targets | None
    ) -> Losses:
        """Forward pass and losses of a batch, whose programs are `rows_B` of the data set."""
        raise NotImplementedError
