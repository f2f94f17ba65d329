from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lasynth import domains
from lasynth.domains.base import Status, right_programs
from lasynth.domains.c.ends import ComputedEnds
from lasynth.domains.c.loop_ends import loop_programs
from lasynth.domains.kit.rows import padded
from lasynth.domains.unlearned import End

C = domains.get("c")
CHANGES = (
    "a[p_0]++;",
    "a[p_0] -= 3;",
    "a[p_0] = 2;",
    "a[p_0] = a[1];",
    "a[p_0] += a[p_0];",
    "a[p_0] += p_0;",
    "a[p_0] -= p_0;",
    "a[p_0] = p_0;",
    "a[p_0] += a[2];",
    "a[p_0] -= a[0];",
    "a[p_0] = a[2] - a[p_0];",
    "a[p_0] = 1 - a[p_0];",
    "a[p_0] = a[1] - 2;",
    "a[p_0] = p_0 + 1;",
    "a[p_0] += a[0] + 1;",
    "a[p_0] -= a[2] - 2;",
    "a[p_0] = a[0] - a[p_0] - 1;",
    "a[p_0] = 2 - a[1];",
    "a[p_0] = a[0] + 4;",
    "a[p_0] += a[p_0] - 1;",
    "a[p_0] -= p_0 - 2;",
    "a[p_0] += a[p_0] + a[1];",
    "a[p_0] += a[p_0] - a[2];",
    "a[p_0] = a[0] + p_0;",
    "a[p_0] = a[1] - p_0;",
    "a[p_0] = p_0 - a[2];",
    "a[p_0] = a[0] + a[0];",
    "a[p_0] = a[2] - a[1];",
    "a[p_0] += a[0] + a[1];",
    "a[p_0] += a[1] - a[2];",
    "a[p_0] -= a[1] + a[2];",
    "a[p_0] += a[1] + p_0;",
    "a[p_0] += p_0 - a[0];",
)
TESTS = (
    "a[p_0] < 0",
    "a[p_0] >= 2",
    "a[p_0] > a[1]",
    "a[p_0] <= p_0",
    "a[p_0] == 0",
    "a[p_0] != a[2]",
    "a[p_0] + a[1] > 1",
    "a[p_0] < a[0] + 2",
    "a[p_0] + 1 >= a[2]",
    "p_0 > 1",
    "p_0 <= a[1]",
    "a[2] < 1",
)
HEADS = ("int p_0 = 0; p_0 <= {n}; p_0++", "int p_0 = {n}; p_0 >= 0; p_0--", "int p_0 = 1; p_0 <= {n}; p_0++")


@given(
    head=st.sampled_from(HEADS),
    test=st.none() | st.sampled_from(TESTS),
    change=st.sampled_from(CHANGES),
    other=st.none() | st.sampled_from((*CHANGES, "break;")),
    num_cells=st.integers(3, 6),
    seed=st.integers(0, 1000),
)
def test_a_loop_is_found(
    head: str, test: str | None, change: str, other: str | None, num_cells: int, seed: int
) -> None:
    """Whatever the examples are made with has to be among the loops found, or a cheaper one that fits."""
    body = change
    if test is not None:
        body = f"if ({test}) {{ {change} }}" + (f" else {{ {other} }}" if other else "")
        if other == "break;":
            body = f"if ({test}) {{ break; }} {change}"
    text = f"int * func_1(int a[]) {{ for ({head.format(n=num_cells - 1)}) {{ {body} }} return a; }}"
    inputs = np.random.default_rng(seed).integers(-4, 5, (6, num_cells)).astype(np.int32)
    outputs, statuses = C.machine.run_batch(C.text.tokens_of(text)[None], inputs)
    assert (statuses == Status.OK).all()
    if np.array_equal(outputs[0], inputs):
        return
    found = loops(inputs.astype(np.int64), outputs[0].astype(np.int64), 60.0, 200)
    assert found, text
    costs = [end.cost for end in found]
    assert costs == sorted(costs)
    programs = padded([end.tokens for end in found], C.grammar.eos)
    assert right_programs(*C.machine.run_batch(programs, inputs), outputs[0]).all()
    least = ComputedEnds().costs(inputs[None], outputs[0], np.zeros(1), np.inf, 5.0)
    assert least[0] <= costs[0] + 1e-9


