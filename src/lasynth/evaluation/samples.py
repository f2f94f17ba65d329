"""Sample tasks that the reference system solves and the systems without an executor do not (Figure 5).

The rule that picks them uses only verdicts and order, not the programs: see `pick`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from lasynth import domains
from lasynth.errors import InputError
from lasynth.evaluation.results import Result, Study, task_set_digest
from lasynth.task import Task

__all__ = ["lacking", "page", "pick"]

NUM_A_KIND = 2


def pick(reference: Result, others: list[Result], num_a_kind: int = NUM_A_KIND) -> list[int]:
    """The tasks to show: the first `num_a_kind` of each kind, in the order of the test set.

    Only tasks count where the reference is right by consistent@W and every other system is wrong.

    Returns:
        Positions in the test set, from 0, ascending.
    """
    taken: Counter[str | None] = Counter()
    picked = []
    for place in _alone(reference, others, right=True):
        kind = reference.evaluation.records[place].kind
        taken[kind] += 1
        if taken[kind] <= num_a_kind:
            picked.append(place)
    return picked


def lacking(study: Study) -> str | None:
    """What is missing for the page, in words; None if nothing is missing."""
    if not study.of(study.reference):
        return f"{study.row(study.reference).title} was not run"
    systems = _systems(study)
    if len(systems) == 1:
        return "no system without an executor was run"
    return None if _seeds(study) else f"no seed was run of each of {', '.join(systems)}"


def page(study: Study) -> str:
    """The page of the samples, as Markdown, for a study where `lacking` returns None.

    Raises:
        InputError: the study's file of tasks is not that of the results.
    """
    # Use the titles of the rows, as in every other report.
    reference, *others = (replace(result, title=study.row(result.system).title) for result in _runs(study))
    fence = domains.get(reference.evaluation.domain).grammar.fence
    tasks = _tasks(study)
    picked = pick(reference, others)
    names = " and ".join(other.title for other in others)
    num, reverse = (len(_alone(reference, others, right=right)) for right in (True, False))
    others_alone = f"{'is' if reverse == 1 else 'are'} {reverse or 'none'}"
    missing = [study.row(system).title for system in study.without_executor if not study.of(system)]
    lines = [
        f"# Sample tasks: {reference.title} right, {names} wrong",
        "",
        f"After Figure 5 of the paper; written by `lasynth report`. Results of seed {reference.seed},",
        f"consistent@{reference.evaluation.beam}, on the same {study.test_set.num_tasks:,} tasks.",
        "",
        f"**The rule**: of each kind of program the first {NUM_A_KIND} tasks, in the order of the test set,",
        f"that {reference.title} has right and every other of these systems has wrong.",
        f"There {'is 1 task' if num == 1 else f'are {num} tasks'} of that sort.",
        f"The other way about ({reference.title} wrong, all the others right) there {others_alone}.",
        "",
    ]
    if missing:
        lines += [f"Not run, and so not asked for: {', '.join(missing)}.", ""]
    for place in picked:
        record = reference.evaluation.records[place]
        lines += [f"## Task {record.id}: {record.kind or 'kind not known'}", ""]
        if tasks is not None:
            task = tasks[place]
            lines += [*_examples(task), ""]
            if task.program is not None:
                lines += [f"The reference program ({record.num_tokens} tokens):", ""]
                lines += [*_code(task.program, fence), ""]
        lines += [f"{reference.title}, right:", "", *_code(record.program, fence), ""]
        for other in others:
            wrong = other.evaluation.records[place]
            shown = "right on the shown examples, wrong on the held-out ones"
            why = shown if wrong.num_consistent else "wrong on the shown examples already"
            lines += [f"{other.title}, {why}:", "", *_code(wrong.program, fence), ""]
    if not picked:
        lines += ["There is nothing to show.", ""]
    return "\n".join(lines)


def _runs(study: Study) -> list[Result]:
    """The runs to compare, the reference first, all of the lowest seed that every system has."""
    seed = min(_seeds(study))
    return [run for system in _systems(study) for run in study.of(system) if run.seed == seed]


def _systems(study: Study) -> list[str]:
    return [study.reference, *(system for system in study.without_executor if study.of(system))]


def _seeds(study: Study) -> set[int]:
    return set.intersection(*({run.seed for run in study.of(system)} for system in _systems(study)))


def _tasks(study: Study) -> list[Task] | None:
    """The tasks of the results; None if the study does not name their file."""
    from lasynth.data.dataset import Dataset

    path = Path(study.tasks)
    if not study.tasks:
        return None
    hint = 'Correct "tasks" in study.toml: a shard, or JSON Lines, with the tasks of the results first.'
    if not path.is_file():
        raise InputError("no such file", str(path), hint)
    num = study.test_set.num_tasks
    tasks = Dataset.open(path, max_tasks=num).tasks() if path.suffix == ".parquet" else Task.read(path)[:num]
    if len(tasks) != num or task_set_digest(tasks) != study.test_set.digest:
        raise InputError(f"its first {num} tasks are not those of the results", str(path), hint)
    return tasks


def _alone(reference: Result, others: list[Result], *, right: bool) -> list[int]:
    """Positions where only the reference is right; without `right`, where only the reference is wrong."""
    runs = zip(*(run.evaluation.records for run in (reference, *others)), strict=True)
    wanted = [right, *[not right] * len(others)]
    return [place for place, run in enumerate(runs) if [record.consistent for record in run] == wanted]


def _examples(task: Task) -> list[str]:
    text_of = task.language.values.to_text
    examples = [*((one, "") for one in task.examples), *((one, "held out") for one in task.held_out)]
    rows = [f"| {text_of(one.input)} | {text_of(one.output)} | {note} |" for one, note in examples]
    return ["| input | output | |", "|---|---|---|", *rows]


def _code(program: str | None, fence: str) -> list[str]:
    lines = program.rstrip().splitlines() if program else ["(no program)"]
    return [f"```{fence}", *lines, "```"]
