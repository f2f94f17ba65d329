from __future__ import annotations

import dataclasses

import numpy as np
from toy_language import TOY, toy_problem

from lasynth import domains
from lasynth.search import Problem
from lasynth.task import Task

PROGRAMS = [TOY.text.tokens_of(text) for text in ("inc", "dec", "dec inc inc", "")]


def test_a_task_is_encoded_once() -> None:
    examples = [((1, 2), (3, 4)), ((5, 6), (7, 8))]
    problem = Problem.of(Task("c", tuple(examples), (((9, 9), (0, 0)),), "name"))
    assert problem.language is domains.get("c")
    assert problem.id == "name"
    assert problem.inputs_KN.tolist() == [[1, 2], [5, 6]]
    assert problem.outputs_KN.tolist() == [[3, 4], [7, 8]]
    assert problem.shape == ((2, 2), (2, 2), None)
    held_out = problem.held_out
    assert held_out is not None
    assert [array.tolist() for array in held_out] == [[[9, 9]], [[0, 0]]]
    assert Problem.of(Task.of(examples)).held_out is None


def test_right_is_consistent_and_right_on_what_is_held_out() -> None:
    problem = toy_problem("inc")
    assert problem.held_out is not None
    inputs, outputs = problem.held_out
    other = dataclasses.replace(problem, held_out=(inputs, outputs - 2))  # dec is right on these
    for each, held_out in ((problem, [True, False, True, False]), (other, [False, True, False, False])):
        assert each.consistent(PROGRAMS).tolist() == [True, False, True, False]
        assert each.right_on_held_out(PROGRAMS).tolist() == held_out
    assert problem.right(PROGRAMS).tolist() == [True, False, True, False]
    assert not other.right(PROGRAMS).any()
    assert problem.consistent([]).tolist() == problem.right([]).tolist() == []


def test_a_search_sees_no_held_out_examples() -> None:
    seen = toy_problem("inc", id="one").without_held_out()
    assert seen.held_out is None
    assert seen.id == "one"
    assert seen.right_on_held_out(PROGRAMS).all()
    assert np.array_equal(seen.right(PROGRAMS), seen.consistent(PROGRAMS))
