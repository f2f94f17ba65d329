"""Evaluates engines on tasks by the protocols of the field, together with the floor of the language.

The search sees only the shown examples. The held-out ones are run here, on the programs that it found.
Tasks are evaluated in batches whose size depends on the search alone, so the verdicts are the same wherever
the batches are worked on.
`lasynth.evaluation.records.Record` says what each protocol counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from lasynth.domains.base import Language
from lasynth.errors import InputError, ProgramError
from lasynth.evaluation.records import Evaluation, Record
from lasynth.models.threads import threads
from lasynth.runner import InlineRunner, Runner
from lasynth.search import (
    Beam,
    Completion,
    Engine,
    Problem,
    Proposal,
    Sampling,
    Scorer,
    SearchConfig,
    SearchResult,
    search,
)
from lasynth.search.search import Choose
from lasynth.task import Task

__all__ = ["evaluate", "evaluate_engines"]


def evaluate(
    scorer: Scorer,
    tasks: Sequence[Task],
    config: SearchConfig | None = None,
    *,
    beam: int = 64,
    sample: bool = False,
    complete: bool = False,
    plain: Sequence[bool] | None = None,
    title: str = "",
    threads: int = 1,
    runner: Runner | None = None,
    progress: Callable[[int], None] | None = None,
) -> Evaluation:
    """Evaluate a model; see `evaluate_engines`.

    Args:
        scorer: the model.
        beam: W of the search.
        sample: draw W programs without replacement instead of a beam search.
        complete: also measure how much completion adds.
        tasks, config, plain, title, threads, runner, progress: see `evaluate_engines`.
    """
    first: Engine = Sampling(scorer=scorer, width=beam) if sample else Beam(scorer=scorer, width=beam)
    return evaluate_engines(
        [first, *([Completion()] if complete else [])],
        [Beam(scorer=scorer, width=1)],
        tasks,
        config,
        method="sample" if sample else "beam",
        plain=plain,
        title=title,
        threads=threads,
        runner=runner,
        progress=progress,
    )


def evaluate_engines(
    engines: Sequence[Engine],
    greedy: Sequence[Engine],
    tasks: Sequence[Task],
    config: SearchConfig | None = None,
    *,
    choose: Choose | None = None,
    method: str = "beam",
    plain: Sequence[bool] | None = None,
    title: str = "",
    threads: int = 1,
    runner: Runner | None = None,
    progress: Callable[[int], None] | None = None,
) -> Evaluation:
    """Evaluate engines: a model's beam search, an ensemble's, or any other.

    Args:
        engines: the engines that search each task, once, without stopping early.
        greedy: the engines whose first program is the greedy one.
        tasks: of one language, with held-out examples. Kind, length and exact need references.
        config: the limits; `enough` is treated as None. A time limit makes the numbers depend on the machine.
            Completed programs count for `Record.completed` only.
        choose: the rule of an ensemble.
        method: the name of the search in tables.
        plain: whether the floor can express each task, if known; else it is computed where possible.
        title: the title of the tables.
        threads: of torch, in this process or in each worker.
        runner: where the tasks are worked on; engines, rule and tasks are sent there. Without one, in this
            process.
        progress: called from time to time with the number of tasks done.

    Raises:
        InputError: there are no tasks, or a reference is not a program.
    """
    if not tasks:
        raise InputError("there are no tasks to evaluate on")
    if plain is not None and len(plain) != len(tasks):
        raise ValueError(f"{len(plain)} flags of plain tasks for {len(tasks)} tasks")
    config = replace(config or SearchConfig(), enough=None)
    language = tasks[0].language
    references = [_reference(language, task, number) for number, task in enumerate(tasks, 1)]
    width = max(engine.width for engine in engines)
    size = max(1, config.max_rows // width)
    batches = [
        _Batch(
            first,
            tuple(tasks[first : first + size]),
            tuple(references[first : first + size]),
            None if plain is None else tuple(plain[first : first + size]),
        )
        for first in range(0, len(tasks), size)
    ]
    work = partial(_evaluated, tuple(engines), tuple(greedy), config, choose, threads)
    start_s = time.perf_counter()
    records: list[Record] = []
    with closing((runner or InlineRunner()).map(work, batches)) as found:
        for some in found:
            records += some
            if progress is not None:
                progress(len(records))
    return Evaluation(
        records=tuple(records),
        domain=language.name,
        method=method,
        beam=width,
        title=title,
        seconds=time.perf_counter() - start_s,
    )


@dataclass(frozen=True, slots=True)
class _Batch:
    """Tasks that are searched together, by one worker.

    Attributes:
        first: the number of the first one, from 0.
        tasks: the tasks.
        references: the programs of those that have one.
        plain: whether the floor can express each; None if not known.
    """

    first: int
    tasks: tuple[Task, ...]
    references: tuple[npt.NDArray[np.int32] | None, ...]
    plain: tuple[bool, ...] | None


def _evaluated(
    engines: Sequence[Engine],
    greedy: Sequence[Engine],
    config: SearchConfig,
    choose: Choose | None,
    num_threads: int,
    batch: _Batch,
) -> list[Record]:
    """The verdicts on the tasks of a batch, with a number of threads of torch."""
    problems = [Problem.of(task) for task in batch.tasks]
    floor = _floor_verdicts(problems)
    known = batch.plain or [_is_plain(*pair) for pair in zip(problems, batch.references, strict=True)]
    with threads(num_threads):
        start_s = time.perf_counter()
        results = search(engines, problems, config, choose=choose)
        seconds = (time.perf_counter() - start_s) / len(problems)
        firsts = search(greedy, problems, config, choose=choose)
    records = []
    for row, problem in enumerate(problems):
        record = _record(
            batch.tasks[row],
            problem,
            number=batch.first + row,
            result=results[row],
            greedy=firsts[row],
            reference=batch.references[row],
            floor=floor[row],
            plain=known[row],
            completes=any(isinstance(engine, Completion) for engine in engines),
            seconds=seconds,
        )
        records.append(record if batch.plain is None else replace(record, plain_computed=False))
    return records


def _floor_verdicts(problems: Sequence[Problem]) -> list[bool | None]:
    """Whether the floor's program for the shown examples of each problem is right on held-out ones too."""
    floor = problems[0].language.floor
    verdicts: list[bool | None] = [None] * len(problems)
    if floor is None:
        return verdicts
    by_shape: dict[object, list[int]] = {}
    for number, problem in enumerate(problems):
        by_shape.setdefault(problem.shape, []).append(number)
    for numbers in by_shape.values():
        inputs = np.stack([problems[number].inputs_KN for number in numbers])
        programs = floor.fit(inputs, np.stack([problems[number].outputs_KN for number in numbers]))
        for number, program in zip(numbers, programs, strict=True):
            verdicts[number] = program is not None and bool(problems[number].right([program])[0])
    return verdicts


