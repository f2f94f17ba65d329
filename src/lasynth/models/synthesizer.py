"""A trained model as a user meets it: a `Scorer` for searches, and the beliefs of its executor.

Shapes: B tasks, R rows, K examples, N cells, C values, X executions, V vocabulary.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from lasynth import domains
from lasynth.errors import InputError
from lasynth.models.baselines.property_signatures import SignatureState
from lasynth.models.build import Model
from lasynth.models.config import ModelConfig
from lasynth.models.lasynth import LaSynth, SearchState
from lasynth.task import Task

__all__ = ["Belief", "Synthesizer"]

State = SearchState | SignatureState


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """What the latent executor believes after a part of a program.

    Attributes:
        num_tokens: length of that part; 0 before the program.
        lists_KN: the likeliest value of each cell of each shown example.
        chances_KN: how likely the executor holds it, 0 to 1.
    """

    num_tokens: int
    lists_KN: npt.NDArray[np.int64]
    chances_KN: npt.NDArray[np.float32]


class Synthesizer:
    """A model with what it needs to answer tasks; fulfils the `Scorer` protocol of `lasynth.search`.

    Args:
        model: the network.
        config: what it was built from.
        name: to call it by in messages.
    """

    def __init__(self, model: Model, config: ModelConfig, *, name: str) -> None:
        self.model = model.eval()
        self.config = config
        self.name = name
        self.domain = config.domain
        language = domains.get(config.domain)
        self.bos, self.eos = language.bos, language.eos
        self.device = next(model.parameters()).device

    @property
    def num_tokens(self) -> int:
        """Size of the vocabulary, V."""
        return self.config.num_tokens

    @property
    def max_value(self) -> int:
        """Values of lists are in `[-max_value, max_value]`."""
        return self.config.max_value

    @property
    def num_cells(self) -> range:
        """Lengths of list that the model knows."""
        return range(self.config.min_cells, self.config.max_cells + 1)

    @torch.inference_mode()
    def start(self, tasks: Sequence[Task]) -> State:
        """One row a task, before any token; all lists must have one length."""
        inputs = np.array([[example.input for example in task.examples] for task in tasks])
        outputs = np.array([[example.output for example in task.examples] for task in tasks])
        return self.model.start(self._tensor(inputs), self._tensor(outputs))

    @torch.inference_mode()
    def step(self, state: State, tokens: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.float32], State]:
        """Feed one token a row (first `bos`): `[R, V]` log-probabilities of the next, and the state."""
        # A state is always of the model that made it, which mypy cannot know.
        logits, state = self.model.step(state, self._tensor(tokens))  # type: ignore[arg-type]
        return logits.float().log_softmax(-1).cpu().numpy(), state

    @torch.inference_mode()
    def reorder(self, state: State, parents: npt.NDArray[np.int64]) -> State:
        """The rows `parents` of a state, which may repeat."""
        return state.select(self._tensor(parents))

    @torch.inference_mode()
    def trace(self, task: Task, tokens: npt.NDArray[np.int32]) -> list[Belief]:
        """The latent execution trace of a program: the beliefs before it and after each execution.

        Args:
            task: its shown examples are executed.
            tokens: `[T]` the program, with its end token.

        Raises:
            InputError: the model has no latent executor.
        """
        if not isinstance(self.model, LaSynth) or not self.model.schedule.at_end:
            raise InputError(f"{self.name} has no latent executor", hint="Trace a LaSynth model.")
        inputs = self._tensor(np.array([[example.input for example in task.examples]]))
        outputs = self._tensor(np.array([[example.output for example in task.examples]]))
        tokens_BT = self._tensor(np.asarray(tokens))[None]
        lengths = torch.tensor([tokens_BT.shape[1]], device=self.device)
        result = self.model(tokens_BT, lengths, inputs, outputs)
        beliefs = torch.cat([self.model.values.certain(inputs), result.beliefs_XKNC])
        chances, index = beliefs.max(-1)
        times = [0, *result.position_X.tolist()]
        return [
            Belief(time, (index[turn] - self.max_value).cpu().numpy(), chances[turn].cpu().numpy())
            for turn, time in enumerate(times)
        ]

    def _tensor(self, array: npt.NDArray[np.integer]) -> torch.Tensor:
        return torch.from_numpy(np.ascontiguousarray(array, dtype=np.int64)).to(self.device)
