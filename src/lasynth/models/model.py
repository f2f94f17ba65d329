"""What every model is: a network with its configuration, what it takes and what it learns.

Shapes: B tasks, K examples, N numbers of an input or output, T tokens, P packed positions, X executions,
R rows of a search, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
import numpy.typing as npt
from torch import Tensor, nn

from lasynth import domains
from lasynth.config import Config, Width
from lasynth.examples import Example

__all__ = ["Beliefs", "Forward", "Model", "ModelConfig"]


@dataclass(frozen=True, slots=True)
class ModelConfig(Config):
    """What a model is built from: sizes, and the name of each interchangeable part.

    Attributes:
        domain: the language.
        kind: of the model, among `lasynth.models.build.KINDS`.
        num_tokens: size of the token vocabulary, V.
    """

    WHERE: ClassVar[str] = "model configuration"
    domain: ClassVar[str]
    kind: ClassVar[str]

    num_tokens: Width

    def to_json(self) -> dict[str, Any]:
        """The configuration as JSON values."""
        return {"kind": self.kind, **asdict(self)}

    def check_examples(self, examples: Sequence[Example], name: str, where: str | None = None) -> None:
        """Check that a model takes the shown examples of a task of its language.

        Args:
            examples: of the task.
            name: what to call the model in messages.
            where: what to call the task in messages.

        Raises:
            InputError: it does not; says what it takes, and all that it does not take.
        """


@dataclass(frozen=True, slots=True)
class Forward:
    """What the teacher-forced path computes.

    Attributes:
        logits_PV: of the wanted positions.
        row_P, position_P: where these stand: position t names token t.
        beliefs_XK: beliefs after each execution, of all rows, `[X, K, ...]`.
        row_X, position_X: the row of each, and the position that first sees it.
        final_X: true for the execution at a row's own end, which L_Exec compares with the output.
        op_loss: L_Op.
    """

    logits_PV: Tensor
    row_P: Tensor
    position_P: Tensor
    beliefs_XK: Tensor
    row_X: Tensor
    position_X: Tensor
    final_X: Tensor
    op_loss: Tensor

    @classmethod
    def unexecuted(cls, logits_PV: Tensor, row_P: Tensor, position_P: Tensor, op_loss: Tensor) -> Forward:
        """The result of a model that executes nothing."""
        none = row_P[:0]
        beliefs = logits_PV.new_zeros(0)
        return cls(logits_PV, row_P, position_P, beliefs, none, none, none.bool(), op_loss)


class Beliefs(Protocol):
    """What a latent executor believes, for people and for L_Exec."""

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

    def likeliest(
        self, belief_K: Tensor, inputs_K: Tensor
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.float32]]:
        """What a belief holds most likely about each example, and the chances of that, of the same shape."""


class Model(nn.Module):
    """The base of all models.

    Args:
        config: what it is built from; torch's generator must be seeded by the caller.

    Attributes:
        Config: what models of the class are built from.
        config: what this one was built from.
        bos: the token before the first.
        objective: what it learns, by its name in `lasynth.training.objectives`.
        beliefs: what its executor's beliefs are compared with; None for a model without an executor.
        executes: whether it executes programs latently.
        can_be_grounded: whether it executes behind statements, so that the machine can correct its beliefs.
    """

    Config: ClassVar[type[ModelConfig]]
    objective: str = "programs"
    beliefs: Beliefs | None = None
    executes: bool = False
    can_be_grounded: bool = False

    def __init__(self, config: Any) -> None:
        super().__init__()
        self.config = config
        self.bos = domains.get(config.domain).grammar.bos

    def start(self, inputs_BKN: Tensor, outputs_BKN: Tensor) -> Any:
        """The incremental path before any token: one row a task."""
        raise NotImplementedError

    def step(self, state: Any, tokens_R: Tensor) -> tuple[Tensor, Any]:
        """The incremental path: feed one token a row (first `bos`), get the next one's logits `[R, V]`."""
        raise NotImplementedError

    def check_data(self, inputs_PKN: npt.NDArray[Any], outputs_PKN: npt.NDArray[Any]) -> None:
        """Check that the model takes the examples of a data set.

        Raises:
            InputError: it does not.
        """

    def smallest_example(self) -> Example:
        """An example that the model takes, to try on it whatever must be compiled first."""
        raise NotImplementedError
