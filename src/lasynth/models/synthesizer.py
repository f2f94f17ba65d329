"""A trained model for users: a `Scorer` for searches, and the beliefs of its executor.

Shapes: B tasks, R rows, K examples, N cells, C values, X executions, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from lasynth import domains
from lasynth.errors import InputError
from lasynth.examples import Example
from lasynth.models.lasynth import LaSynth
from lasynth.models.model import Model, ModelConfig
from lasynth.task import Task

__all__ = ["Belief", "Synthesizer"]


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """The belief of the latent executor after a part of a program.

    Attributes:
        num_tokens: length of that part; 0 before the program.
        likeliest_K: the likeliest values of each shown example: lists `[K, N]`, worlds `[K, 328]`.
        chances_K: of the same shape, their probabilities by the executor, 0 to 1.
    """

    num_tokens: int
    likeliest_K: npt.NDArray[Any]
    chances_K: npt.NDArray[np.float32]


class Synthesizer:
    """A model with everything needed to solve tasks; implements the `Scorer` protocol of `lasynth.search`.

    Args:
        model: the network.
        config: its configuration.
        name: its name in messages.
    """

    def __init__(self, model: Model, config: ModelConfig, *, name: str) -> None:
        self.model = model.eval()
        self.config = config
        self.name = name
        self.domain = config.domain
        self._language = domains.get(config.domain)
        self.bos, self.eos = self._language.grammar.bos, self._language.grammar.eos
        self.device = next(model.parameters()).device

    @property
    def num_tokens(self) -> int:
        """Size of the vocabulary, V."""
        return self.config.num_tokens

    def check_examples(self, examples: Sequence[Example], *, where: str | None = None) -> None:
        """Check that the model accepts the shown examples of a task of its language.

        Raises:
            InputError: it does not; the message says what it accepts.
        """
        self.config.check_examples(examples, self.name, where)

    def smallest_example(self) -> Example:
        """An example that the model accepts, for runs that only compile code."""
        return self.model.smallest_example()

    @torch.inference_mode()
    def start(self, inputs_BKN: npt.NDArray[Any], outputs_BKN: npt.NDArray[Any]) -> Any:
        """One row per problem, before any token; from the encoded shown examples of each.

        Raises:
            InputError: the model does not write programs.
        """
        return self.model.start(self._tensor(inputs_BKN), self._tensor(outputs_BKN))

    @torch.inference_mode()
    def step(self, state: Any, tokens: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.float32], Any]:
        """Feed one token per row (`bos` first): `[R, V]` log-probabilities of the next, and the state."""
        logits, after = self.model.step(state, self._tensor(tokens))
        return logits.float().log_softmax(-1).cpu().numpy(), after

    @torch.inference_mode()
    def reorder(self, state: Any, parents: npt.NDArray[np.int64]) -> Any:
        """The rows `parents` of a state; rows may be repeated."""
        return state.select(self._tensor(parents))

    @torch.inference_mode()
    def join(self, first: Any, second: Any) -> Any:
        """The rows of one state, then those of another; they may have read different numbers of tokens."""
        return first.join(second)

    @torch.inference_mode()
    def trace(self, task: Task, tokens: npt.NDArray[np.int32]) -> list[Belief]:
        """The latent execution trace of a program: the beliefs before it and after each execution.

        Args:
            task: the task whose shown examples are executed.
            tokens: `[T]` the program, with its end token.

        Raises:
            InputError: the model has no latent executor.
        """
        if not isinstance(self.model, LaSynth) or not self.model.executes:
            hint = "Trace a LaSynth, such as c-small or karel-small."
            raise InputError(f"{self.name} has no latent executor", hint=hint)
        inputs, outputs = (self._tensor(array)[None] for array in self._language.encode(task.examples))
        tokens_BT = self._tensor(np.asarray(tokens))[None]
        lengths = torch.tensor([tokens_BT.shape[1]], device=self.device)
        result = self.model(tokens_BT, lengths, inputs, outputs)
        beliefs = torch.cat([self.model.first_belief(inputs, outputs), result.beliefs_XK])
        times = [0, *result.position_X.tolist()]
        likeliest = self.model.beliefs.likeliest
        return [Belief(time, *likeliest(beliefs[turn], inputs[0])) for turn, time in enumerate(times)]

    def _tensor(self, array: npt.NDArray[np.integer]) -> torch.Tensor:
        return torch.from_numpy(np.ascontiguousarray(array, dtype=np.int64)).to(self.device)
