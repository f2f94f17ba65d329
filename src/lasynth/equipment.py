"""What a task is solved with: its model, its engines, and code that is compiled before any clock runs."""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lasynth import domains
from lasynth.domains.base import Language
from lasynth.errors import InputError
from lasynth.search import Beam, Problem, Scorer, SearchConfig, search
from lasynth.search.answers import checker_of
from lasynth.search.composition import Composition
from lasynth.search.named import ENGINES, engine, needs_model
from lasynth.task import Task

if TYPE_CHECKING:  # torch is loaded by what needs a model
    from lasynth.models import Synthesizer

__all__ = [
    "check_range",
    "default_engines",
    "load",
    "out_of_range",
    "prepare",
    "scorer_of",
    "threads_of",
    "warm_up",
]

_AT_ONCE_S = 1e-3  # a time limit that is over after the first step
_PREPARED: set[tuple[str, str]] = set()  # languages and engines, "" for what becomes of their programs


@functools.lru_cache(maxsize=4)
def load(name_or_path: str = domains.DEFAULT) -> Synthesizer:
    """Load a model, to solve many tasks with it.

    Args:
        name_or_path: a language (its own shipped model), a shipped model, the weights of another
            (`.safetensors`, its card beside it), or the folder of a training run.

    Raises:
        InputError: no such model.
        CheckpointError: a file that is truncated or of another version.
    """
    from lasynth import models

    return models.load(_located(name_or_path))


def _located(name_or_path: str) -> str:
    """What the package of models takes for what a user calls a model."""
    from lasynth import models

    if name_or_path in domains.names() and not models.is_shipped(name_or_path):
        hint = "Give --model (or model=) with the weights of one, or --engine with one that needs none."
        raise InputError(f"no model is shipped for {name_or_path}", hint=hint)
    exported = Path(name_or_path) / models.EXPORTED
    return str(exported) if exported.is_file() else name_or_path


def check_range(
    tasks: Sequence[Task], model: str | Synthesizer, *, places: Sequence[str | None] = (None,)
) -> None:
    """Check that a model knows the language of some tasks, and what their shown examples hold.

    Args:
        tasks: any.
        model: a loaded model, or what `load` takes: then its card is looked at, and nothing is loaded.
        places: what to call each task in messages.

    Raises:
        InputError: it does not; says what it knows, and all that it does not.
    """
    if isinstance(model, str):
        from lasynth import models

        config, name = models.config_of(_located(model))
    else:
        config, name = model.config, model.name
    for task, where in zip(tasks, places, strict=True):
        if task.domain != config.domain:
            what = f"the task is of domain {task.domain}, the model {name} of {config.domain}"
            raise InputError(what, where, "Give a model of the task's domain.")
        config.check_examples(task.examples, name, where)


@functools.lru_cache(maxsize=4)
def warm_up(synthesizer: Synthesizer) -> None:
    """Let all that a solve needs compile (once, then it is cached on disk) before any clock runs."""
    problem = Problem.of(Task(synthesizer.domain, (synthesizer.smallest_example(),)))
    with threads_of(1):
        search([Beam(scorer=synthesizer, width=2)], [problem], SearchConfig(max_tokens=8))
    _prepare_answers(problem)


def _prepare_answers(problem: Problem) -> None:
    language = problem.language
    smallest = _small_program(language)[None]
    language.machine.run_batch(smallest, problem.inputs_KN)
    if language.simplify is not None:
        language.simplify(smallest, problem.inputs_KN)
    checker_of(language)


def _small_program(language: Language) -> np.ndarray[Any, np.dtype[np.int32]]:
    """A program that ends as soon as its grammar lets it."""
    grammar = language.grammar
    mask = grammar.mask(1, grammar.num_tokens)
    tokens: list[int] = []
    while tokens[-1:] != [grammar.eos]:
        allowed_V = mask.allowed()[0]
        tokens.append(grammar.eos if allowed_V[grammar.eos] else int(allowed_V.argmax()))
        mask.advance(np.array(tokens[-1:]))
    return np.array(tokens, dtype=np.int32)


def prepare(task: Task, names: Sequence[str]) -> None:
    """Let what engines without a model need compile (once, then it is cached on disk) before any clock runs.

    The bank of the language is made ready for the inputs of the task.

    Args:
        task: a task of the language.
        names: of engines; those with a model have `warm_up`.
    """
    problem = Problem.of(task)
    if (task.domain, "") not in _PREPARED:
        _PREPARED.add((task.domain, ""))
        _prepare_answers(problem)
    for name in names:
        if (task.domain, name) not in _PREPARED and name in ENGINES and not needs_model([name]):
            _PREPARED.add((task.domain, name))
            search([engine(name, task.language)], [problem], SearchConfig(time_limit_s=_AT_ONCE_S))
    if Composition.name in names and task.language.bank is not None:
        task.language.bank(problem.inputs_KN.shape[1:])


@contextmanager
def threads_of(number: int) -> Iterator[None]:
    """Let torch have so many threads in the block, if something has loaded it; then it is of use."""
    if "torch" not in sys.modules:
        yield
        return
    from lasynth.models.threads import threads

    with threads(number):
        yield


def default_engines(task: Task, model: str | Synthesizer | None = None) -> list[str]:
    """All that there is for a task: the floor, a model, composition, or enumeration and completion.

    Args:
        task: the task.
        model: the model to search with. Without one it is the shipped one of the language, unless the task is
            outside what that was made for and the language has other engines.

    Raises:
        InputError: there is nothing for this task; says what the shipped model was made for, if there is one.
    """
    language = task.language
    floor = ["floor"] if language.floor is not None else []
    composed = ["composition"] if language.bank is not None and language.ends is not None else []
    listed = language.cutting is not None and language.cutting.pieces is not None
    enumerated = ["enumeration"] if listed and not composed else []
    termed = ["terms"] if language.terms is not None else []
    if model is None:
        from lasynth import models

        obstacle: InputError | None
        if not models.has_default(language.name):
            obstacle = InputError(
                f"{language.name} has no model, no floor and no enumeration",
                hint="Give --model (or model=) with the weights of one.",
            )
        else:
            obstacle = out_of_range(task)
        if obstacle is not None:
            if not (found := [*floor, *termed, *composed, *enumerated]):
                raise obstacle
            return found
    # Completion does what composition does, with fewer kinds of ends.
    completed = [] if composed or termed else ["completion"]
    return [*floor, *termed, "beam", *composed, *enumerated, *completed]


def out_of_range(task: Task) -> InputError | None:
    """Why the shipped model of a task's language cannot read it; None where it can, or there is none."""
    from lasynth import models

    if not models.has_default(task.domain):
        return None
    try:
        check_range([task], task.domain)
    except InputError as error:
        return error
    return None


def scorer_of(synthesizer: Synthesizer) -> Scorer:
    """What is searched with: the machine corrects beliefs, where the model has some."""
    from lasynth.models import Grounded, can_be_grounded

    return Grounded(synthesizer) if can_be_grounded(synthesizer) else synthesizer
