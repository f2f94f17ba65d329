"""What `lasynth` does, as functions: `solve` a task, `run` a program, `load` a model.

This is where the rooms meet: a task is checked, given to a model's search, and each answer is
simplified and checked once more, by a real compiler where the language and the machine have one.
"""

from __future__ import annotations

import functools
import textwrap
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from lasynth import domains
from lasynth.domains.base import Checker, Domain, Status
from lasynth.errors import InputError, ProgramError, RunError
from lasynth.search import Proposal, SearchConfig, SearchResult, search
from lasynth.search.rank import rank
from lasynth.search.scorer import Scorer
from lasynth.task import Candidate, Example, Outcome, Task, TraceStep, read_value

if TYPE_CHECKING:  # torch is loaded by what needs a model, not by `run`
    from lasynth.models import Synthesizer

__all__ = ["EXPORTED", "check_range", "load", "run", "solve", "warm_up"]

# The model that a training run leaves in its folder.
EXPORTED = "model.safetensors"

# The share of the time limit kept for polishing and compiling what the search has found.
_FINISH_SHARE, _MAX_FINISH_S = 0.2, 0.5
_COMPILE_LIMIT_S = 10.0
_ENOUGH = 8


def solve(
    task_or_examples: Task | Iterable[object],
    *,
    domain: str = "c",
    model: str | Synthesizer | None = None,
    beam: int = 64,
    time_limit: float = 10.0,
    seed: int = 0,
    max_tokens: int = 256,
    trace: bool = False,
) -> Outcome:
    """Find programs that reproduce examples.

    Args:
        task_or_examples: a `Task`, or its examples: pairs (input, output) or `Example`s.
        domain: the language, where examples are given; a `Task` has its own.
        model: a loaded model, the name of a shipped one, or the path of a checkpoint; the
            language's own shipped model if not given.
        beam: how many programs the search keeps side by side.
        time_limit: seconds, not counting the time to load the model.
        seed: of whatever is random.
        max_tokens: the longest program to search for, its end token included.
        trace: fill in `Candidate.trace` of the best candidate.

    Returns:
        The candidates, best first, and why the search stopped. Each that is consistent is simplified
        and compiled; `verified_by` says with what.

    Raises:
        InputError: anything wrong with the task, or outside what the model was made for.
        CheckpointError: no such model.
    """
    task = _checked_task(task_or_examples, domain)
    if beam < 1:
        raise InputError(f"the beam is {beam}", "beam", "Give 1 or more.")
    if not time_limit > 0:
        raise InputError(f"the time limit is {time_limit} seconds", "time limit", "Give more than 0.")
    synthesizer = load(task.domain) if model is None else load(model) if isinstance(model, str) else model
    language = domains.get(task.domain)
    check_range(task, synthesizer)
    warm_up(synthesizer)

    start_s = time.perf_counter()
    finish_s = min(_FINISH_SHARE * time_limit, _MAX_FINISH_S)
    config = SearchConfig(
        beam=beam,
        max_tokens=max_tokens,
        time_limit_s=time_limit - finish_s,
        seed=seed,
        enough=_ENOUGH,
        complete=True,
    )
    (result,) = search(_scorer(synthesizer), language, [task], config)
    candidates = _finish(result, task, language, config)
    if trace and candidates and candidates[0].consistent:
        steps = _trace(candidates[0], task, synthesizer, language)
        candidates = (replace(candidates[0], trace=steps), *candidates[1:])
    return Outcome(
        candidates=candidates,
        stop_reason=result.stop_reason,
        num_proposed=result.num_proposed,
        num_distinct=result.num_distinct,
        num_consistent=result.num_consistent,
        seconds=time.perf_counter() - start_s,
    )


