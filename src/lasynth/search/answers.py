"""Turns ranked proposals into answers: simplifies them, checks them again, and writes them as text."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import replace

from lasynth.domains.base import Checker, Language, right_programs
from lasynth.outcome import Candidate
from lasynth.search.engine import Proposal
from lasynth.search.problem import Problem
from lasynth.search.rank import rank

__all__ = ["answers", "checker_of"]

_COMPILE_LIMIT_S = 10.0


def answers(
    proposals: Sequence[Proposal], problem: Problem, *, length_bias: float, most: int
) -> tuple[Candidate, ...]:
    """The candidates of ranked proposals; those that pass the checker come first.

    Args:
        proposals: the ranked proposals of one problem.
        problem: the problem, with the examples that they were checked on.
        length_bias: see `rank`, which orders them again after they are simplified.
        most: the largest number of consistent ones that are simplified and checked.
    """
    consistent = [proposal for proposal in proposals if proposal.consistent]
    others = [proposal for proposal in proposals if not proposal.consistent]
    polished = rank(_polished(consistent[:most], problem), length_bias=length_bias)
    checked = _checked(polished, problem)
    right = [_candidate(*answer, problem.language) for answer in checked if answer[1] is not None]
    wrong = [_candidate(*answer, problem.language) for answer in checked if answer[1] is None]
    return (*right, *wrong, *(_candidate(proposal, None, problem.language) for proposal in others))


@functools.cache
def checker_of(language: Language) -> Checker | None:
    """The checker for answers of a language besides its machine, or None."""
    return None if language.checker is None else language.checker()


def _polished(proposals: Sequence[Proposal], problem: Problem) -> list[Proposal]:
    """Simplify programs; one that would no longer fit the examples is kept unchanged."""
    polished: dict[bytes, Proposal] = {}
    for proposal in proposals:
        tokens = proposal.tokens
        if problem.language.simplify is not None:
            shorter = problem.language.simplify(tokens[None], problem.inputs_KN)[0]
            tokens = shorter if problem.consistent([shorter])[0] else tokens
        polished.setdefault(tokens.tobytes(), replace(proposal, tokens=tokens))
    return list(polished.values())


def _checked(proposals: Sequence[Proposal], problem: Problem) -> list[tuple[Proposal, str | None]]:
    """Run programs with the language's checker (a real compiler), all at once, after the machine's check.

    Returns:
        Each proposal with the name of what verified it, or None where the checker finds it wrong.
    """
    checker = checker_of(problem.language)
    if checker is None or not proposals:
        return [(proposal, "machine") for proposal in proposals]
    programs = [problem.language.text.from_tokens(proposal.tokens) for proposal in proposals]
    try:
        got_PKN, statuses_PK = checker.run_many(programs, problem.inputs_KN, timeout_s=_COMPILE_LIMIT_S)
    except OSError:  # no room for temporary files, no more processes
        return [(proposal, "machine") for proposal in proposals]
    right_P = right_programs(got_PKN, statuses_PK, problem.outputs_KN)
    return [
        (proposal, checker.name if right else None)
        for proposal, right in zip(proposals, right_P, strict=True)
    ]


def _candidate(proposal: Proposal, verified_by: str | None, language: Language) -> Candidate:
    tokens = proposal.tokens
    return Candidate(
        text=language.text.of_tokens(tokens),
        program=tuple(tokens.tolist()),
        consistent=verified_by is not None,
        verified_by=verified_by,
        score=proposal.score,
        num_tokens=len(tokens) - 1,  # without the end token, which people do not see
        engine=proposal.engine,
        completed=proposal.num_added > 0,
    )
