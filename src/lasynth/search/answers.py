"""Turns proposals into answers: simplifies them, ranks them, checks them again, and writes them as text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from lasynth.domains.base import Checker, Language, Status, right_programs
from lasynth.errors import CheckerError
from lasynth.outcome import Candidate, Check, Verdict
from lasynth.search.engine import Proposal
from lasynth.search.likelihood import log_probabilities
from lasynth.search.posterior import Function, functions, information
from lasynth.search.problem import Problem
from lasynth.search.scorer import Scorer
from lasynth.search.search import SearchResult

__all__ = ["Answers", "answers", "checker_of"]

_POLISHED: Final = 64  # programs that are simplified, the shortest: what is longer has little weight
_CHECK_LIMIT_S: Final = 10.0  # not part of the time limit of a search, which is over by then

# What is known of an answer: the answer, its check if there was one to make, and what it is verified by.
_Checked = tuple[Proposal, Check | None, str | None]

_FOUND: dict[Language, Checker | CheckerError | None] = {}


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What becomes of the proposals of one problem.

    Attributes:
        candidates: one of each function that fits, the likeliest first; those that pass the checker before
            those that could not be checked, then those that it refutes, then the nearest of the others.
        functions: all functions that fit, the likeliest first.
    """

    candidates: tuple[Candidate, ...]
    functions: tuple[Function, ...]


def answers(
    result: SearchResult,
    problem: Problem,
    *,
    most: int,
    scorer: Scorer | None = None,
    doubt: float = 0.0,
    expired: Callable[[], bool] = bool,
) -> Answers:
    """The answers that a search comes to.

    Args:
        result: what the search found for the problem.
        problem: the problem, with the examples that they were checked on.
        most: the largest number of functions of which a program is checked and kept.
        scorer: the model, which has a say in the ranking.
        doubt: nats of log-odds by which the confidence is less than the ranking of the language says.
        expired: whether the time is over; then no more programs are simplified, and the model is not asked.
    """
    fitting = sorted((one for one in result.proposals if one.consistent), key=lambda one: len(one.tokens))
    others = [proposal for proposal in result.candidates if not proposal.consistent]
    others.sort(key=lambda proposal: -proposal.num_right)  # equals stay in the order of their rank
    language = problem.language
    polished = _polished(fitting[:_POLISHED], problem, expired)
    log_prob_P = None
    if scorer is not None:
        log_prob_P = log_probabilities(scorer, problem, [one.tokens for one in polished], expired=expired)
    ranking = replace(language.ranking, shift=language.ranking.shift - doubt)
    found = functions(polished, ranking, information(problem.inputs_KN, problem.outputs_KN), log_prob_P)
    confidences = {function.programs[0].tokens.tobytes(): function.confidence for function in found}
    checked = sorted(_checked([function.programs[0] for function in found[:most]], problem), key=_place)
    fit = [
        _candidate(proposal, check, by, problem, confidences[proposal.tokens.tobytes()])
        for proposal, check, by in checked
    ]
    return Answers((*fit, *(_candidate(proposal, None, None, problem) for proposal in others)), tuple(found))


def checker_of(language: Language) -> Checker | CheckerError | None:
    """What checks the answers of a language besides its machine, or why it cannot; None if it has no such.

    What is found is kept, and so is an error to which asking again would only add waiting.
    """
    if language not in _FOUND:
        try:
            _FOUND[language] = None if language.checker is None else language.checker()
        except CheckerError as error:
            if not error.lasting:
                return error
            _FOUND[language] = error
    return _FOUND[language]


def _polished(proposals: Sequence[Proposal], problem: Problem, expired: Callable[[], bool]) -> list[Proposal]:
    """Simplify programs, as many as there is time for; one that would no longer fit is kept unchanged."""
    polished: dict[bytes, Proposal] = {}
    for proposal in proposals:
        tokens = proposal.tokens
        if problem.language.simplify is not None and not expired():
            shorter = problem.language.simplify(tokens[None], problem.inputs_KN)[0]
            tokens = shorter if problem.consistent([shorter])[0] else tokens
        polished.setdefault(tokens.tobytes(), replace(proposal, tokens=tokens))
    return list(polished.values())


def _place(answer: _Checked) -> int:
    _, check, verified_by = answer
    return 2 if verified_by is None else int(check is not None and check.verdict == Verdict.NOT_CHECKED)


def _checked(proposals: Sequence[Proposal], problem: Problem) -> list[_Checked]:
    """Run programs by the language's checker (a real compiler), all at once; the machine has run them.

    Returns:
        Each with the check, and with what it is verified by, None where the checker finds it wrong.
    """
    checker = checker_of(problem.language) if proposals else None
    if checker is None:
        return [(proposal, None, "machine") for proposal in proposals]
    if isinstance(checker, CheckerError):
        return _not_checked(proposals, checker)
    text = problem.language.text
    programs = [text.tree_of(proposal.tokens, problem.example) for proposal in proposals]
    try:
        got_PKN, statuses_PK = checker.run_many(programs, problem.inputs_KN, timeout_s=_CHECK_LIMIT_S)
    except CheckerError as error:
        if error.lasting:
            _FOUND[problem.language] = error
        return _not_checked(proposals, error)
    right_P = right_programs(got_PKN, statuses_PK, problem.outputs_KN)
    answers: list[_Checked] = []
    for proposal, right, statuses_K in zip(proposals, right_P, statuses_PK, strict=True):
        if right:
            answers.append((proposal, Check(Verdict.PASSED), checker.name))
        elif Status.OUT_OF_FUEL in statuses_K:
            answers += _not_checked([proposal], f"a run by {checker.name} took too long")
        else:
            differs = Check(Verdict.DIFFERS, f"{checker.name} gives other results than the built-in machine")
            answers.append((proposal, differs, None))
    return answers


def _not_checked(proposals: Sequence[Proposal], reason: CheckerError | str) -> list[_Checked]:
    return [(proposal, Check(Verdict.NOT_CHECKED, str(reason)), "machine") for proposal in proposals]


def _candidate(
    proposal: Proposal,
    check: Check | None,
    verified_by: str | None,
    problem: Problem,
    confidence: float | None = None,
) -> Candidate:
    tokens = proposal.tokens
    return Candidate(
        text=problem.language.text.of_tokens(tokens, problem.example),
        program=tuple(tokens.tolist()),
        consistent=verified_by is not None,
        verified_by=verified_by,
        score=proposal.score,
        num_tokens=len(tokens) - 1,  # without the end token, which people do not see
        engine=proposal.engine,
        completed=proposal.num_added > 0,
        check=check,
        confidence=None if verified_by is None else confidence,
        num_right=proposal.num_right,
    )
