"""The texts of changes say what their numbers do."""

import numpy as np
import pytest

from lasynth import domains
from lasynth.domains.base import Status
from lasynth.domains.c.comparisons import NEVER
from lasynth.domains.c.loop_changes import change_text, loop_changes, sum_of
from lasynth.domains.c.loop_tests import NUM_RELATIONS, condition_text, holds_at, loop_tests

C = domains.get("c")


def run(body: str, inputs: np.ndarray) -> np.ndarray:
    text = f"int * func_1(int a[]) {{ for (int p_0 = 2; p_0 <= 2; p_0++) {{ {body} }} return a; }}"
    outputs, statuses = C.machine.run_batch(C.text.tokens_of(text)[None], inputs)
    assert (statuses == Status.OK).all(), text
    return outputs[0]


@pytest.mark.parametrize("num_cells", [3, 9])
def test_every_change(num_cells):
    inputs = np.random.default_rng(0).integers(-4, 5, (8, num_cells)).astype(np.int32)
    changes = loop_changes(num_cells)
    texts = set()
    possible = np.flatnonzero(changes.costs_M < NEVER)  # to add nothing is no change
    for form_and_number in changes.what_M7[possible]:
        text = change_text(*form_and_number.tolist())
        *_, number = form_and_number
        wanted = [sum_of(form_and_number, cells, 2) + number for cells in inputs.astype(np.int64)]
        np.testing.assert_array_equal(run(text, inputs)[:, 2], wanted, err_msg=text)
        texts.add(text)
    assert len(texts) == len(possible)


def test_every_test():
    inputs = np.random.default_rng(1).integers(-4, 5, (8, 3)).astype(np.int32)
    tests = loop_tests(3)
    texts = set()
    for q in range(len(tests.costs_Q)):
        sides, relation = tests.sides_L3[q // NUM_RELATIONS], q % NUM_RELATIONS
        text = condition_text(relation, *sides.tolist())
        hit = run(f"if ({text}) {{ a[0] = 99; }}", inputs)[:, 0] == 99
        wanted = [holds_at(relation, sides, cells, 2) for cells in inputs.astype(np.int64)]
        np.testing.assert_array_equal(hit, wanted, err_msg=text)
        texts.add(text)
    assert len(texts) == len(tests.costs_Q)