def _is_plain(problem: Problem, reference: npt.NDArray[np.int32] | None) -> bool | None:
    floor = problem.language.floor
    if floor is None:
        return None
    inputs, outputs = problem.inputs_KN, problem.outputs_KN
    if problem.held_out is not None:
        inputs = np.concatenate([inputs, problem.held_out[0]])
        outputs = np.concatenate([outputs, problem.held_out[1]])
    return floor.is_plain(inputs, outputs, reference)


def _record(
    task: Task,
    problem: Problem,
    *,
    number: int,
    result: SearchResult,
    greedy: SearchResult,
    reference: npt.NDArray[np.int32] | None,
    floor: bool | None,
    plain: bool | None,
    completes: bool,
    seconds: float,
) -> Record:
    language = problem.language
    own = [proposal for proposal in result.proposals if not proposal.num_added]
    added = [proposal for proposal in result.proposals if proposal.num_added]
    consistent = [proposal for proposal in own if proposal.consistent]
    right = _right(problem, consistent)
    first_greedy = [proposal for proposal in greedy.proposals if proposal.consistent]
    submitted = consistent[0] if consistent else next(iter(own), None)
    program = None if submitted is None else language.text.from_tokens(submitted.tokens)
    completed = bool(right[:1].any() or _right(problem, added)[:1].any())
    exact = None
    if reference is not None:
        # Compare with names in order of use, as in the reference.
        exact = program is not None and np.array_equal(language.text.to_tokens(program), reference)
    return Record(
        id=task.id or str(number + 1),
        greedy=bool(_right(problem, first_greedy).any()),
        top1=bool(own and own[0].consistent and right[0]),
        consistent=bool(right[:1].any()),
        oracle=bool(right.any()),
        completed=completed if completes else None,
        exact=exact,
        floor=floor,
        plain=plain,
        plain_computed=plain is not None,
        kind=None if reference is None else language.grammar.kind(reference),
        num_tokens=None if reference is None else len(reference) - 1,
        num_held_out=len(task.held_out),
        num_candidates=len(own),
        num_consistent=len(consistent),
        program=None if submitted is None else language.text.of_tokens(submitted.tokens, problem.example),
        seconds=seconds,
    )


def _right(problem: Problem, proposals: Sequence[Proposal]) -> npt.NDArray[np.bool_]:
    """`[P]`: whether each proposal, known to be consistent, is right on all held-out examples."""
    return problem.right_on_held_out([proposal.tokens for proposal in proposals])


def _reference(language: Language, task: Task, number: int) -> npt.NDArray[np.int32] | None:
    if task.program is None:
        return None
    try:
        return language.text.tokens_of(task.program)
    except ProgramError as error:
        where = f"task {task.id or number}, program"
        raise InputError(f"the reference is not a program: {error}", where) from None
