"""Solve-rates during training: on validation tasks, by the search that users get."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lasynth.evaluation.results import task_set_digest
from lasynth.models.baselines.shin_trace import TraceModel
from lasynth.models.model import Model, ModelConfig
from lasynth.models.synthesizer import Synthesizer
from lasynth.models.threads import threads
from lasynth.search import Beam, Problem, SearchConfig, search
from lasynth.task import Task

__all__ = ["Validate", "validator"]

Validate = Callable[[Model], dict[str, float]]


@dataclass(frozen=True, slots=True)
class _Validator:
    """See `validator`; `digest` tells whether the tasks are those of another time."""

    problems: tuple[Problem, ...]
    config: ModelConfig
    beam: int
    digest: str

    def __call__(self, model: Model) -> dict[str, float]:
        problems = self.problems
        if isinstance(model, TraceModel):
            inputs, outputs = (
                np.concatenate([getattr(problem, name) for problem in problems])
                for name in ("inputs_KN", "outputs_KN")
            )
            right_NW = model.propose(inputs, outputs).right_NW
            return {"top1": float(right_NW[:, 0].mean()), "solved": float(right_NW.any(axis=1).mean())}
        synthesizer = Synthesizer(model, self.config, name="in training")
        limits = SearchConfig(enough=None, max_tokens=96)
        counts = {"top1": 0, "solved": 0, "oracle": 0}
        with threads(1):
            results = search([Beam(scorer=synthesizer, width=self.beam)], problems, limits)
        for problem, result in zip(problems, results, strict=True):
            right = problem.right([proposal.tokens for proposal in result.proposals])
            chosen = [ok for ok, p in zip(right, result.proposals, strict=True) if p.consistent]
            counts["top1"] += bool(right[:1].any())
            counts["solved"] += bool(chosen and chosen[0])
            counts["oracle"] += bool(right.any())
        return {name: count / len(problems) for name, count in counts.items()}


def validator(tasks: Sequence[Task], config: ModelConfig, *, beam: int = 16) -> Validate:
    """A function that measures a model on tasks.

    Its result: `top1` (the first program of the beam is right on shown and held-out examples), `solved` (the
    first of `beam` candidates that satisfies the shown ones is) and `oracle` (any of them is), as
    shares of the tasks. A first stage of Shin et al. writes no programs: `top1` and `solved` are the shares
    of shown examples whose likeliest trace, or any proposed one, is right.
    """
    return _Validator(tuple(map(Problem.of, tasks)), config, beam, task_set_digest(tasks))
