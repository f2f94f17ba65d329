from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lasynth import domains
from lasynth.domains.c.affine import AffineFit, AffineProgram, ball_size, is_affine, weight_vectors


def fit(function: object, inputs: list[list[int]]) -> AffineProgram | None:
    outputs = [function(x) for x in inputs]  # type: ignore[operator]
    return AffineFit().fit(np.array([inputs]), np.array([outputs]))[0]


INPUTS = np.random.default_rng(0).integers(-4, 5, (5, 5)).tolist()


@pytest.mark.parametrize(("num_cells", "norm"), [(1, 3), (2, 4), (3, 3), (5, 2)])
def test_weight_vectors_are_all_of_the_ball_smallest_first(num_cells: int, norm: int) -> None:
    vectors = weight_vectors(num_cells, norm)
    box = itertools.product(range(-norm, norm + 1), repeat=num_cells)
    wanted = {vector for vector in box if sum(map(abs, vector)) <= norm}
    assert {tuple(vector) for vector in vectors.tolist()} == wanted
    assert len(vectors) == len(wanted) == ball_size(num_cells, norm)
    assert (np.diff(np.abs(vectors).sum(axis=1)) >= 0).all()


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x,
        lambda x: [7] * 5,
        lambda x: x[::-1],
        lambda x: x[1:] + x[:1],
        lambda x: [x[1], x[0], -x[2], x[3] + x[4] - 2, x[4] - 1],
        lambda x: [x[0] - x[1], 3 - x[1], 2 * x[2] - x[0], x[3], 0],
        lambda x: [x[0] + x[1] + x[2], x[0] + x[1], -x[0] - x[2], 2 - x[3] - x[4], x[4] + 3 * x[3]],
    ],
)
def test_a_known_map_is_found_and_generalises(function: object) -> None:
    inputs = np.random.default_rng(0).integers(-4, 5, (8, 5)).tolist()
    program = fit(function, inputs)
    assert program is not None
    others = np.random.default_rng(1).integers(-9, 9, (50, 5))
    wanted = [function(x) for x in others.tolist()]  # type: ignore[operator]
    assert program.solves(others, np.array(wanted))


def test_what_is_not_affine_has_no_map() -> None:
    inputs = np.random.default_rng(2).integers(-4, 5, (10, 5)).tolist()
    assert fit(lambda x: [abs(v) for v in x], inputs) is None
    assert fit(sorted, inputs) is None


def test_the_smallest_weights_come_first_then_the_smallest_constant() -> None:
    # Both in_0 + 3 and in_1 give the outputs: the constant decides. Both 2 and in_2 do: the norm decides.
    inputs = [[0, 3, 2], [1, 4, 2], [2, 5, 2]]
    program = fit(lambda x: [x[0] + 3, x[0], 2], inputs)
    assert program is not None
    assert program.weights_NN.tolist() == [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
    assert program.offset_N.tolist() == [0, 0, 2]
    # Between different cells, a cell keeps itself.
    program = fit(lambda x: x, [[1, 1, 1], [2, 2, 2]])
    assert program is not None
    assert program.weights_NN.tolist() == np.eye(3).tolist()


def test_tasks_fitted_together_are_as_alone() -> None:
    rng = np.random.default_rng(4)
    by_shape: dict[tuple[int, ...], list[tuple[Any, Any]]] = {}
    for number in range(40):
        num_cells = 2 + number % 4
        weights = rng.integers(-1, 2, (num_cells, num_cells))
        inputs = rng.integers(-4, 5, (4 + number % 2, num_cells))
        outputs = inputs @ weights.T if number % 3 else np.abs(inputs)
        by_shape.setdefault(inputs.shape, []).append((inputs, outputs))
    num_found = 0
    for pairs in by_shape.values():
        together = AffineFit().fit(*map(np.stack, zip(*pairs, strict=True)))
        for (inputs, outputs), program in zip(pairs, together, strict=True):
            (alone,) = AffineFit().fit(inputs[None], outputs[None])
            assert (alone is None) == (program is None)
            if alone is not None and program is not None:
                num_found += 1
                assert np.array_equal(alone.weights_NN, program.weights_NN)
                assert np.array_equal(alone.offset_N, program.offset_N)
                assert program.solves(inputs, outputs)
    assert 0 < num_found < 40


def test_one_example_and_long_lists_are_within_bounds() -> None:
    program = fit(lambda x: [v + 1 for v in x], [list(range(16))])
    assert program is not None
    assert not program.weights_NN.any()  # one example: a constant explains it
    inputs = np.random.default_rng(5).integers(-4, 5, (6, 16)).tolist()
    program = fit(lambda x: x[::-1], inputs)
    assert program is not None
    assert np.array_equal(program.weights_NN, np.eye(16)[::-1])


def test_large_numbers_do_not_overflow() -> None:
    big = 2**31 - 1
    program = fit(lambda x: [x[1], x[0]], [[big, -big], [-big, 5], [7, big]])
    assert program is not None
    assert program.weights_NN.tolist() == [[0, 1], [1, 0]]


def test_is_affine_is_exact_where_the_examples_fix_the_map() -> None:
    inputs = np.random.default_rng(6).integers(-4, 5, (10, 5))
    assert is_affine(inputs, inputs @ np.diag([9, 1, -8, 1, 1]) + 11)  # beyond the norm of the fit
    assert not is_affine(inputs, np.abs(inputs))
    outputs = inputs.copy()
    outputs[9, 0] += 1
    assert not is_affine(inputs, outputs)
    halves = 2 * inputs
    assert not is_affine(halves, inputs)  # weights of one half
    assert is_affine(inputs[:3], inputs[:3, ::-1])


matrices = st.integers(1, 5).flatmap(
    lambda n: st.tuples(
        st.lists(st.lists(st.integers(-3, 3), min_size=n, max_size=n), min_size=n, max_size=n),
        st.lists(st.integers(-4, 4), min_size=n, max_size=n),
    )
)


@given(matrices)
def test_the_program_in_c_computes_the_map(map_: tuple[list[list[int]], list[int]]) -> None:
    weights, offset = np.array(map_[0]), np.array(map_[1])
    program = AffineProgram(weights, offset)
    text = program.to_c()
    assert text is not None
    domain = domains.get("c")
    tokens = domain.text.to_tokens(domain.text.parse(text))
    inputs = np.random.default_rng(7).integers(-9, 9, (6, len(offset))).astype(np.int32)
    outputs, statuses = domain.machine.run_batch(tokens[None], inputs)
    assert not statuses.any(), text
    assert np.array_equal(outputs[0], program.predict(inputs)), text


def test_the_program_in_c_is_short() -> None:
    swap = AffineProgram(np.array([[0, 1, 0], [1, 0, 0], [0, 0, 1]]), np.array([0, 0, 1]))
    assert swap.to_c() == (
        "int * func_1(int a[]) {\n"
        "    int l_0 = 0;\n"
        "    a[2]++;\n"
        "    l_0 = a[0];\n"
        "    a[0] = a[1];\n"
        "    a[1] = l_0;\n"
        "    return a;\n"
        "}\n"
    )
    # A rotation of 16 cells needs one variable, a reversal eight; nine are too many.
    assert (
        AffineProgram(np.roll(np.eye(16, dtype=int), 1, axis=0), np.zeros(16, dtype=int)).to_c() is not None
    )
    assert AffineProgram(np.eye(16, dtype=int)[::-1], np.zeros(16, dtype=int)).to_c() is not None
    mixed = np.ones((16, 16), dtype=int) - np.eye(16, dtype=int)
    assert AffineProgram(mixed, np.zeros(16, dtype=int)).to_c() is None
