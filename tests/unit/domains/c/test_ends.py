from __future__ import annotations

import itertools
import operator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lasynth import domains
from lasynth.domains.base import Status, right_programs
from lasynth.domains.c.affine_program import Condition, two_branches
from lasynth.domains.c.ends import ComputedEnds
from lasynth.domains.kit.rows import padded

C = domains.get("c")
HOLDS = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def lists(num: int, num_cells: int = 5, seed: int = 0) -> np.ndarray[Any, Any]:
    return np.random.default_rng(seed).integers(-4, 5, (num, num_cells)).astype(np.int32)


# The writer -------------------------------------------------------------------------------------


def row(num_cells: int) -> st.SearchStrategy[list[int]]:
    own = st.sampled_from([[int(i == j) for i in range(num_cells)] for j in range(num_cells)])
    return own | st.lists(st.integers(-1, 1), min_size=num_cells, max_size=num_cells)


@st.composite
def branches(draw: st.DrawFn) -> tuple[Condition, Any, Any]:
    n = draw(st.integers(1, 4))
    identity = [[int(i == j) for i in range(n)] for j in range(n)]
    maps = []
    for _ in range(2):
        rows = [draw(st.just(identity[j]) | row(n)) for j in range(n)]
        maps.append((rows, draw(st.lists(st.integers(-2, 2), min_size=n, max_size=n))))
    for j in range(n):  # cells that both branches treat alike
        if draw(st.booleans()):
            maps[1][0][j], maps[1][1][j] = maps[0][0][j], maps[0][1][j]
    other = draw(st.none() | st.integers(0, n - 1))
    condition = Condition(
        draw(st.integers(0, n - 1)), draw(st.sampled_from(sorted(HOLDS))), other, draw(st.integers(-3, 3))
    )
    return condition, maps[0], maps[1]


@given(branches())
def test_two_branches_are_written_as_what_they_compute(case: tuple[Condition, Any, Any]) -> None:
    condition, then, otherwise = case
    text = two_branches(condition, then, otherwise)
    assert text is not None  # four cells never need more than eight variables
    inputs = lists(40, len(then[1]))
    outputs, statuses = C.machine.run_batch(C.text.tokens_of(text)[None], inputs)
    assert (statuses == Status.OK).all(), text
    right = inputs[:, condition.other] if condition.other is not None else condition.number
    holds = HOLDS[condition.relation](inputs[:, condition.cell], right)
    first, second = (inputs @ np.array(rows).T + offset for rows, offset in (then, otherwise))
    assert np.array_equal(outputs[0], np.where(holds[:, None], first, second)), text


def test_a_branch_that_does_nothing_is_left_out() -> None:
    same, shifted = ([[1, 0], [0, 1]], [0, 0]), ([[1, 0], [0, 1]], [0, 3])
    condition = Condition(0, "<", None, 2)
    assert "if (a[0] < 2) {\na[1] += 3;\n}" in _plain(two_branches(condition, shifted, same))
    assert "if (a[0] >= 2) {\na[1] += 3;\n}" in _plain(two_branches(condition, same, shifted))


def _plain(text: str | None) -> str:
    assert text is not None
    return "\n".join(line.strip() for line in text.splitlines())


# The search -------------------------------------------------------------------------------------


def ends_of(function: Any, inputs: np.ndarray[Any, Any], most: int = 8) -> list[str]:
    outputs = np.array([function(x) for x in inputs.tolist()], dtype=np.int32)
    found = ComputedEnds().programs(inputs, outputs, limit=60.0, most=most)
    costs = [end.cost for end in found]
    assert costs == sorted(costs)
    programs = padded([end.tokens for end in found], C.grammar.eos)
    assert right_programs(*C.machine.run_batch(programs, inputs), outputs).all()
    least = ComputedEnds().costs(inputs[None], outputs, np.zeros(1), np.inf, 5.0)
    assert least[0] == pytest.approx(costs[0])
    return [C.text.of_tokens(end.tokens) for end in found]


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x[::-1],
        lambda x: [x[0] - 1, *x[1:]] if x[2] > 0 else x,
        lambda x: [x[4], *x[1:4], x[0]] if x[0] < x[4] else x,
        lambda x: [x[0], 0, x[2] + x[3], 4, x[4]] if x[1] == 0 else [x[0], x[2], x[3], 4, x[4]],
        lambda x: [max(x[0], x[1]), *x[1:]],
    ],
    ids=["reversed", "if", "swap", "else", "max"],
)
def test_a_known_function_is_the_first_end(function: Any) -> None:
    inputs = lists(7)
    (first, *_) = ends_of(function, inputs)
    others = lists(300, seed=1)
    outputs, _ = C.machine.run_batch(C.text.tokens_of(first)[None], others)
    wanted = np.array([function(x) for x in others.tolist()])
    # Seven examples hardly determine the number in a comparison, but nearly all lists are right.
    assert (outputs[0] == wanted).all(axis=1).mean() > 0.85


