from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lasynth import domains
from lasynth.domains.base import Status, right_programs
from lasynth.domains.c.cell_loops import cell_loop_programs
from lasynth.domains.c.ends import ComputedEnds
from lasynth.domains.kit.rows import padded

C = domains.get("c")
# Changes that are found wherever the cell stands, and those that are where the loop does not visit it.
ANYWHERE = (
    *("a[0]++;", "a[0]--;", "a[0] += a[p_0];", "a[0] -= a[p_0];"),
    *("a[0] = -2;", "a[0] = a[1];", "a[0] = a[p_0];"),
)
OUTSIDE = ("a[0] += 3;", "a[0] -= 2;", "a[0] += p_0;", "a[0] -= p_0;", "a[0] += a[1];", "a[0] -= a[2];")
WITHOUT_TEST = ("a[0] += a[p_0];", "a[0] -= a[p_0] + a[1];", "a[0] += a[p_0] - a[2];")
TESTS = (
    *("a[p_0] < 0", "a[p_0] >= 2", "a[p_0] > a[1]", "a[p_0] <= p_0", "a[p_0] == 0", "a[p_0] != a[2]"),
    *("a[p_0] + a[1] > 1", "a[p_0] < a[1] + 2", "a[p_0] + 1 >= a[2]"),
)


def found_for(text: str, inputs: np.ndarray[Any, Any]) -> tuple[list[str], list[bool]]:
    """The loops found for what a program does with lists, and which of them do the same with others."""
    num_cells = inputs.shape[1]
    others = np.random.default_rng(99).integers(-4, 5, (200, num_cells)).astype(np.int32)
    tokens = C.text.tokens_of(text)[None]
    outputs, statuses = C.machine.run_batch(tokens, inputs)
    assert (statuses == Status.OK).all()
    wanted, _ = C.machine.run_batch(tokens, others)
    found = cell_loop_programs(
        inputs.astype(np.int64), outputs[0].astype(np.int64), np.zeros(num_cells, np.bool_), 60.0, 100
    )
    costs = [end.cost for end in found]
    assert costs == sorted(costs)
    programs = padded([end.tokens for end in found], C.grammar.eos)
    if found:
        assert right_programs(*C.machine.run_batch(programs, inputs), outputs[0]).all()
    rights = right_programs(*C.machine.run_batch(programs, others), wanted[0]).tolist() if found else []
    return [C.text.of_tokens(end.tokens) for end in found], rights


def loop(head: str, body: str) -> str:
    return f"int * func_1(int a[]) {{ for ({head}) {{ {body} }} return a; }}"


@given(
    low=st.integers(0, 2),
    length=st.integers(2, 4),
    down=st.booleans(),
    test=st.none() | st.sampled_from(TESTS),
    data=st.data(),
    num_cells=st.integers(3, 6),
    seed=st.integers(0, 1000),
)
def test_a_loop_is_found(
    low: int, length: int, down: bool, test: str | None, data: st.DataObject, num_cells: int, seed: int
) -> None:
    """Whatever the examples are made with is among the loops found."""
    high = low + length - 1
    assume(high < num_cells)
    if test is None:
        body = data.draw(st.sampled_from(WITHOUT_TEST))
    else:
        change = data.draw(st.sampled_from(ANYWHERE if low == 0 else ANYWHERE + OUTSIDE))
        body = f"if ({test}) {{ {change} }}"
    head = f"int p_0 = {high}; p_0 >= {low}; p_0--" if down else f"int p_0 = {low}; p_0 <= {high}; p_0++"
    inputs = np.random.default_rng(seed).integers(-4, 5, (24, num_cells)).astype(np.int32)
    text = loop(head, body)
    outputs, _ = C.machine.run_batch(C.text.tokens_of(text)[None], inputs)
    assume((outputs[0] != inputs).any())
    _, right = found_for(text, inputs)
    assert any(right)


@pytest.mark.parametrize(
    "body",
    [
        "if (a[p_0] >= a[3]) { a[4]++; }",
        "if (a[p_0] > a[3]) { a[1] = a[p_0]; }",
        "if (a[p_0] != 1) { a[4] -= a[p_0]; }",
        "a[3] += a[p_0] - a[4];",
    ],
)
def test_what_the_examples_are_made_with_comes_first(body: str) -> None:
    inputs = np.random.default_rng(0).integers(-4, 5, (20, 5)).astype(np.int32)
    texts, right = found_for(loop("int p_0 = 0; p_0 <= 4; p_0++", body), inputs)
    assert right[0]
    assert body.split("{")[-1].strip(" }") in texts[0]


def test_two_wrong_cells_are_no_such_loop() -> None:
    inputs = np.random.default_rng(0).integers(-4, 5, (8, 4)).astype(np.int64)
    none = np.zeros(4, np.bool_)
    assert cell_loop_programs(inputs, inputs, none, 60.0, 10) == []
    assert cell_loop_programs(inputs, inputs[:, ::-1].copy(), none, 60.0, 10) == []


def test_it_is_an_end_also_with_a_cell_assigned_behind() -> None:
    inputs = np.random.default_rng(3).integers(-4, 5, (8, 5)).astype(np.int32)
    text = loop("int p_0 = 0; p_0 <= 3; p_0++", "if (a[p_0] < 0) { a[4]++; }").replace(
        "return", "a[1] = 3; return"
    )
    outputs, _ = C.machine.run_batch(C.text.tokens_of(text)[None], inputs)
    ends = ComputedEnds()
    found = ends.programs(inputs, outputs[0], 60.0, 8)
    least = ends.costs(inputs[None], outputs[0], np.zeros(1), np.inf, 5.0)
    assert least[0] == pytest.approx(found[0].cost)
    texts = [C.text.of_tokens(end.tokens) for end in found]
    assert any("a[4]++;" in text and "a[1] = 3;" in text for text in texts)
