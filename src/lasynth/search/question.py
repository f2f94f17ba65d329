"""The input that tells the likeliest functions apart best.

Shapes: F functions, Q inputs tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from lasynth.domains.base import Status
from lasynth.domains.kit.rows import padded
from lasynth.outcome import Question
from lasynth.search.posterior import Function
from lasynth.search.problem import Problem

__all__ = ["question"]

_MAX_FUNCTIONS: Final = 16
_NUM_INPUTS: Final = 256  # tried, of the kind of the shown ones


def question(functions: Sequence[Function], problem: Problem, *, seed: int = 0) -> Question | None:
    """The input on which the leading functions disagree most.

    Each input divides the functions by their outputs. The one with the largest entropy of the division is
    chosen, with the functions' shares as weights: its output is expected to settle most.

    Args:
        functions: those that fit the shown examples, the likeliest first.
        problem: the problem.
        seed: of the inputs tried.

    Returns:
        The question with the outputs that are possible, the likeliest first; None where no input was found on
        which two functions have different outputs.
    """
    leading = functions[:_MAX_FUNCTIONS]
    if len(leading) < 2:
        return None
    language = problem.language
    inputs_QN = language.values.more(problem.inputs_KN, _NUM_INPUTS, seed)
    tokens_FT = padded([function.programs[0].tokens for function in leading], language.grammar.eos)
    outputs_FQN, statuses_FQ = language.machine.run_batch(tokens_FT, inputs_QN)
    weights = np.array([max(function.share, np.finfo(float).tiny) for function in leading])
    best, best_entropy = None, 0.0
    for place in range(len(inputs_QN)):
        groups: dict[bytes, list[int]] = {}
        for number in np.flatnonzero(statuses_FQ[:, place] == Status.OK).tolist():
            groups.setdefault(outputs_FQN[number, place].tobytes(), []).append(number)
        if len(groups) < 2:
            continue
        shares = np.array([weights[members].sum() for members in groups.values()])
        shares = shares / shares.sum()
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
    decode = language.values.decode
    like = None if problem.example is None else problem.example.input
    return Question(
        language.values.input_of(inputs_QN[place], like),
        tuple((decode(outputs_FQN[first, place]), weight) for weight, first in answers),
    )
