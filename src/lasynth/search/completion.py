"""Completes a model's programs: keeps their first statements and adds an end that is found without learning.

A model is often right about the loop or the branch and wrong about what follows. If none of its programs
satisfies the examples, each is cut after every outermost statement and the beginnings are run. The floor of
the language then looks for a short end that takes every result to its output. If it finds none, it is asked
again for the beginnings with one token exchanged, such as `<` for `<=`. The shortest program found this way
is likely to be the intended one: ends are limited tightly and must be shorter than what they explain, and a
cheap program is the least likely to fit by chance.

Shapes: P, Q programs, T tokens, K examples, S distinct results; an input's own axes come after K.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
import numpy.typing as npt

from lasynth.domains.base import Cutting, Status, Tokens
from lasynth.domains.kit.rows import padded
from lasynth.domains.unlearned import Floor
from lasynth.outcome import StopReason
from lasynth.search.engine import Budget, Proposals
from lasynth.search.problem import Problem

__all__ = ["Completed", "Completion", "complete", "one_token_changed"]

# Nats per token: for the model's beginning, which has some evidence, and for the end, which has none.
_BEGINNING_COST: Final = 0.25
_END_COST: Final = 0.6
# The gain in nats for each number of the outputs that an end makes right. An end that costs more than it
# gains explains nothing: some end always fits two examples.
_EXPLAINED: Final = 2.2
_MAX_CHANGED: Final = 20_000  # programs with a token exchanged
_USUAL_EXAMPLES: Final = 32  # a task with fewer is treated as one of so many
_CHUNK: Final = 64_000  # runs between two looks at the clock, of all examples


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """Completes beginnings of other engines' programs, if none of these satisfies the examples.

    Attributes:
        width: the number of completed programs kept per problem, the cheapest ones.
    """

    name: ClassVar[str] = "completion"

    width: int = 8

    def propose(self, problems: Sequence[Problem], budget: Budget) -> Iterator[Proposals]:
        """See `Engine`; the score is minus the cost of the tokens.

        Nothing is proposed if the language's programs cannot be cut or it has no floor.
        """
        for number, live in enumerate(budget.live()):
            found = budget.found(number)
            if not live or any(proposal.consistent for proposal in found):
                continue
            if budget.expired():
                budget.end_all(StopReason.TIME_LIMIT)
                return
            ends = complete(
                problems[number],
                [proposal.tokens for proposal in found],
                most=self.width,
                expired=budget.expired,
            )
            if ends:
                yield Proposals(
                    np.full(len(ends), number),
                    padded([end.tokens for end in ends], problems[number].language.grammar.eos),
                    np.array([end.score for end in ends]),
                    np.array([end.num_added for end in ends]),
                )


@dataclass(frozen=True, slots=True, eq=False)
class Completed:
    """A program that reproduces the shown examples.

    Attributes:
        tokens: `[T]`, ended by one EOS.
        num_added: the number of tokens that the search without learning added.
        score: minus the cost of the tokens, in nats; not a log-probability of the model.
    """

    tokens: Tokens
    num_added: int
    score: float


def complete(
    problem: Problem,
    programs: Sequence[Tokens],
    *,
    most: int = 8,
    expired: Callable[[], bool] = bool,
) -> list[Completed]:
    """Complete the beginnings of some programs.

    Args:
        problem: the problem; only its shown examples are used.
        programs: the programs that a model proposed, each ended by EOS; may be empty.
        most: the largest number of programs to return.
        expired: called from time to time; when it returns True, the programs found so far are returned.

    Returns:
        The cheapest programs, one for each result that could be completed, including the empty beginning.
        Empty if the language's programs cannot be cut or it has no floor.
    """
    language, inputs_KN = problem.language, problem.inputs_KN
    cutting, floor = language.cutting, language.floor
    if cutting is None or floor is None:
        return []
    parts = {bytes(part): part for tokens in programs for part in cutting.beginnings(tokens)}
    by_length: list[Tokens] = sorted(parts.values(), key=len)
    beginnings = padded(by_length, language.grammar.eos)
    # The result of the empty beginning is the inputs.
    found = _completed(problem, cutting, floor, [None], inputs_KN[None])
    known = {inputs_KN.tobytes()}
    for chunk in _chunks(beginnings, len(inputs_KN), expired):
        found += _completed(problem, cutting, floor, *_results(problem, chunk, known))
    if not found and not expired():
        changed = one_token_changed(beginnings, cutting.exchangeable)[:_MAX_CHANGED]
        for chunk in _chunks(changed, len(inputs_KN), expired):
            found += _completed(problem, cutting, floor, *_results(problem, chunk, known))
    consistent = problem.consistent([each.tokens for each in found])
    found = [each for each, right in zip(found, consistent, strict=True) if right]
    return sorted(found, key=lambda each: -each.score)[:most]


def _chunks(programs_PT: Tokens, num_examples: int, expired: Callable[[], bool]) -> Iterator[Tokens]:
    """Programs in parts, so that neither time nor memory grow with the number of examples."""
    size = max(1, _CHUNK // max(num_examples, _USUAL_EXAMPLES))
    for first in range(0, len(programs_PT), size):
        if first and expired():
            return
        yield programs_PT[first : first + size]


def one_token_changed(programs_PT: Tokens, classes: Sequence[Sequence[int]]) -> Tokens:
    """`[Q, T]`: every program with one of its tokens exchanged for another of the same class.

    Only tokens that occur in some of the programs are put in; the result need not be a program.
    """
    changed = [programs_PT[:0]]
    for members in classes:
        present = np.intersect1d(programs_PT, members)
        for token in present:
            row, column = np.nonzero(np.isin(programs_PT, present) & (programs_PT != token))
            others = programs_PT[row]
            others[np.arange(len(row)), column] = token
            changed.append(others)
    every = np.concatenate(changed)
    # Short programs first: they are more likely.
    return every[np.argsort((every != every[:, -1:]).sum(axis=1), kind="stable")]


def _results(
    problem: Problem, programs_PT: Tokens, known: set[bytes]
) -> tuple[list[Tokens | None], npt.NDArray[Any]]:
    """The first program of each new result, and these results `[S, K, ...]`."""
    if not len(programs_PT):
        return [], problem.inputs_KN[None][:0]
    got_PKN, statuses_PK = problem.language.machine.run_batch(programs_PT, problem.inputs_KN)
    firsts = []
    for row in np.flatnonzero((statuses_PK == Status.OK).all(axis=1)):
        if (result := got_PKN[row].tobytes()) not in known:
            known.add(result)
            firsts.append(row)
    return [programs_PT[row] for row in firsts], got_PKN[firsts]


def _completed(
    problem: Problem,
    cutting: Cutting,
    floor: Floor,
    firsts: Sequence[Tokens | None],
    states_SKN: npt.NDArray[Any],
) -> list[Completed]:
    """Beginnings joined with the ends that take their results to the outputs, where there is one."""
    found = []
    outputs_KN = problem.outputs_KN
    # A cell that is wrong in some example counts as explained in all examples.
    wrong_SN = (states_SKN != outputs_KN).any(axis=1)
    num_wrong_S = len(outputs_KN) * wrong_SN.sum(axis=tuple(range(1, wrong_SN.ndim)))
    ends = floor.ends(states_SKN, outputs_KN)
    for first, end, num_wrong in zip(firsts, ends, num_wrong_S, strict=True):
        if end is None or _END_COST * (len(end) - 1) > _EXPLAINED * num_wrong:
            continue
        tokens = end if first is None else cutting.chain(first, end)
        if tokens is not None:
            added = len(end) - 1
            cost = _BEGINNING_COST * (len(tokens) - 1 - added) + _END_COST * added
            found.append(Completed(tokens, added, -cost))
    return found