def loops(inputs: np.ndarray[Any, Any], outputs: np.ndarray[Any, Any], limit: float, most: int) -> list[End]:
    return loop_programs(inputs, outputs, np.zeros(inputs.shape[1], dtype=np.bool_), limit, most)


def first_of(function: Any) -> str:
    inputs = np.random.default_rng(0).integers(-4, 5, (12, 5)).astype(np.int64)
    outputs = np.array([function(x) for x in inputs.tolist()])
    return " ".join(C.text.of_tokens(loops(inputs, outputs, 40.0, 1)[0].tokens).split())


@pytest.mark.parametrize(
    ("function", "wanted"),
    [
        (lambda x: [max(v, 0) for v in x], "if (a[p_0] < 0) { a[p_0] = 0; }"),
        (lambda x: [abs(v) for v in x], "if (a[p_0] < 0) { a[p_0] = 0 - a[p_0]; }"),
        (lambda x: [v + i for i, v in enumerate(x)], "{ a[p_0] += p_0; }"),
        (lambda x: [x[4]] * 5, "{ a[p_0] = a[4]; }"),
        (lambda x: [x[0], *[v - 1 if v > 1 else v for v in x[1:]]], "p_0 = 1; p_0 <= 4; p_0++"),
        (lambda x: [v + x[3] - x[4] for v in x[:3]] + x[3:], "{ a[p_0] += a[3] - a[4]; }"),
        (
            lambda x: [v if v + x[4] < 1 else 0 for v in x[:4]] + x[4:],
            "if (a[p_0] + a[4] > 0) { a[p_0] = 0; }",
        ),
        (lambda x: [3 if x[4] < 0 else v for v in x[:4]] + x[4:], "if (a[4] < 0) { a[p_0] = 3; }"),
    ],
    ids=["clamp", "absolute", "index", "last", "part", "two cells", "sum", "other cell"],
)
def test_what_people_would_write_comes_first(function: Any, wanted: str) -> None:
    assert wanted in first_of(function)


def test_a_loop_is_run_as_it_is_written() -> None:
    # Upwards, the first cell is doubled before the others add it.
    assert "p_0 = 0; p_0 <= 4; p_0++" in first_of(lambda x: [2 * x[0], *[v + 2 * x[0] for v in x[1:]]])
    assert "p_0 = 4; p_0 >= 0; p_0--" in first_of(lambda x: [v + x[0] for v in x])


def test_a_loop_may_end_early() -> None:
    def until_negative(x: list[int]) -> list[int]:
        end = next((p for p, v in enumerate(x) if v < 0), len(x))
        return [*(v + 1 for v in x[:end]), *x[end:]]

    assert "{ if (a[p_0] < 0) { break; } a[p_0]++; }" in first_of(until_negative)


def test_nothing_to_do_is_no_loop() -> None:
    inputs = np.arange(10, dtype=np.int64).reshape(2, 5)
    assert loops(inputs, inputs, 40.0, 10) == []


def test_free_cells_may_be_anything() -> None:
    inputs = np.random.default_rng(0).integers(-4, 5, (8, 5)).astype(np.int64)
    outputs = np.array([[max(v, 0) for v in x[:4]] + [7] for x in inputs.tolist()])
    free_N = np.array([False, False, False, False, True])
    (first, *_) = loop_programs(inputs, outputs, free_N, 40.0, 10)
    assert "if (a[p_0] < 0) { a[p_0] = 0; }" in " ".join(C.text.of_tokens(first.tokens).split())
    assert loops(inputs, outputs, 40.0, 10) == []
