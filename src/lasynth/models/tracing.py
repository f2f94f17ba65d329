"""The beliefs of a model's executor along a program, in a form for users."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from lasynth.domains.base import Language, Status, Tokens
from lasynth.errors import InputError, ProgramError
from lasynth.models.synthesizer import Synthesizer
from lasynth.outcome import TraceStep
from lasynth.task import Task

__all__ = ["trace_steps"]


def trace_steps(synthesizer: Synthesizer, task: Task, program: Tokens) -> tuple[TraceStep, ...]:
    """The beliefs of the executor, each with the program lines executed since the one before.

    Args:
        synthesizer: a model with a latent executor.
        task: the task whose shown examples are executed.
        program: `[T]` tokens, ended by EOS.

    Raises:
        InputError: the model has no latent executor.
    """
    language = task.language
    inputs_KN, _ = language.encode(task.examples)
    steps: list[TraceStep] = []
    lines: list[str] = []
    eos = language.grammar.eos
    for belief in synthesizer.trace(task, program):
        read = [token for token in program[: belief.num_tokens].tolist() if token != eos]
        part = np.array([*read, eos], dtype=np.int32)
        outputs_PKN, statuses_PK = language.machine.run_batch(part[None], inputs_KN)
        before, lines = lines, _lines(part, task)
        ran = (statuses_PK == Status.OK).all()
        steps.append(
            TraceStep(
                code="\n".join(_added(before, lines)) if steps else "",
                lists=tuple(_decoded(value, language) for value in belief.likeliest_K),
                chances=_tuples(np.round(belief.chances_K.astype(float), 3)),
                really=tuple(map(language.values.decode, outputs_PKN[0])) if ran else None,
            )
        )
    return tuple(steps)


def _tuples(array_KN: npt.NDArray[Any]) -> tuple[tuple[Any, ...], ...]:
    return tuple(map(tuple, array_KN.tolist()))


def _decoded(value: npt.NDArray[Any], language: Language) -> Any:
    """A believed value in a form for users; None where it is not a valid value."""
    try:
        return language.values.decode(value)
    except InputError:
        return None


def _lines(tokens: Tokens, task: Task) -> list[str]:
    """The text of a part of a program; empty where it is not a complete program."""
    try:
        return task.language.text.of_tokens(tokens, task.examples[0]).splitlines()
    except ProgramError:
        return []


def _added(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """The lines, without indentation, that `after` has in addition to `before`, which it continues."""
    first = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), len(before))
    num_last = len(before) - first  # the lines of the frame's end
    return textwrap.dedent("\n".join(after[first : len(after) - num_last])).splitlines()
