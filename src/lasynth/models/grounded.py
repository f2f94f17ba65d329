"""Grounded decoding: the machine's outputs replace the latent executor's beliefs. Not in the paper.

If the executor runs after every outermost statement, its beliefs are about partial programs that are complete
programs, so the machine can run them. A grounded model decodes from their real results wherever a belief can
express them (values in its range), and drops a partial program that fails on a shown example. This needs no
training: the model also sees the inputs as certain beliefs.

Shapes: B tasks, R rows, T tokens, K examples, V vocabulary, X executions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from lasynth import domains
from lasynth.errors import InputError
from lasynth.models.lasynth import LaSynth, SearchState
from lasynth.models.synthesizer import Synthesizer

__all__ = ["Grounded", "GroundedState", "can_be_grounded"]


@dataclass(frozen=True, slots=True, eq=False)
class GroundedState:
    """Rows of a search, with the data that the machine needs to run them.

    Attributes:
        inner: the model's own state.
        tokens_RT: the partial programs.
        inputs_BK: the shown inputs of each task.
    """

    inner: SearchState
    tokens_RT: npt.NDArray[np.int32]
    inputs_BK: npt.NDArray[Any]


def can_be_grounded(synthesizer: Synthesizer) -> bool:
    """Whether a model has beliefs about complete programs: a LaSynth that executes after statements."""
    return synthesizer.model.can_be_grounded


class Grounded:
    """A model that decodes from the real results of partial programs; a `Scorer` like the model itself.

    Args:
        synthesizer: a LaSynth that executes after statements.

    Raises:
        InputError: the model is of another kind.
    """

    def __init__(self, synthesizer: Synthesizer) -> None:
        if not can_be_grounded(synthesizer):
            what = f"{synthesizer.name} has no beliefs behind statements, so it cannot be grounded"
            raise InputError(what, hint="Search with the model as it is.")
        self.synthesizer = synthesizer
        self.name = synthesizer.name
        self.domain = synthesizer.domain
        self.bos, self.eos = synthesizer.bos, synthesizer.eos
        self.num_tokens = synthesizer.num_tokens
        self._language = domains.get(synthesizer.domain)

    def start(self, inputs_BKN: npt.NDArray[Any], outputs_BKN: npt.NDArray[Any]) -> GroundedState:
        """One row per problem, before any token; from the encoded shown examples of each."""
        inner = self.synthesizer.start(inputs_BKN, outputs_BKN)
        assert isinstance(inner, SearchState)
        return GroundedState(inner, np.zeros((len(inputs_BKN), 0), dtype=np.int32), inputs_BKN)

    @torch.inference_mode()
    def step(
        self, state: GroundedState, tokens: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.float32], GroundedState]:
        """Feed one token per row (first `bos`): `[R, V]` log-probabilities of the next, and the state.

        After a partial program that fails, all of them are -inf.
        """
        model, device = self.synthesizer.model, self.synthesizer.device
        assert isinstance(model, LaSynth)
        programs_RT = state.tokens_RT
        if (tokens != self.bos).any():
            programs_RT = np.concatenate([programs_RT, tokens[:, None].astype(np.int32)], axis=1)
        failed_R = np.zeros(len(tokens), dtype=np.bool_)

        def correct(rows_X: Tensor, belief_XK: Tensor) -> Tensor:
            rows = rows_X.cpu().numpy()
            inputs_XK = state.inputs_BK[state.inner.task_R[rows_X].cpu().numpy()]
            lengths = np.full(len(rows), programs_RT.shape[1])
            outputs_XK, known_XK = self._language.machine.run_partial(
                programs_RT[rows], inputs_XK, np.arange(len(rows)), lengths
            )
            failed_R[rows] = ~known_XK.all(axis=1)
            true_XK = torch.from_numpy(outputs_XK.astype(np.int64)).to(device)
            return model.values.corrected(belief_XK, true_XK, torch.from_numpy(known_XK).to(device))

        fed = torch.from_numpy(np.ascontiguousarray(tokens, dtype=np.int64)).to(device)
        logits, inner = model.step(state.inner, fed, correct)
        log_probs = logits.float().log_softmax(-1).cpu().numpy()
        log_probs[failed_R] = -np.inf
        return log_probs, GroundedState(inner, programs_RT, state.inputs_BK)

    def reorder(self, state: GroundedState, parents: npt.NDArray[np.int64]) -> GroundedState:
        """The rows `parents` of a state; rows may be repeated."""
        inner = self.synthesizer.reorder(state.inner, parents)
        assert isinstance(inner, SearchState)
        return GroundedState(inner, state.tokens_RT[parents], state.inputs_BK)