def run(program_text_or_candidate: str | Candidate, input: object, *, domain: str = "c") -> Any:  # noqa: A002
    """Run a program on one input.

    Args:
        program_text_or_candidate: the text of a program, or an answer of `solve`.
        input: for C a list of 1 to 16 integers of 32 bits; for Karel a world.
        domain: the language.

    Returns:
        Its output: for C a tuple of integers, for Karel a world.

    Raises:
        InputError: not an input of this language.
        ProgramError: not a program of this language.
        RunError: the run gave no output; its `status` says why.
    """
    given = read_value(input, domain=domain)
    language = domains.get(domain)
    text = program_text_or_candidate
    tokens = language.to_tokens(language.parse(text.text if isinstance(text, Candidate) else text))
    inputs_KN, _ = language.encode(Task(domain, (Example(given, given),)))
    outputs_PKN, statuses_PK = language.run_batch(tokens[None], inputs_KN)
    status = Status(int(statuses_PK[0, 0]))
    if status != Status.OK:
        raise RunError(status)
    return language.decode(outputs_PKN[0, 0])


@functools.lru_cache(maxsize=4)
def load(name_or_path: str = "c") -> Synthesizer:
    """Load a model, to solve many tasks with it.

    Args:
        name_or_path: a language (its own shipped model), a shipped model, the weights of another
            (`.safetensors`, its card beside it), or the folder of a training run.

    Raises:
        InputError: no such model.
        CheckpointError: a file that is truncated or of another version.
    """
    from lasynth import models
    from lasynth.models.zoo import SHIPPED

    if name_or_path in domains.NAMES and name_or_path not in SHIPPED:
        hint = "Give --model (or model=) with the weights of one, or the folder of a training run."
        raise InputError(f"no shipped model of {name_or_path}", hint=hint)
    if (Path(name_or_path) / EXPORTED).is_file():
        name_or_path = str(Path(name_or_path) / EXPORTED)
    return models.load(name_or_path)


def check_range(task: Task, synthesizer: Synthesizer, *, where: str | None = None) -> None:
    """Check that a model knows the language of a task, and what its shown examples hold.

    Args:
        task: any.
        synthesizer: the model.
        where: what to call the task in messages.

    Raises:
        InputError: it does not; says what it knows.
    """
    if task.domain != synthesizer.domain:
        what = f"the task is of domain {task.domain}, the model {synthesizer.name} of {synthesizer.domain}"
        raise InputError(what, where, "Give a model of the task's domain.")
    domains.get(task.domain).check_range(task, synthesizer, where=where)


def _checked_task(task_or_examples: Task | Iterable[object], domain: str) -> Task:
    if isinstance(task_or_examples, Task):
        return Task.from_json(task_or_examples.to_json())
    return Task.of(task_or_examples, domain=domain)


def _scorer(synthesizer: Synthesizer) -> Scorer:
    """What is searched with: the machine corrects beliefs, where the model has some."""
    from lasynth.models import Grounded, can_be_grounded

    return Grounded(synthesizer) if can_be_grounded(synthesizer) else synthesizer


@functools.lru_cache(maxsize=4)
def warm_up(synthesizer: Synthesizer) -> None:
    """Let all that a solve needs compile (once, then it is cached on disk) before any clock runs."""
    language = domains.get(synthesizer.domain)
    task = language.smallest_task(synthesizer)
    search(synthesizer, language, [task], SearchConfig(beam=2, max_tokens=8))
    nothing = np.array([[language.eos]], dtype=np.int32)
    language.simplify(nothing, language.encode(task)[0])
    _checker(language.name)


def _finish(
    result: SearchResult, task: Task, language: Domain, config: SearchConfig
) -> tuple[Candidate, ...]:
    """Simplify and compile what is consistent; what passes comes first."""
    consistent = [proposal for proposal in result.candidates if proposal.consistent]
    others = [proposal for proposal in result.candidates if not proposal.consistent]
    polished = rank(_polish(consistent[:_ENOUGH], task, language), length_bias=config.length_bias)
    answers = _checked(polished, task, language)
    right = [_candidate(*answer, language) for answer in answers if answer[1] is not None]
    wrong = [_candidate(*answer, language) for answer in answers if answer[1] is None]
    return (*right, *wrong, *(_candidate(proposal, None, language) for proposal in others))


