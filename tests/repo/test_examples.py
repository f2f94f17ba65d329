"""The tasks of `examples/`: they load, and their reference programs do what their names say.

The meaning of each name is implemented here again in Python, so that a wrong program cannot define its own
examples.
"""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
import pytest
from compilers import compiler

from lasynth import domains
from lasynth.domains.base import Status
from lasynth.domains.c.affine import AffineFit, is_affine
from lasynth.task import Example, Task

EXAMPLES = Path(__file__).parents[2] / "examples"
FOLDERS = ("lists", "fig5")
SOLUTIONS = sorted(path for folder in FOLDERS for path in (EXAMPLES / folder / "solutions").glob("*.c"))
C = domains.get("c")

List = list[int]


def swapped(a: List, i: int, k: int) -> List:
    a = a.copy()
    a[i], a[k] = a[k], a[i]
    return a


def repeats_zeroed(a: List) -> List:
    return [0 if x in a[:i] else x for i, x in enumerate(a)]


def before_first_zero(a: List) -> int:
    return a.index(0) if 0 in a else len(a)


def negatives_first(a: List) -> List:
    return sorted(a, key=lambda x: x >= 0)


def zeros_filled(a: List) -> List:
    return list(accumulate(a, lambda before, x: x or before))


def clamped(x: int, low: int, high: int) -> int:
    return min(max(x, low), high)


MEANING: dict[str, Callable[[List], List]] = {
    "absolute": lambda a: [abs(x) for x in a],
    "add_index": lambda a: [x + i for i, x in enumerate(a)],
    "alternate_signs": lambda a: [-x if i % 2 else x for i, x in enumerate(a)],
    "cap_by_last": lambda a: [min(x, a[-1]) for x in a],
    "clamp": lambda a: [clamped(x, -2, 2) for x in a],
    "copy_front_to_back": lambda a: [*a[:3], *a[:2]],
    "count_positives_into_all": lambda a: [sum(x > 0 for x in a)] * 5,
    "count_up": lambda a: list(range(a[0], a[0] + 5)),
    "count_zeros_into_first": lambda a: [a.count(0), *a[1:]],
    "decrement_positives": lambda a: [x - (x > 0) for x in a],
    "differences": lambda a: [a[0], *(y - x for x, y in pairwise(a))],
    "double": lambda a: [2 * x for x in a],
    "equals_first": lambda a: [int(x == a[0]) for x in a],
    "fill_with_first": lambda a: [a[0]] * 5,
    "fill_with_maximum": lambda a: [max(a)] * 5,
    "fill_zeros_with_previous": zeros_filled,
    "increment": lambda a: [x + 1 for x in a],
    "increment_before_first_zero": lambda a: [x + (i < before_first_zero(a)) for i, x in enumerate(a)],
    "increment_even_positions": lambda a: [x + (i % 2 == 0) for i, x in enumerate(a)],
    "increment_tail": lambda a: [a[0], *(x + 1 for x in a[1:])],
    "index_of_maximum_into_first": lambda a: [a.index(max(a)), *a[1:]],
    "is_sorted_into_first": lambda a: [int(a == sorted(a)), *a[1:]],
    "larger_of_neighbours": lambda a: [max(a[i : i + 2]) for i in range(5)],
    "maximum_into_first": lambda a: [max(a), *a[1:]],
    "maximum_to_front": lambda a: swapped(a, 0, a.index(max(a))),
    "minimum_into_last": lambda a: [*a[:4], min(a)],
    "mirror": lambda a: [*a[:3], a[1], a[0]],
    "move_zeros_to_end": lambda a: sorted(a, key=lambda x: x == 0),
    "negate": lambda a: [-x for x in a],
    "negatives_first": negatives_first,
    "prefix_sums": lambda a: list(accumulate(a)),
    "reverse": lambda a: a[::-1],
    "rotate_left": lambda a: [*a[1:], a[0]],
    "rotate_right": lambda a: [a[-1], *a[:-1]],
    "running_maximum": lambda a: list(accumulate(a, max)),
    "running_minimum": lambda a: list(accumulate(a, min)),
    "shift_left": lambda a: [*a[1:], 0],
    "shift_right": lambda a: [0, *a[:-1]],
    "sign": lambda a: [clamped(x, -1, 1) for x in a],
    "sort_ascending": sorted,
    "sort_descending": lambda a: sorted(a, reverse=True),
    "sort_first_two": lambda a: [*sorted(a[:2]), *a[2:]],
    "subtract_first": lambda a: [a[0], *(x - a[0] for x in a[1:])],
    "suffix_sums": lambda a: [sum(a[i:]) for i in range(5)],
    "sum_into_last": lambda a: [*a[:4], sum(a)],
    "swap_ends": lambda a: swapped(a, 0, 4),
    "swap_extremes": lambda a: swapped(a, a.index(min(a)), a.index(max(a))),
    "swap_neighbours": lambda a: [a[1], a[0], a[3], a[2], a[4]],
    "threshold": lambda a: [int(x > 0) for x in a],
    "towards_zero": lambda a: [x - clamped(x, -1, 1) for x in a],
    "zero_after_first_zero": lambda a: [x if i < before_first_zero(a) else 0 for i, x in enumerate(a)],
    "zero_negatives": lambda a: [max(x, 0) for x in a],
    "zero_repeats": repeats_zeroed,
    "fig5_1": lambda a: [1, *a[1:4], a[4] - 1],
    "fig5_2": lambda a: [a[0], a[1] - 1, a[2] - 1, a[3] + 4, a[4]],
    "fig5_3": lambda a: [a[0], a[3] - a[0] + a[3] + a[4] + 4, a[2] + a[3] + a[4] + 4, *a[3:]],
}


