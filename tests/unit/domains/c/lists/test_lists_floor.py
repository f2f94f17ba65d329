"""The floor of the dialect lists: affine maps of cells and numbers."""

from __future__ import annotations

import numpy as np
import pytest

from lasynth.domains.c.lists.floor import AffineListFloor
from lasynth.search import FloorSearch, Problem, SearchConfig, search
from lasynth.task import Task

FITS = [
    ([([1, 2, 3], [4, 5, 6]), ([], []), ([7, 0], [10, 3])], "a[i] += 3;"),
    ([([1, 2, 3], [3, 2, 1]), ([4, 1], [0, 3])], "a[i] = 4 - a[i];"),
    ([([5, 1], [0, 1]), ([2, 2, 2], [0, 1, 2])], "a[i] = i;"),
    ([([5, 1], [7, 7]), ([2], [7])], "a[i] = 7;"),
    ([([5, 1], [5, 1]), ([2], [2])], "{\n}"),
    ([([1, 2], [-1, -2]), ([5], [-5])], "a[i] = -a[i];"),
    (
        [({"xs": [1, 2], "k": 3}, [4, 5]), ({"xs": [7, 7], "k": 0}, [7, 7]), ({"xs": [7], "k": -2}, [5])],
        "+= k;",
    ),
    ([({"x": [1, 2], "y": [3, 5]}, [4, 7]), ({"x": [7], "y": [1]}, [8])], "x[i] += y[i];"),
    ([({"p": 3, "q": 4}, 5), ({"p": 1, "q": 7}, 13), ({"p": 5, "q": 0}, -5)], "2 * q - p"),
    ([([4, 4, 1], 3), ([], 0), ([9], 1)], "return n;"),
    ([({"k": 3}, 300000), ({"k": -2}, -200000)], "return 100000 * k;"),
]  # fmt: skip


@pytest.mark.parametrize(("examples", "part"), FITS)
def test_the_smallest_affine_map_is_written_as_a_person_does(examples: list[object], part: str) -> None:
    task = Task.of(examples, domain="c-lists")
    (result,) = search([FloorSearch()], [Problem.of(task)], SearchConfig())
    (program,) = result.proposals
    assert program.consistent
    assert part in task.language.text.of_tokens(program.tokens, task.examples[0])


@pytest.mark.parametrize(
    "examples",
    [
        [([1, 2, 3], [1, 4, 9]), ([5], [25])],
        [([1, 2, 3], [1, 2]), ([5], [5])],
        [([3, 1], 3), ([1, 2], 2)],
        [([], []), ([], [])],
    ],
)
def test_what_is_not_affine_has_no_program(examples: list[object]) -> None:
    problem = Problem.of(Task.of(examples, domain="c-lists"))
    floor = AffineListFloor()
    assert floor.fit(problem.inputs_KN[None], problem.outputs_KN[None]) == [None]
    assert floor.is_plain(problem.inputs_KN, problem.outputs_KN, None) is False


def test_terms_that_the_examples_do_not_determine_are_left_out() -> None:
    # One length only: n and a constant cannot be told apart, so the constant stands alone.
    problem = Problem.of(Task.of([([1, 2], [3, 4]), ([5, 9], [7, 11])], domain="c-lists"))
    (tokens,) = AffineListFloor().fit(problem.inputs_KN[None], problem.outputs_KN[None])
    assert tokens is not None
    assert "a[i] += 2;" in problem.language.text.of_tokens(np.asarray(tokens))