@given(st.integers(0, 10_000))
def test_no_end_is_cheaper_than_the_first(seed: int) -> None:
    """All maps of two cells and all conditions, tried one by one."""
    rng = np.random.default_rng(seed)
    inputs = rng.integers(-2, 3, (3, 2)).astype(np.int32)
    outputs = rng.integers(-2, 3, (3, 2)).astype(np.int32)
    found = ComputedEnds().programs(inputs, outputs, limit=np.inf, most=1000)
    best = next((end.cost for end in found if "for" not in C.text.of_tokens(end.tokens)), np.inf)
    masks = {}
    for i, number, relation in itertools.product(range(2), range(-4, 5), HOLDS):
        cost = 5.3 + 0.3 * abs(number) + (0.0 if relation in "<>" else 1.2)
        mask = tuple(HOLDS[relation](inputs[:, i], number).tolist())
        masks[mask] = min(cost, masks.get(mask, np.inf))
    for relation in HOLDS:
        mask = tuple(HOLDS[relation](inputs[:, 0], inputs[:, 1]).tolist())
        masks[mask] = min(5.4 + (0.0 if relation in "<>" else 1.2), masks.get(mask, np.inf))
    everywhere = np.ones(3, dtype=bool)
    plain = [cheapest(inputs, outputs, j, everywhere) for j in range(2)]
    least = sum(plain)
    for mask, cost in masks.items():
        holds = np.array(mask)
        if holds.all() or not holds.any():
            continue
        parts = [[cheapest(inputs, outputs, j, rows) for rows in (holds, ~holds)] for j in range(2)]
        two = [sum(part) < whole for part, whole in zip(parts, plain, strict=True)]
        if not any(two):
            continue
        has_else = any(use and part[1] > 0 for use, part in zip(two, parts, strict=True))
        cells = (sum(part) if use else whole for use, part, whole in zip(two, parts, plain, strict=True))
        least = min(least, cost + sum(cells) + (1.5 if has_else else 0.0))
    assert best == pytest.approx(least) or best == np.inf == least


def cheapest(
    inputs: np.ndarray[Any, Any], outputs: np.ndarray[Any, Any], j: int, rows: np.ndarray[Any, Any]
) -> float:
    """What the cheapest map of cell j costs that is right on some rows."""
    best = np.inf
    for weights in itertools.product(range(-3, 4), repeat=2):
        if sum(map(abs, weights)) > 3:
            continue
        rest = outputs[rows, j] - inputs[rows] @ np.array(weights)
        if (rest != rest[0]).any():
            continue
        constant, keeps = abs(int(rest[0])), weights[j] >= 1
        terms = sum(map(abs, weights)) - keeps
        negative = sum(weight < 0 for weight in weights)
        if terms:
            cost = ([0, 6.9, 8.7, 10.3][terms] + 0.2 * negative) if keeps else [0, 5.6, 8.0, 10.4][terms]
            if not keeps:
                cost += 3.0 if negative == terms else 0.6 * negative
            cost += 2.1 + 0.25 * constant if constant else 0.0
        elif keeps:
            cost = 0.0 if not constant else 5.0 if constant == 1 else 6.7 + 0.2 * constant
        else:
            cost = 6.0 + 0.35 * constant + (0.6 if rest[0] < 0 else 0.0)
        best = min(best, cost)
    return best


def test_states_of_no_interest_are_left_out() -> None:
    inputs = lists(5)
    states = np.stack([inputs, inputs[:, ::-1]])
    costs = ComputedEnds().costs(states, inputs, np.array([0.0, 9.0]), np.inf, 5.0)
    assert costs[0] == 0.0
    assert costs[1] == np.inf  # 9 nats and at least one assignment more than the first


@pytest.mark.parametrize("num_cells", [1, 2, 16])
def test_any_length_has_ends(num_cells: int) -> None:
    inputs = lists(5, num_cells)
    found = ends_of(lambda x: [*x[:-1], x[-1] + 1] if x[0] > 0 else x, inputs)
    assert any("if (a[0] > 0)" in text and f"a[{num_cells - 1}]++;" in text for text in found)


def test_large_values_do_not_wrap() -> None:
    inputs = (lists(5).astype(np.int64) * 500_000_000).clip(-(2**31), 2**31 - 1).astype(np.int32)
    assert ends_of(lambda x: [x[1], *x[1:]] if x[0] < 0 else x, inputs)