def read(source: Path) -> Task:
    (task,) = Task.read(source.parents[1] / f"{source.stem}.json")
    return task


def all_examples(task: Task) -> tuple[Example, ...]:
    return task.examples + task.held_out


def of_stem(path: Path) -> str:
    return path.stem


def test_enough_list_tasks() -> None:
    lists = [path for path in SOLUTIONS if path.parts[-3] == "lists"]
    assert len(lists) >= 34
    assert {path.stem for path in SOLUTIONS} == set(MEANING)


@pytest.mark.parametrize("source", SOLUTIONS, ids=of_stem)
def test_task_is_whole_and_in_range(source: Path) -> None:
    task = read(source)
    assert task.id == source.stem
    assert task.domain == "c"
    assert source.read_text().split("\n", 1)[1] == task.program
    assert (len(task.examples), len(task.held_out)) == (5, 5)
    examples = all_examples(task)
    assert len({example.input for example in examples}) == 10
    cells = np.array([[example.input, example.output] for example in examples])
    assert cells.shape == (10, 2, 5)
    assert np.abs(cells).max() <= 4


@pytest.mark.parametrize("source", SOLUTIONS, ids=of_stem)
def test_examples_mean_what_the_name_says(source: Path) -> None:
    for example in all_examples(read(source)):
        assert MEANING[source.stem](list(example.input)) == list(example.output)


@pytest.mark.parametrize("source", SOLUTIONS, ids=of_stem)
def test_program_means_what_the_name_says(source: Path) -> None:
    """Also on inputs that are not examples."""
    tokens_T = np.asarray(C.text.to_tokens(C.text.parse(read(source).program or "")), dtype=np.int32)
    assert np.count_nonzero(tokens_T != C.grammar.eos) <= 256
    inputs_KN = np.random.default_rng(0).integers(-4, 5, size=(200, 5), dtype=np.int32)
    outputs_1KN, statuses_1K = C.machine.run_batch(tokens_T[None], inputs_KN)
    assert (statuses_1K == Status.OK).all()
    assert outputs_1KN[0].tolist() == [MEANING[source.stem](row) for row in inputs_KN.tolist()]


def test_a_real_compiler_says_the_same() -> None:
    tasks = [read(source) for source in SOLUTIONS]
    programs = [C.text.parse(task.program or "") for task in tasks]
    cells = np.array([[[e.input, e.output] for e in all_examples(task)] for task in tasks], dtype=np.int32)
    outputs_PKN, statuses_PK = compiler().run_many(programs, cells[:, :, 0])
    assert (statuses_PK == Status.OK).all()
    assert (outputs_PKN == cells[:, :, 1]).all()


def test_examples_tell_a_program_from_an_affine_map() -> None:
    """If no affine map solves the task, the map that fits the shown examples fails a held-out one."""
    inputs_KN = np.random.default_rng(1).integers(-4, 5, size=(300, 5))
    for source in SOLUTIONS:
        task = read(source)
        if is_affine(inputs_KN, np.array([MEANING[source.stem](row) for row in inputs_KN.tolist()])):
            continue
        inputs, outputs = C.encode(task.examples)
        (found,) = AffineFit().fit(inputs[None], outputs[None])
        assert found is None or not found.solves(*C.encode(task.held_out)), source.stem


@pytest.mark.parametrize("folder", FOLDERS)
def test_json_lines_hold_the_same_tasks(folder: str) -> None:
    paths = sorted((EXAMPLES / folder).glob("*.json"))
    assert Task.read(EXAMPLES / folder / "tasks.jsonl") == [Task.read(path)[0] for path in paths]
    assert [path.stem for path in paths] == [path.stem for path in SOLUTIONS if path.parts[-3] == folder]


def test_every_file_for_solve_loads() -> None:
    paths = sorted(EXAMPLES.glob("*.json"))
    assert paths
    for path in paths:
        (task,) = Task.read(path)
        assert len(task.examples) >= 4


@pytest.mark.parametrize("folder", FOLDERS)
def test_build_makes_the_files_as_they_stand(folder: str) -> None:
    build = runpy.run_path(str(EXAMPLES / "build.py"))["build"]
    for file_name, text in build(EXAMPLES / folder).items():
        assert (EXAMPLES / folder / file_name).read_text() == text


def test_description_is_there() -> None:
    for folder in FOLDERS:
        for line in (EXAMPLES / folder / "tasks.jsonl").read_text().splitlines():
            assert json.loads(line)["description"].endswith(".")
