"""Evaluating a scorer on tasks by the protocols of the field, beside the affine floor.

The search sees the shown examples only; held-out ones are run here, on what it found. See
`lasynth.evaluation.records.Record` for what each protocol counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from lasynth.domains.base import Domain
from lasynth.errors import InputError, ProgramError
from lasynth.evaluation.records import Evaluation, Record
from lasynth.search.affine import AffineFit, AffineProgram, is_affine
from lasynth.search.scorer import Scorer
from lasynth.search.search import Method, SearchConfig, SearchResult, search
from lasynth.search.verify import Proposal, right_examples
from lasynth.task import Task

__all__ = ["evaluate"]


def evaluate(
    scorer: Scorer,
    domain: Domain,
    tasks: Sequence[Task],
    config: SearchConfig | None = None,
    *,
    affine: Sequence[bool] | None = None,
    title: str = "",
    progress: Callable[[int], None] | None = None,
) -> Evaluation:
    """Evaluate a scorer.

    Each task is decoded greedily, and searched once without stopping early.

    Args:
        scorer: the model.
        domain: the language of the tasks.
        tasks: with held-out examples, and with references where kind, length and exact are wanted.
        config: how to search; `enough` is taken as None. A time limit makes the numbers depend on
            the machine.
        affine: whether each task is affine, where that is known; else it is computed from all its examples.
        title: of the tables.
        progress: called with the number of tasks done, now and then.

    Raises:
        InputError: no tasks, or a reference that is no program.
    """
    if not tasks:
        raise InputError("there are no tasks to evaluate on")
    if affine is not None and len(affine) != len(tasks):
        raise ValueError(f"{len(affine)} affine flags for {len(tasks)} tasks")
    config = replace(config or SearchConfig(), enough=None)
    references = [_reference(domain, task, number) for number, task in enumerate(tasks, 1)]
    are_maps = [_is_map_of_lists(task) for task in tasks]
    maps = iter(
        AffineFit().solve_many([task for task, is_map in zip(tasks, are_maps, strict=True) if is_map])
    )
    floors = [next(maps) if is_map else None for is_map in are_maps]

    start_s = time.perf_counter()
    records: list[Record] = []
    together = config.tasks_together
    for first in range(0, len(tasks), together):
        some = tasks[first : first + together]
        batch_s = time.perf_counter()
        results = search(scorer, domain, some, config)
        seconds = (time.perf_counter() - batch_s) / len(some)
        greedy = search(scorer, domain, some, replace(config, method=Method.GREEDY))
        for number, task in enumerate(some, first):
            record = _record(
                domain,
                task,
                id=task.id or str(number + 1),
                result=results[number - first],
                greedy=greedy[number - first],
                reference=references[number],
                floor=_Floor(floors[number], None if affine is None else affine[number]),
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
    program: AffineProgram | None
    affine: bool | None  # as given


def _record(
    domain: Domain,
    task: Task,
    *,
    id: str,  # noqa: A002
    result: SearchResult,
    greedy: SearchResult,
    reference: npt.NDArray[np.int32] | None,
    floor: _Floor,
    seconds: float,
) -> Record:
    consistent = [proposal for proposal in result.proposals if proposal.consistent]
    right = _right_on_held_out(domain, task, consistent)
    first_greedy = [proposal for proposal in greedy.proposals if proposal.consistent]
    submitted = consistent[0] if consistent else next(iter(result.proposals), None)
    program = None if submitted is None else domain.from_tokens(submitted.tokens)
    exact = None
    if reference is not None:
        # Names are compared in the order of use, as the reference's are.
        exact = program is not None and np.array_equal(domain.to_tokens(program), reference)
    is_map = _is_map_of_lists(task)
    affine, affine_computed = floor.affine, False
    if affine is None and is_map:
        affine, affine_computed = is_affine(*_lists(task, shown=True, held_out=True)), True
    floor_right = None
    if is_map:
        floor_right = floor.program is not None and (
            not task.held_out or floor.program.solves(*_lists(task, held_out=True))
        )
    return Record(
        id=id,
        greedy=bool(_right_on_held_out(domain, task, first_greedy).any()),
        consistent=bool(right[:1].any()),
        oracle=bool(right.any()),
        exact=exact,
        floor=floor_right,
        affine=affine,
        affine_computed=affine_computed,
        kind=None if reference is None else str(domain.kind(reference)),
        num_tokens=None if reference is None else len(reference) - 1,
        num_held_out=len(task.held_out),
        num_candidates=result.num_distinct,
        num_consistent=result.num_consistent,
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


def _is_map_of_lists(task: Task) -> bool:
    """Whether inputs and outputs are lists of integers of one length: what an affine map can be of."""
    lists = [cells for example in task.examples for cells in (example.input, example.output)]
    return all(
        isinstance(cells, tuple)
        and len(cells) == len(lists[0])
        and all(isinstance(cell, int) for cell in cells)
        for cells in lists
    )


def _lists(task: Task, *, shown: bool = False, held_out: bool = False) -> tuple[Any, Any]:
    examples = (task.examples if shown else ()) + (task.held_out if held_out else ())
    return (
        np.array([example.input for example in examples]),
        np.array([example.output for example in examples]),
    )
