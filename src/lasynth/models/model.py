"""The base of all models: a network with its configuration, accepted inputs and objective.

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
    """The configuration of a model: sizes, and the name of each interchangeable part.

    Attributes:
        domain: the language.
        kind: the kind of model, one of `lasynth.models.kinds.KINDS`.
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
        """Check that a model accepts the shown examples of a task of its language.

        Args:
            examples: the shown examples.
            name: the name of the model in messages.
            where: the name of the task in messages.

        Raises:
            InputError: it does not; the message says what it accepts, and names everything that it does not.
        """


@dataclass(frozen=True, slots=True)
class Forward:
    """The result of the teacher-forced path.

    Attributes:
        logits_PV: logits of the wanted positions.
        row_P, position_P: row and position of each: position t predicts token t.
        beliefs_XK: beliefs after each execution of all rows, `[X, K, ...]`.
        row_X, position_X: the row of each execution, and the first position that sees its result.
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
    """Interprets the beliefs of a latent executor, for people and for L_Exec."""

    def compare(
        self, result: Forward, inputs_BK: Tensor, outputs_BK: Tensor, partial_XK: Tensor | None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """L_Exec, the accuracy at the end of the programs, and of how many L_Exec is the mean.

        Args:
            result: the result of the model.
            inputs_BK, outputs_BK: the shown examples.
            partial_XK: the machine's results after each partial program. Without them, only the
                executions at the end of a program are compared, with the output (Eq. 6).
        """

    def likeliest(
        self, belief_K: Tensor, inputs_K: Tensor
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.float32]]:
        """The likeliest value of each example by a belief, and its probabilities, of the same shape."""


class Model(nn.Module):
    """The base of all models.

    Args:
        config: the configuration; the caller must seed torch's generator.

    Attributes:
        Config: the class of configurations.
        config: the configuration of this model.
        bos: the token before the first.
        objective: the name of its training objective in `lasynth.training.objectives`.
        beliefs: interprets its executor's beliefs; None for a model without an executor.
        executes: whether it executes programs latently.
        can_be_grounded: whether it executes after statements, so that the machine can correct its beliefs.
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
        """The incremental path before any token: one row per task."""
        raise NotImplementedError

    def step(self, state: Any, tokens_R: Tensor) -> tuple[Tensor, Any]:
        """The incremental path: feed one token per row (first `bos`), get the next logits `[R, V]`."""
        raise NotImplementedError

    def check_data(self, inputs_PKN: npt.NDArray[Any], outputs_PKN: npt.NDArray[Any]) -> None:
        """Check that the model accepts the examples of a data set.

        Raises:
            InputError: it does not.
        """

    def smallest_example(self) -> Example:
        """An example that the model accepts, for runs that only compile code."""
        raise NotImplementedError
