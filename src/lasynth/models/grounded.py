"""Grounded decoding: the machine's outputs replace the latent executor's beliefs. Not in the paper.

If the executor runs after every outermost statement, its beliefs are about partial programs that are complete
programs, so the machine can run them. A grounded model decodes from their real results wherever a belief can
express them (values in its range), and drops a partial program that fails on a shown example. This needs no
training: the model also sees the inputs as certain beliefs.

Shapes: B tasks, R rows, T tokens, K examples, V vocabulary, X executions.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from lasynth import domains
from lasynth.domains.kit.rows import padded
from lasynth.errors import InputError
from lasynth.models.distinct import distinct
from lasynth.models.lasynth import LaSynth, SearchState
from lasynth.models.synthesizer import Synthesizer

__all__ = ["Grounded", "GroundedState", "can_be_grounded"]


@dataclass(frozen=True, slots=True, eq=False)
class GroundedState:
    """Rows of a search, with the data that the machine needs to run them.

    Attributes:
        inner: the model's own state.
        tokens_RT: the partial programs, padded by the end token.
        length_R: their numbers of tokens.
        inputs_RK: the shown inputs of each row's task.
    """

    inner: SearchState
    tokens_RT: npt.NDArray[np.int32]
    length_R: npt.NDArray[np.int64]
    inputs_RK: npt.NDArray[Any]


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
        num_rows = len(inputs_BKN)
        empty_RT, length_R = np.zeros((num_rows, 0), dtype=np.int32), np.zeros(num_rows, dtype=np.int64)
        return GroundedState(inner, empty_RT, length_R, inputs_BKN)

    @torch.inference_mode()
    def step(
        self, state: GroundedState, tokens: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.float32], GroundedState]:
        """Feed one token per row (`bos` at its start): `[R, V]` log-probabilities of the next, and the state.

        After a partial program that fails, all of them are -inf.
        """
        model, device = self.synthesizer.model, self.synthesizer.device
        assert isinstance(model, LaSynth)
        programs_RT, length_R = _append(state.tokens_RT, state.length_R, tokens, self.bos, self.eos)
        failed_R = np.zeros(len(tokens), dtype=np.bool_)

        def correct(
            rows_X: Tensor, before_XK: Tensor, execute: Callable[[Tensor], Tensor]
        ) -> tuple[Tensor, Tensor, Tensor]:
            rows = rows_X.cpu().numpy()
            outputs_XK, known_XK = self._language.machine.run_partial(
                programs_RT[rows], state.inputs_RK[rows], np.arange(len(rows)), length_R[rows]
            )
            failed_X = ~known_XK.all(axis=1)
            failed_R[rows] = failed_X
            true_XK = torch.from_numpy(outputs_XK.astype(np.int64)).to(device)
            told_X = model.values.expresses(true_XK).all(1).cpu().numpy()
            # Equal results of a task are one belief. A row that fails needs none: it is given any.
            own_X = np.where(told_X | failed_X, 0, 1 + np.arange(len(rows)))
            task_X = state.inner.task_R[rows_X].cpu().numpy()
            outputs_XK[failed_X] = 0
            keys = np.stack([task_X, own_X, failed_X], axis=1).astype(np.int64).view(np.uint8)
            results = np.ascontiguousarray(outputs_XK).reshape(len(rows), -1).view(np.uint8)
            first, same = distinct(np.concatenate([keys, results], axis=1))
            first_Q, same_X = torch.from_numpy(first).to(device), torch.from_numpy(same).to(device)
            belief_QK = before_XK[first_Q]
            unsure = torch.from_numpy(np.flatnonzero(own_X[first])).to(device)
            if len(unsure):
                belief_QK[unsure] = execute(first_Q[unsure])
            known_QK = torch.from_numpy(known_XK[first]).to(device)
            return model.values.corrected(belief_QK, true_XK[first_Q], known_QK), first_Q, same_X

        fed = torch.from_numpy(np.ascontiguousarray(tokens, dtype=np.int64)).to(device)
        logits, inner = model.step(state.inner, fed, correct)
        log_probs = logits.float().log_softmax(-1).cpu().numpy()
        log_probs[failed_R] = -np.inf
        return log_probs, GroundedState(inner, programs_RT, length_R, state.inputs_RK)

    def reorder(self, state: GroundedState, parents: npt.NDArray[np.int64]) -> GroundedState:
        """The rows `parents` of a state; rows may be repeated."""
        inner = self.synthesizer.reorder(state.inner, parents)
        assert isinstance(inner, SearchState)
        return GroundedState(
            inner, state.tokens_RT[parents], state.length_R[parents], state.inputs_RK[parents]
        )

    def join(self, first: GroundedState, second: GroundedState) -> GroundedState:
        """The rows of one state, then those of another."""
        inner = self.synthesizer.join(first.inner, second.inner)
        assert isinstance(inner, SearchState)
        length_R = np.append(first.length_R, second.length_R)
        longest = int(length_R.max())
        # Longer rows may have left: what is behind is padding.
        rows = [*first.tokens_RT[:, :longest], *second.tokens_RT[:, :longest]]
        tokens_RT = padded(rows, self.eos, longest)
        return GroundedState(inner, tokens_RT, length_R, np.concatenate([first.inputs_RK, second.inputs_RK]))


def _append(
    programs_RT: npt.NDArray[np.int32],
    length_R: npt.NDArray[np.int64],
    tokens_R: npt.NDArray[np.int64],
    bos: int,
    eos: int,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """Programs with one more token each, unless it is `bos`, and their lengths."""
    begun_R = tokens_R != bos
    after_R = length_R + begun_R
    room = max(programs_RT.shape[1], int(after_R.max(initial=0)))
    longer_RT = np.full((len(programs_RT), room), eos, dtype=np.int32)
    longer_RT[:, : programs_RT.shape[1]] = programs_RT
    longer_RT[begun_R, length_R[begun_R]] = tokens_R[begun_R]
    return longer_RT, after_R
