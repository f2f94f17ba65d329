"""Solve-rates during training: on validation tasks, by the search that users get."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lasynth.models.model import Model, ModelConfig
from lasynth.models.synthesizer import Synthesizer
from lasynth.search import Beam, Problem, SearchConfig, search
from lasynth.task import Task
from lasynth.training.traces import trace_validator

__all__ = ["validator"]

Validate = Callable[[Model], dict[str, float]]

# Objectives whose models write no programs, and what measures these models.
_OTHERS: dict[str, Callable[[Sequence[Task]], Validate]] = {"traces": trace_validator}


def validator(tasks: Sequence[Task], config: ModelConfig, *, beam: int = 16) -> Validate:
    """A function that measures a model on tasks.

    Its result: `top1` (the first program of the beam is right on shown and held-out examples), `solved` (the
    first of `beam` candidates that satisfies the shown ones is) and `oracle` (any of them is), as
    shares of the tasks.
    """
    problems = [Problem.of(task) for task in tasks]

    def validate(model: Model) -> dict[str, float]:
        if model.objective in _OTHERS:
            return _OTHERS[model.objective](tasks)(model)
        synthesizer = Synthesizer(model, config, name="in training")
        limits = SearchConfig(enough=None, max_tokens=96)
        counts = {"top1": 0, "solved": 0, "oracle": 0}
        results = search([Beam(scorer=synthesizer, width=beam)], problems, limits)
        for problem, result in zip(problems, results, strict=True):
            right = problem.right([proposal.tokens for proposal in result.proposals])
            chosen = [ok for ok, p in zip(right, result.proposals, strict=True) if p.consistent]
            counts["top1"] += bool(right[:1].any())
            counts["solved"] += bool(chosen) and chosen[0]
            counts["oracle"] += bool(right.any())
        return {name: count / len(tasks) for name, count in counts.items()}

    return validate