def _polish(proposals: Sequence[Proposal], task: Task, language: Domain) -> list[Proposal]:
    """Cut programs down to short ones; one that would no longer fit the examples stays as it is."""
    inputs_KN, outputs_KN = language.encode(task)
    polished: dict[bytes, Proposal] = {}
    for proposal in proposals:
        tokens_PT = language.simplify(proposal.tokens[None], inputs_KN)
        got_PKN, statuses_PK = language.run_batch(tokens_PT, inputs_KN)
        same = bool((statuses_PK == Status.OK).all() and (got_PKN[0] == outputs_KN).all())
        tokens = tokens_PT[0] if same else proposal.tokens
        polished.setdefault(tokens.tobytes(), replace(proposal, tokens=tokens))
    return list(polished.values())


def _checked(
    proposals: Sequence[Proposal], task: Task, language: Domain
) -> list[tuple[Proposal, str | None]]:
    """Run programs by the language's second checker (a real compiler), all at once; the machine has run them.

    Returns:
        Each with what it is verified by; None where the checker finds it wrong.
    """
    checker = _checker(language.name)
    if checker is None or not proposals:
        return [(proposal, "machine") for proposal in proposals]
    inputs_KN, outputs_KN = language.encode(task)
    programs = [language.from_tokens(proposal.tokens) for proposal in proposals]
    try:
        got_PKN, statuses_PK = checker.run_many(programs, inputs_KN, timeout_s=_COMPILE_LIMIT_S)
    except OSError:  # no room for temporary files, no more processes
        return [(proposal, "machine") for proposal in proposals]
    right_P = (statuses_PK == Status.OK).all(axis=1) & (got_PKN == outputs_KN).all(axis=(1, 2))
    return [
        (proposal, checker.name if right else None)
        for proposal, right in zip(proposals, right_P, strict=True)
    ]


@functools.cache
def _checker(domain: str) -> Checker | None:
    """What checks the answers of a language besides its machine, where there is such."""
    return domains.get(domain).checker()


def _candidate(proposal: Proposal, verified_by: str | None, language: Domain) -> Candidate:
    tokens = proposal.tokens
    return Candidate(
        text=language.format(language.from_tokens(tokens)),
        program=tuple(tokens.tolist()),
        consistent=verified_by is not None,
        verified_by=verified_by,
        score=proposal.score,
        num_tokens=len(tokens) - 1,  # the end token is nothing that a person reads
        completed=proposal.num_added > 0,
    )


def _trace(
    candidate: Candidate, task: Task, synthesizer: Synthesizer, language: Domain
) -> tuple[TraceStep, ...]:
    """The beliefs of the executor, each with the lines of the program that led to it."""
    inputs_KN, _ = language.encode(task)
    steps: list[TraceStep] = []
    lines: list[str] = []
    for belief in synthesizer.trace(task, np.array(candidate.program, dtype=np.int32)):
        read = [token for token in candidate.program[: belief.num_tokens] if token != language.eos]
        part = np.array([*read, language.eos], dtype=np.int32)
        outputs_PKN, statuses_PK = language.run_batch(part[None], inputs_KN)
        before, lines = lines, _lines(part, language)
        steps.append(
            TraceStep(
                code="\n".join(_added(before, lines)) if steps else "",
                lists=tuple(_decoded(value, language) for value in belief.likeliest_K),
                chances=_tuples(np.round(belief.chances_K.astype(float), 3)),
                really=tuple(map(language.decode, outputs_PKN[0]))
                if (statuses_PK == Status.OK).all()
                else None,
            )
        )
    return tuple(steps)


def _tuples(array_KN: npt.NDArray[Any]) -> tuple[tuple[Any, ...], ...]:
    return tuple(map(tuple, array_KN.tolist()))


def _decoded(value: npt.NDArray[Any], language: Domain) -> Any:
    """What a model believes, as users see it; None where that is nothing that can be."""
    try:
        return language.decode(value)
    except InputError:
        return None


def _lines(tokens: npt.NDArray[np.int32], language: Domain) -> list[str]:
    """The text of a part of a program; none where it is not a program itself."""
    try:
        return language.format(language.from_tokens(tokens)).splitlines()
    except ProgramError:
        return []


def _added(before: list[str], after: list[str]) -> list[str]:
    """The lines of a text that another, which it continues, does not have, without their indentation."""
    first = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), len(before))
    num_last = len(before) - first  # the end of the frame
    return textwrap.dedent("\n".join(after[first : len(after) - num_last])).splitlines()
