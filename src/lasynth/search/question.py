"""The input that tells the likeliest functions apart best, those of one language or of several.

Shapes: F functions, Q inputs tried.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lasynth.domains.base import Status
from lasynth.domains.kit.rows import padded
from lasynth.outcome import Question
from lasynth.search.posterior import Function
from lasynth.search.problem import Problem

__all__ = ["Fitting", "num_different", "question"]

Floats = npt.NDArray[np.float64]

_MAX_FUNCTIONS: Final = 64  # of each language
_NUM_INPUTS: Final = 256  # tried, of the kind of the shown ones
# How likely none of the functions is right, as a share of how likely the surest one is wrong.
_UNKNOWN: Final = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Fitting:
    """What fits the shown examples of a task in one language.

    Attributes:
        functions: the likeliest first.
        problem: the task in this language.
    """

    functions: Sequence[Function]
    problem: Problem


def question(fitting: Sequence[Fitting], *, seed: int = 0) -> Question | None:
    """The input on which the leading functions disagree most.

    Each input divides the functions by their outputs. The one with the largest entropy of the division is
    chosen, with the functions' weights (`_weights`): its output is expected to settle most. A part of its own
    has what none of them gives, as there may be a branch that no shown example takes.

    Args:
        fitting: the functions of each language; the inputs are of the kind of the narrowest one's.
        seed: of the inputs tried.

    Returns:
        The question with the outputs that are possible, the likeliest first; None where no input was found on
        which two functions have different outputs.
    """
    if sum(len(each.functions) for each in fitting) < 2:
        return None
    tried = _Tried.of(fitting, seed)
    weights = _weights(fitting)
    unknown_Q = _unknown(tried, weights)
    best, best_entropy = None, 0.0
    for place in range(len(tried.inputs_QN)):
        groups: dict[Hashable, list[int]] = {}
        for number, keys in enumerate(tried.keys_FQ):
            if keys[place] is not None:
                groups.setdefault(keys[place], []).append(number)
        if len(groups) < 2:
            continue
        shares = np.array([weights[members].sum() for members in groups.values()])
        shares = np.append(shares / shares.sum() * (1.0 - unknown_Q[place]), unknown_Q[place])
        shares = shares[shares > 0]
        entropy = -float((shares * np.log(shares)).sum())
        if best is None or entropy > best_entropy:
            best, best_entropy = (place, list(groups.values())), entropy
    if best is None:
        return None
    place, divided = best
    total = sum(float(weights[members].sum()) for members in divided)
    answers = sorted(
        ((float(weights[members].sum()) / total, members[0]) for members in divided),
        key=lambda each: -each[0],
    )
    return Question(
        tried.input(place), tuple((tried.output(first, place), weight) for weight, first in answers)
    )


def num_different(fitting: Sequence[Fitting], *, seed: int = 0) -> int:
    """How many functions there are in all; the leading ones of two languages are one where they agree."""
    total = sum(len(each.functions) for each in fitting)
    if sum(bool(each.functions) for each in fitting) < 2:
        return total
    rows = [tuple(keys) for keys in _Tried.of(fitting, seed).keys_FQ]
    return total - len(rows) + len(set(rows))


def _leading(one: Fitting) -> Sequence[Function]:
    return one.functions[:_MAX_FUNCTIONS]


def _weights(fitting: Sequence[Fitting]) -> Floats:
    """The weights of the leading functions, 1 together; the surest has its confidence at least.

    What is left is divided between the others: in a language by the odds of their confidences, which are
    flatter than their shares, as fitted, and between languages by the confidence of the first of each.
    """
    leading = [_leading(each) for each in fitting if each.functions]
    sure = 1.0 - float(np.finfo(float).eps)  # a language's ranking may round to certainty
    confidences = [np.minimum([one.confidence for one in some], sure) for some in leading]
    odds = [each / (1.0 - each) for each in confidences]
    weights: Floats = np.concatenate(
        [each / each[0] * some[0].confidence for each, some in zip(odds, leading, strict=True)]
    )
    weights /= weights.sum()
    surest = int(weights.argmax())
    own = max(weights[surest], max(some[0].confidence for some in leading))
    left = 1.0 - weights[surest]
    if left > 0:
        weights *= (1.0 - own) / left
        weights[surest] = own
    return np.maximum(weights, float(np.finfo(float).tiny))


def _unknown(tried: _Tried, weights: Floats) -> Floats:
    """For each input tried, how likely its output is one that no function gives, as far as that is known."""
    hidden_branch = tried.first.language.hidden_branch
    if hidden_branch is None:
        return np.zeros(len(tried.inputs_QN))
    hidden_Q = hidden_branch(tried.first.inputs_KN, tried.inputs_QN)
    return np.asarray(_UNKNOWN * (1.0 - weights.max()) * hidden_Q)


@dataclass(frozen=True, slots=True, eq=False)
class _Tried:
    """The leading functions of all languages, run on further inputs.

    Attributes:
        first: the language whose inputs they are.
        inputs_QN: the inputs, encoded for it.
        keys_FQ: what tells outputs apart; None where a run gave none.
        outputs: of each function, its language and its encoded outputs `[Q, ...]`.
    """

    first: Problem
    inputs_QN: Any
    keys_FQ: list[list[Hashable]]
    outputs: list[tuple[Problem, Any]]

    @classmethod
    def of(cls, fitting: Sequence[Fitting], seed: int) -> _Tried:
        """Run them."""
        # What is an input of a language is one of the wider one too.
        first = min((each.problem for each in fitting), key=lambda one: one.language.wider is None)
        inputs_QN = first.language.values.more(first.inputs_KN, _NUM_INPUTS, seed)
        tried = cls(first, inputs_QN, [], [])
        some = [each for each in fitting if each.functions]
        for one in some:
            language, given = one.problem.language, inputs_QN
            values = language.values
            if one.problem is not first:
                given = values.encode([tried.input(place) for place in range(len(inputs_QN))])
            tokens_FT = padded([each.programs[0].tokens for each in _leading(one)], language.grammar.eos)
            for outputs_QN, statuses_Q in zip(*language.machine.run_batch(tokens_FT, given), strict=True):
                tried.outputs.append((one.problem, outputs_QN))
                # Bytes tell outputs of one language apart, and cost less than values.
                tried.keys_FQ.append(
                    [
                        None
                        if status != Status.OK
                        else output.tobytes()
                        if len(some) == 1
                        else values.to_text(values.decode(output))
                        for output, status in zip(outputs_QN, statuses_Q, strict=True)
                    ]
                )
        return tried

    def input(self, place: int) -> Any:
        """An input, as `Example` holds it."""
        like = None if self.first.example is None else self.first.example.input
        return self.first.language.values.input_of(self.inputs_QN[place], like)

    def output(self, number: int, place: int) -> Any:
        """What a function gives for an input."""
        problem, outputs_QN = self.outputs[number]
        return problem.language.values.decode(outputs_QN[place])
