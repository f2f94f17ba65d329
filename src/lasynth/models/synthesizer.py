"""A trained model as a user meets it: a `Scorer` for searches, and the beliefs of its executor.

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
from lasynth.domains.karel.world import FACING, FRAME, HERO_ROW, NUM_CELLS
from lasynth.errors import InputError
from lasynth.examples import Example, join
from lasynth.models.baselines.bunel import Bunel, ExampleState
from lasynth.models.baselines.property_signatures import PropertySignatures, SignatureState
from lasynth.models.baselines.shin import CodeModel, CodeState
from lasynth.models.baselines.shin_trace import TraceModel
from lasynth.models.build import Model
from lasynth.models.config import LaSynthConfig, ModelConfig, PropertySignaturesConfig
from lasynth.models.karel.lasynth import KarelLaSynth
from lasynth.models.karel.planes import chances_of, to_worlds
from lasynth.models.lasynth import LaSynth, SearchState
from lasynth.task import Task

__all__ = ["Belief", "Synthesizer"]

State = SearchState | SignatureState | ExampleState | CodeState


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """What the latent executor believes after a part of a program.

    Attributes:
        num_tokens: length of that part; 0 before the program.
        likeliest_K: what each shown example holds most likely: lists `[K, N]`, worlds `[K, 328]`.
        chances_K: of the same shape, how likely the executor holds it, 0 to 1.
    """

    num_tokens: int
    likeliest_K: npt.NDArray[Any]
    chances_K: npt.NDArray[np.float32]


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
        self._language = domains.get(config.domain)
        self.bos, self.eos = self._language.grammar.bos, self._language.grammar.eos
        self.device = next(model.parameters()).device

    @property
    def num_tokens(self) -> int:
        """Size of the vocabulary, V."""
        return self.config.num_tokens

    @property
    def max_value(self) -> int:
        """Values of lists are in `[-max_value, max_value]`; a model of lists only."""
        return self._lists().max_value

    @property
    def num_cells(self) -> range:
        """Lengths of list that the model knows; a model of lists only."""
        config = self._lists()
        return range(config.min_cells, config.max_cells + 1)

    def _lists(self) -> LaSynthConfig | PropertySignaturesConfig:
        if not isinstance(self.config, LaSynthConfig | PropertySignaturesConfig):
            raise AttributeError(f"{self.name} is a model of {self.domain}, which has no lists")
        return self.config

    def check_examples(self, examples: Sequence[Example], *, where: str | None = None) -> None:
        """TRANSITION."""
        if not isinstance(self.config, LaSynthConfig | PropertySignaturesConfig):
            return
        largest, lengths = self.max_value, self.num_cells
        for number, example in enumerate(examples, 1):
            for key, cells in (("input", example.input), ("output", example.output)):
                place = join(where, f"example {number}, {key}")
                if len(cells) not in lengths:
                    known = f"{lengths[0]}" if len(lengths) == 1 else f"{lengths[0]} to {lengths[-1]}"
                    what = f"the list has {len(cells)} cells, the model {self.name} knows lists of {known}"
                    raise InputError(what, place, "Give other lists, or train a model for these.")
                for index, cell in enumerate(cells, 1):
                    if abs(cell) > largest:
                        known = f"values from {-largest} to {largest}"
                        what = f"cell {index} is {cell}, the model {self.name} knows {known}"
                        raise InputError(what, place, "Give smaller values, or train a model for these.")

    def smallest_example(self) -> Example:
        """TRANSITION."""
        from lasynth.domains.karel.world import Facing, Hero, World

        if not isinstance(self.config, LaSynthConfig | PropertySignaturesConfig):
            world = World(rows=2, cols=2, hero=Hero(0, 0, Facing.NORTH))
            return Example(world, world)
        cells = (0,) * self.num_cells[-1]
        return Example(cells, cells)

    @torch.inference_mode()
    def start(self, inputs_BKN: npt.NDArray[Any], outputs_BKN: npt.NDArray[Any]) -> State:
        """One row a problem, before any token; from the encoded shown examples of each."""
        return self._writer().start(self._tensor(inputs_BKN), self._tensor(outputs_BKN))

    @torch.inference_mode()
    def step(self, state: State, tokens: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.float32], State]:
        """Feed one token a row (first `bos`): `[R, V]` log-probabilities of the next, and the state."""
        # A state is always of the model that made it, which mypy cannot know.
        logits, after = self._writer().step(state, self._tensor(tokens))  # type: ignore[arg-type]
        return logits.float().log_softmax(-1).cpu().numpy(), after

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
            hint = "Trace a LaSynth, such as c-small or karel-small."
            raise InputError(f"{self.name} has no latent executor", hint=hint)
        inputs, outputs = (self._tensor(array)[None] for array in self._language.encode(task.examples))
        tokens_BT = self._tensor(np.asarray(tokens))[None]
        lengths = torch.tensor([tokens_BT.shape[1]], device=self.device)
        result = self.model(tokens_BT, lengths, inputs, outputs)
        beliefs = torch.cat([self.model.values.certain(inputs), result.beliefs_XK])
        times = [0, *result.position_X.tolist()]
        likeliest = _worlds if isinstance(self.model, KarelLaSynth) else _lists
        return [Belief(time, *likeliest(beliefs[turn], inputs[0])) for turn, time in enumerate(times)]

    def _writer(self) -> LaSynth | PropertySignatures | Bunel | CodeModel:
        if isinstance(self.model, TraceModel):
            hint = "Give a model of the second stage, which contains one of the first."
            raise InputError(f"{self.name} writes traces, not programs", hint=hint)
        return self.model

    def _tensor(self, array: npt.NDArray[np.integer]) -> torch.Tensor:
        return torch.from_numpy(np.ascontiguousarray(array, dtype=np.int64)).to(self.device)


def _lists(belief_KNC: torch.Tensor, inputs_KN: torch.Tensor) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """The likeliest values of believed lists, and their chances."""
    chances, index = belief_KNC.max(-1)
    return (index - belief_KNC.shape[-1] // 2).cpu().numpy(), chances.cpu().numpy()


def _worlds(planes_K: torch.Tensor, inputs_KW: torch.Tensor) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """The likeliest worlds, and the chances of the robots and of the cells."""
    robot, cells = chances_of(planes_K)
    worlds = to_worlds(planes_K, inputs_KW)
    chances = torch.ones(worlds.shape)
    height, width = planes_K.shape[-2:]
    of_cells = chances[:, :NUM_CELLS].unflatten(1, (FRAME, FRAME))
    of_cells[:, :height, :width] = cells.cpu()
    chances[:, HERO_ROW : FACING + 1] = robot.cpu()[:, None]
    return worlds.cpu().numpy(), chances.numpy()
