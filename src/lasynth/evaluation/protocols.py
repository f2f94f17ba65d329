"""Evaluating a scorer on tasks by the protocols of the field, beside the floor of the language.

The search sees the shown examples only; held-out ones are run here, on what it found. See
`lasynth.evaluation.records.Record` for what each protocol counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from lasynth.domains.base import Domain
from lasynth.errors import InputError, ProgramError
from lasynth.evaluation.floors import floor_of
from lasynth.evaluation.records import Evaluation, Record
from lasynth.search.scorer import Scorer
from lasynth.search.search import Method, SearchConfig, SearchResult, search
from lasynth.search.verify import Proposal, right_examples
from lasynth.task import Task

__all__ = ["Searches", "evaluate", "evaluate_searches"]

Searches = Callable[[Sequence[Task], SearchConfig], list[SearchResult]]


def evaluate(
    scorer: Scorer,
    domain: Domain,
    tasks: Sequence[Task],
    config: SearchConfig | None = None,
    *,
    plain: Sequence[bool] | None = None,
    title: str = "",
    progress: Callable[[int], None] | None = None,
) -> Evaluation:
    """Evaluate a scorer; see `evaluate_searches`."""

    def searches(some: Sequence[Task], how: SearchConfig) -> list[SearchResult]:
        return search(scorer, domain, some, how)

    return evaluate_searches(searches, domain, tasks, config, plain=plain, title=title, progress=progress)


def evaluate_searches(
    searches: Searches,
    domain: Domain,
    tasks: Sequence[Task],
    config: SearchConfig | None = None,
    *,
    plain: Sequence[bool] | None = None,
    title: str = "",
    progress: Callable[[int], None] | None = None,
) -> Evaluation:
    """Evaluate what searches for programs: a scorer's beam search, or an ensemble's.

    Each task is decoded greedily, and searched once without stopping early.

    Args:
        searches: the search; one result a task, in order.
        domain: the language of the tasks.
        tasks: with held-out examples, and with references where kind, length and exact are wanted.
        config: how to search; `enough` is taken as None. A time limit makes the numbers depend on
            the machine. What is completed counts for `Record.completed` alone.
        plain: whether each task is plain (affine, straight), where that is known; else it is computed where
            that can be done.
        title: of the tables.
        progress: called with the number of tasks done, now and then.

    Raises:
        InputError: no tasks, or a reference that is no program.
    """
    if not tasks:
        raise InputError("there are no tasks to evaluate on")
    if plain is not None and len(plain) != len(tasks):
        raise ValueError(f"{len(plain)} flags of plain tasks for {len(tasks)} tasks")
    config = replace(config or SearchConfig(), enough=None)
    references = [_reference(domain, task, number) for number, task in enumerate(tasks, 1)]
    floor = floor_of(domain)
    verdicts = floor.right(tasks)

    start_s = time.perf_counter()
    records: list[Record] = []
    together = config.tasks_together
    for first in range(0, len(tasks), together):
        some = tasks[first : first + together]
        batch_s = time.perf_counter()
        results = searches(some, config)
        seconds = (time.perf_counter() - batch_s) / len(some)
        greedy = searches(some, replace(config, method=Method.GREEDY, complete=False))
        for number, task in enumerate(some, first):
            computed = plain is None
            is_plain = floor.is_plain(task, references[number]) if plain is None else plain[number]
            record = _record(
                domain,
                task,
                id=task.id or str(number + 1),
                result=results[number - first],
                greedy=greedy[number - first],
                reference=references[number],
                floor=_Floor(verdicts[number], is_plain, computed and is_plain is not None),
                completes=config.complete,
                seconds=seconds,
            )
            records.append(record)
        if progress is not None:
            progress(len(records))
    return Evaluation(
        records=tuple(records),
        domain=domain.name,
        method=str(config.method),
        beam=config.width,
        title=title,
        seconds=time.perf_counter() - start_s,
    )


@dataclass(frozen=True, slots=True)
class _Floor:
    right: bool | None
    plain: bool | None
    computed: bool  # not given with the task


def _record(
    domain: Domain,
    task: Task,
    *,
    id: str,  # noqa: A002
    result: SearchResult,
    greedy: SearchResult,
    reference: npt.NDArray[np.int32] | None,
    floor: _Floor,
    completes: bool,
    seconds: float,
) -> Record:
    own = [proposal for proposal in result.proposals if not proposal.num_added]
    added = [proposal for proposal in result.proposals if proposal.num_added]
    consistent = [proposal for proposal in own if proposal.consistent]
    first_of_all = [proposal for proposal in own[:1] if proposal.consistent]
    right = _right_on_held_out(domain, task, consistent)
    first_greedy = [proposal for proposal in greedy.proposals if proposal.consistent]
    submitted = consistent[0] if consistent else next(iter(own), None)
    program = None if submitted is None else domain.from_tokens(submitted.tokens)
    completed = bool(right[:1].any() or _right_on_held_out(domain, task, added)[:1].any())
    exact = None
    if reference is not None:
        # Names are compared in the order of use, as the reference's are.
        exact = program is not None and np.array_equal(domain.to_tokens(program), reference)
    return Record(
        id=id,
        greedy=bool(_right_on_held_out(domain, task, first_greedy).any()),
        top1=bool(first_of_all and right[0]),
        consistent=bool(right[:1].any()),
        oracle=bool(right.any()),
        completed=completed if completes else None,
        exact=exact,
        floor=floor.right,
        plain=floor.plain,
        plain_computed=floor.computed,
        kind=None if reference is None else str(domain.kind(reference)),
        num_tokens=None if reference is None else len(reference) - 1,
        num_held_out=len(task.held_out),
        num_candidates=len(own),
        num_consistent=len(consistent),
        program=None if program is None else domain.format(program),
        seconds=seconds,
    )


def _right_on_held_out(domain: Domain, task: Task, proposals: Sequence[Proposal]) -> npt.NDArray[np.bool_]:
    """`[P]`: whether each proposal is right on all held-out examples; all are where there are none."""
    if not proposals or not task.held_out:
        return np.ones(len(proposals), dtype=np.bool_)
    width = max(len(proposal.tokens) for proposal in proposals)
    tokens_PT = np.full((len(proposals), width), domain.eos, dtype=np.int32)
    for row, proposal in zip(tokens_PT, proposals, strict=True):
        row[: len(proposal.tokens)] = proposal.tokens
    inputs, wanted = domain.encode(replace(task, examples=task.held_out, held_out=()))
    outputs, statuses = domain.run_batch(tokens_PT, inputs)
    return np.asarray(right_examples(outputs, statuses, wanted).all(axis=1))


def _reference(domain: Domain, task: Task, number: int) -> npt.NDArray[np.int32] | None:
    if task.program is None:
        return None
    try:
        return domain.to_tokens(domain.parse(task.program))
    except ProgramError as error:
        where = f"task {task.id or number}, program"
        raise InputError(f"the reference is no program: {error}", where) from None
