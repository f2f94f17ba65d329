"""The machine, one line per construct: a program, a list, and the result."""

from __future__ import annotations

import numpy as np
import pytest
from programs import random_inputs, random_programs, text_of, tokens_of

from lasynth.domains.base import Status
from lasynth.domains.c.context import MAX_LOOPS
from lasynth.domains.c.grammar import BOS, EOS, FIRST_INT
from lasynth.domains.c.machine import (
    MAX_CELLS,
    MAX_STEPS,
    compile_tokens,
    new_code,
    new_memory,
    new_work,
    run_batch,
    run_code,
)

MAX_INT = 2**31 - 1
HUGE = MAX_INT - FIRST_INT  # the largest literal whose token is a 32-bit integer
OUT_OF_RANGE, OVERFLOW, UNSET = Status.OUT_OF_RANGE, Status.OVERFLOW, Status.UNSET
OUT_OF_FUEL, INVALID = Status.OUT_OF_FUEL, Status.INVALID


def run(text: str, cells: list[int], fuel: int = MAX_STEPS) -> list[int] | Status:
    """The list after the run of a program, or the status of a failure."""
    outputs, statuses = run_batch(tokens_of(text)[None], np.array([cells]), fuel=fuel)
    status = Status(statuses[0, 0])
    return outputs[0, 0].tolist() if status == Status.OK else status


STRAIGHT = [
    ("", [1, 2], [1, 2]),
    ("a[0] = 7;", [1, 2], [7, 2]),
    ("a[0] = -7;", [1, 2], [-7, 2]),
    ("a[0] = 100;", [1, 2], [100, 2]),
    ("a[0] = -100;", [1, 2], [-100, 2]),
    ("a[0] = a[1];", [1, 2], [2, 2]),
    ("a[1] = a[0] + 3;", [1, 2], [1, 4]),
    ("a[1] = a[0] - a[1];", [1, 2], [1, -1]),
    ("a[0] = 1 - 2 - 3;", [0], [-4]),
    ("a[0] = 1 - (2 - 3);", [0], [2]),
    ("a[0] = 1 + (2 - 30);", [0], [-27]),
    ("a[0] = (1 - 2) - 3;", [0], [-4]),
    ("a[0] = (1 - 2 - 3);", [0], [-4]),
    ("a[0] = (1 - 2 + 30);", [0], [29]),
    ("a[0] = 40 - (20 - 30);", [0], [50]),
    ("a[0] += 5;", [1], [6]),
    ("a[0] -= 5;", [1], [-4]),
    ("a[0] -= a[0] - (3 - a[1]);", [7, 2], [1, 2]),
    ("a[0]++; ++a[0]; a[1]--; --a[1];", [1, 2], [3, 0]),
    ("int l_0 = 1; a[l_0] = l_0 + l_0;", [5, 5], [5, 2]),
    ("int l_0 = 1; a[0] = a[l_0] - a[l_0];", [5, 6], [0, 6]),
    ("int l_0 = 1; a[l_0] += a[l_0];", [5, 6], [5, 12]),
    ("int l_0 = 1; a[l_0] -= 20;", [5, 6], [5, -14]),
    ("int l_0 = 1; a[l_0]++; --a[l_0]; ++a[l_0];", [5, 6], [5, 7]),
    ("int l_0 = 1; a[l_0] = 100;", [5, 6], [5, 100]),
    ("int l_0 = -1; l_0++; a[l_0] = l_0;", [5], [0]),
    (
        "int l_0 = 1000; int l_1 = 2; l_1 += l_0; l_0 -= l_1; a[0] = l_0; a[1] = l_1;",
        [5, 5],
        [-2, 1002],
    ),
    ("int l_0; l_0 = 3; a[0] = l_0;", [5], [3]),
    ("int p_7 = 1; int l_7 = 2; a[0] = p_7; a[1] = l_7;", [5, 5], [1, 2]),
]

BRANCHES = [
    *(
        (f"if (a[0] {relation} a[1]) {{ a[2] = 1; }}", [*pair, 0], [*pair, int(holds)])
        for relation, holdings in {
            "<": (True, False, False),
            "<=": (True, True, False),
            ">": (False, False, True),
            ">=": (False, True, True),
            "==": (False, True, False),
            "!=": (True, False, True),
        }.items()
        for pair, holds in zip([(1, 2), (2, 2), (2, 1)], holdings, strict=True)
    ),
    *(
        (f"if (!(a[0] {relation} a[1])) {{ a[2] = 1; }}", [*pair, 0], [*pair, int(not holds)])
        for relation, holdings in {
            "<": (True, False),
            "<=": (True, True),
            ">": (False, False),
            "==": (False, True),
        }.items()
        for pair, holds in zip([(1, 2), (2, 2)], holdings, strict=True)
    ),
    ("if (a[0]) { a[1] = 1; }", [-3, 0], [-3, 1]),
    ("if (a[0]) { a[1] = 1; }", [0, 0], [0, 0]),
    ("if (!a[0]) { a[1] = 1; }", [0, 0], [0, 1]),
    ("if (!a[0]) { a[1] = 1; }", [2, 0], [2, 0]),
    ("if (!(a[0] - 2)) { a[1] = 1; }", [2, 0], [2, 1]),
    ("if (2 - (1 + 1)) { a[0] = 1; } else { a[0] = 2; }", [0], [2]),
    ("if (1 - 3 < 2 - (1 - 9)) { a[0] = 1; } else { a[0] = 2; }", [0], [1]),
    ("if ((30 - 1) > 40 - 10) { a[0] = 1; } else { a[0] = 2; }", [0], [2]),
    (
        "if (a[0]) { if (a[1]) { a[2] = 1; } else { a[2] = 2; } } else { a[2] = 3; } a[2]++;",
        [1, 0, 0],
        [1, 0, 3],
    ),
    *(
        (
            f"if ({' && '.join(f'a[{i}]' for i in range(3))}) {{ a[3] = 1; }} else {{ a[3] = 2; }}",
            [*bits, 0],
            [*bits, 1 if all(bits) else 2],
        )
        for bits in np.ndindex(2, 2, 2)
    ),
    *(
        (
            f"if ({' || '.join(f'a[{i}] > 0' for i in range(3))}) {{ a[3] = 1; }} else {{ a[3] = 2; }}",
            [*bits, 0],
            [*bits, 1 if any(bits) else 2],
        )
        for bits in np.ndindex(2, 2, 2)
    ),
    ("if (!a[0] && !(a[1] > 3)) { a[0] = 9; }", [0, 3], [9, 3]),
    # Tests after a short circuit are not evaluated.
    ("if (a[0] && a[9]) { a[1] = 1; }", [0, 0], [0, 0]),
    ("if (a[0] || a[9]) { a[1] = 1; }", [1, 0], [1, 1]),
    ("if (a[0] && a[9]) { a[1] = 1; }", [1, 0], OUT_OF_RANGE),
    ("if (a[0] || a[9]) { a[1] = 1; }", [0, 0], OUT_OF_RANGE),
    ("int l_0; if (a[0] && l_0) { a[1] = 1; }", [0, 0], [0, 0]),
    ("int l_0; if (a[0] && l_0) { a[1] = 1; }", [1, 0], UNSET),
]

LOOPS = [
    ("for (int p_0 = 0; p_0 < 3; p_0++) { a[p_0] = p_0; }", [9] * 4, [0, 1, 2, 9]),
    ("for (int p_0 = 0; p_0 <= 2; ++p_0) { a[p_0] = p_0; }", [9] * 4, [0, 1, 2, 9]),
    ("for (int p_0 = 3; p_0 > 1; p_0--) { a[p_0] = p_0; }", [9] * 4, [9, 9, 2, 3]),
    ("for (int p_0 = 3; p_0 >= 1; --p_0) { a[p_0] = p_0; }", [9] * 4, [9, 1, 2, 3]),
    ("for (int p_0 = 0; p_0 < 0; p_0++) { a[0] = 1; }", [9], [9]),
    ("for (int p_0 = 0; p_0 >= 1; p_0--) { a[0] = 1; }", [9], [9]),
    ("for (int p_0 = -2; p_0 <= -1; p_0++) { a[0] += p_0; }", [0], [-3]),
    (
        "for (int p_0 = 100; p_0 < 200; p_0++) { a[0] += 30 - p_0; }",
        [0],
        [100 * 30 - sum(range(100, 200))],
    ),
    # The variable keeps its value after the loop; the body may change it and the bound.
    ("int p_0 = 7; for (p_0 = 0; p_0 < 3; p_0++) { a[0]++; } a[1] = p_0;", [0, 0], [3, 3]),
    ("int p_0; for (p_0 = 1; p_0 < 1; p_0++) { a[0]++; } a[1] = p_0;", [0, 0], [0, 1]),
    ("for (int p_0 = 0; p_0 < 6; p_0++) { p_0++; a[0]++; }", [0], [3]),
    ("int l_0 = 9; for (int p_0 = 0; p_0 < l_0; p_0++) { l_0--; a[0]++; }", [0], [5]),
    ("int l_0 = 2; for (int p_0 = l_0; p_0 >= l_0; p_0--) { a[0]++; }", [0], [1]),
    ("int l_0 = 2; for (l_0 = l_0; l_0 < 4; l_0++) { a[0]++; }", [0], [2]),
    # Nested, in sequence, with the same name again, and with large bounds.
    (
        "for (int p_0 = 0; p_0 < 3; p_0++) { for (int p_1 = 0; p_1 <= p_0; p_1++) { a[p_1]++; } }",
        [0] * 3,
        [3, 2, 1],
    ),
    (
        "for (int p_0 = 0; p_0 < 2; p_0++) { a[0]++; } for (int p_0 = 0; p_0 < 3; p_0++) { a[0]++; }",
        [0],
        [5],
    ),
    (
        "int p_0; for (p_0 = 0; p_0 < 8; p_0++) { for (p_0 = 5; p_0 < 7; p_0++) { a[0]++; } }",
        [0],
        [2],
    ),
    (
        "for (int p_0 = 0; p_0 < 20; p_0++) { for (int p_1 = 0; p_1 < 30; p_1++) { a[0]++; } }",
        [0],
        [600],
    ),
    # Leaving a loop, and continuing it.
    ("for (int p_0 = 0; p_0 < 9; p_0++) { break; }", [4], [4]),
    (
        "int p_0; for (p_0 = 0; p_0 < 9; p_0++) { if (p_0 == 4) { break; } a[0]++; } a[1] = p_0;",
        [0, 0],
        [4, 4],
    ),
    ("for (int p_0 = 0; p_0 < 9; p_0++) { if (p_0 == 4) { continue; } a[0]++; }", [0], [8]),
    (
        (
            "for (int p_0 = 0; p_0 < 9; p_0++)"
            " { if (p_0 < 2) { continue; } else { if (p_0 > 5) { break; } } a[0] += p_0; }"
        ),
        [0],
        [14],
    ),
    (
        (
            "for (int p_0 = 0; p_0 < 3; p_0++)"
            " { for (int p_1 = 0; p_1 < 9; p_1++) { if (p_1 > p_0) { break; } a[0]++; } continue; a[0] = 9; }"
        ),
        [0],
        [6],
    ),
    (
        (
            "for (int p_0 = 0; p_0 < 9; p_0++)"
            " { for (int p_1 = 0; p_1 < 2; p_1++) { continue; } a[0]++; if (p_0 == 1) { break; } }"
        ),
        [0],
        [2],
    ),
]

FAILURES = [
    ("a[2] = 1;", [0, 0], OUT_OF_RANGE),
    ("a[0] = a[2];", [0, 0], OUT_OF_RANGE),
    ("a[16]++;", [0] * 16, OUT_OF_RANGE),
    ("a[15]++;", [0] * 16, [0] * 15 + [1]),
    ("a[2] += 1;", [0, 0], OUT_OF_RANGE),
    (f"--a[{HUGE}];", [0, 0], OUT_OF_RANGE),
    ("if (a[0]) { a[2] = 1; }", [0, 0], [0, 0]),
    *(
        (f"int l_0 = {index}; {statement}", [0, 0], OUT_OF_RANGE)
        for index in ("2", "-1", f"{HUGE}", f"-{HUGE}")
        for statement in ("a[l_0] = 1;", "a[0] = a[l_0];", "a[l_0]++;", "--a[l_0];", "a[l_0] += 1;")
    ),
    ("a[0] = a[0] + 1;", [MAX_INT], OVERFLOW),
    ("a[0] = a[0] - 1;", [-MAX_INT - 1], OVERFLOW),
    ("a[0] = 0 - a[0];", [-MAX_INT - 1], OVERFLOW),
    ("a[0] = 0 - a[0];", [-MAX_INT], [MAX_INT]),
    ("a[0] += a[0];", [2**30], OVERFLOW),
    ("a[0] += a[0];", [-(2**30)], [-(2**31)]),
    ("a[0] = a[0] + 1 - 1;", [MAX_INT], OVERFLOW),
    ("a[0] = a[0] + (1 - 1);", [MAX_INT], [MAX_INT]),
    ("if (a[0] + 1 > 0) { a[0] = 0; }", [MAX_INT], OVERFLOW),
    (f"a[0] = {HUGE} + {FIRST_INT};", [0], [MAX_INT]),
    (f"a[0] = {HUGE} + {FIRST_INT + 1};", [0], OVERFLOW),
    *((f"int l_0 = 0; l_0 = a[0]; {step}; a[0] = l_0;", [MAX_INT], OVERFLOW) for step in ("l_0++", "++l_0")),
    *((f"int l_0 = 0; l_0 = a[0]; {step};", [-MAX_INT - 1], OVERFLOW) for step in ("l_0--", "--l_0")),
    ("a[0]++;", [MAX_INT], OVERFLOW),
    ("a[0]--;", [-MAX_INT - 1], OVERFLOW),
    ("int l_0 = 0; a[l_0]++;", [MAX_INT], OVERFLOW),
    ("int l_0 = 0; a[l_0]--;", [-MAX_INT - 1], OVERFLOW),
    ("a[0]++;", [MAX_INT - 1], [MAX_INT]),
    ("a[0]--;", [-MAX_INT], [-MAX_INT - 1]),
    ("int l_0; l_0 = a[0]; for (int p_0 = l_0; p_0 <= l_0; p_0++) { a[0] = 1; }", [MAX_INT], OVERFLOW),
    ("int l_0; l_0 = a[0]; for (int p_0 = l_0; p_0 >= l_0; p_0--) { a[0] = 1; }", [-MAX_INT - 1], OVERFLOW),
    *(
        (f"int l_0; {statement}", [0, 0], UNSET)
        for statement in (
            *("a[0] = l_0;", "a[l_0] = 1;", "a[0] = a[l_0];", "l_0++;", "--l_0;", "l_0 += 1;"),
            *("a[l_0]++;", "a[l_0] += 1;", "l_0 = l_0;", "a[0] = 1 - (2 + l_0);"),
            *("if (l_0) { a[0] = 1; }", "if (!l_0) { a[0] = 1; }", "if (1 < l_0) { a[0] = 1; }"),
            "for (int p_0 = l_0; p_0 < 1; p_0++) { a[0] = 1; }",
            "for (int p_0 = 0; p_0 < l_0; p_0++) { a[0] = 1; }",
            "for (int p_0 = p_0; p_0 < 1; p_0++) { a[0] = 1; }",
        )
    ),
    # Set on one path only, on both, and in a loop that may not run.
    ("int l_0; if (a[0]) { l_0 = 5; } a[1] = l_0;", [1, 0], [1, 5]),
    ("int l_0; if (a[0]) { l_0 = 5; } a[1] = l_0;", [0, 0], UNSET),
    ("int l_0; if (a[0]) { l_0 = 5; } else { a[1] = l_0; }", [0, 0], UNSET),
    ("int l_0; if (a[0]) { l_0 = 5; } else { l_0 = 6; } a[1] = l_0;", [0, 0], [0, 6]),
    ("int l_0; for (int p_0 = 0; p_0 < 3; p_0++) { if (p_0) { a[0] += l_0; } l_0 = p_0; }", [0], [1]),
    ("int l_0; for (int p_0 = 0; p_0 < 0; p_0++) { l_0 = 1; } a[0] = l_0;", [0], UNSET),
    (
        "int l_0; for (int p_0 = 0; p_0 < 0; p_0++) { for (l_0 = 0; l_0 < 2; l_0++) { a[0]++; } } l_0++;",
        [0],
        UNSET,
    ),
    # A name declared again in a later head is a new variable.
    (
        "for (int p_0 = 0; p_0 < 1; p_0++) { a[0]++; } for (int p_0 = p_0; p_0 < 1; p_0++) { a[0]++; }",
        [0],
        UNSET,
    ),
    ("for (int p_0 = 0; p_0 <= 1; p_0++) { p_0--; }", [0], OUT_OF_FUEL),
    ("for (int p_0 = 0; p_0 >= 0; p_0--) { p_0 = 5; continue; }", [0], OUT_OF_FUEL),
    (f"for (int p_0 = 0; p_0 < {MAX_STEPS - 1}; p_0++) {{ a[0]++; }}", [0], [MAX_STEPS - 1]),
    (f"for (int p_0 = 0; p_0 < {MAX_STEPS}; p_0++) {{ a[0]++; }}", [0], OUT_OF_FUEL),
]

NESTED = "for (p_0 = 0; p_0 < 1; p_0++) { "
NOT_PROGRAMS = [
    *("a", "a[0] = 1", "a[0] =;", "a[0] = 1 + 2 + 3 + 4;", "a[0 + 1] = 1;", "a[a[0]] = 1;"),
    *("a[-1] = 1;", "a[0] = (1);", "a[0] = 1 - - - 2;", "1 = 2;", ";;", "}", "if (1) { }"),
    *("if (1 && 2 || 3) { a[0] = 1; }", "if (1) { a[0] = 1;", "else { a[0] = 1; }", "break;"),
    *("if (1) { continue; }", "a[0] = 1; int l_0 = 1;", "int l_0 = 1 + 1;", "int a = 1;"),
    # Names: not declared, declared twice, no longer visible, different in the head.
    *("l_0 = 1;", "a[l_0] = 1;", "a[0] = l_0;", "a[0] = a[l_0];", "int l_0 = 1; int l_0 = 2;"),
    "for (l_0 = 0; l_0 < 1; l_0++) { a[0] = 1; }",
    "for (int p_0 = 0; p_0 < 1; p_0++) { a[0] = 1; } a[0] = p_0;",
    "int p_0; for (int p_0 = 0; p_0 < 1; p_0++) { a[0] = 1; }",
    "int l_0 = 1; for (int p_0 = 0; l_0 < 1; p_0++) { a[0] = 1; }",
    "int l_0 = 1; for (int p_0 = 0; p_0 < 1; l_0++) { a[0] = 1; }",
    "for (int p_0 = 0; p_0 < 1; p_0--) { a[0] = 1; }",
    "for (int p_0 = 0; p_0 > 1; p_0++) { a[0] = 1; }",
    "for (int p_0 = 0; p_0 < a[0]; p_0++) { a[0] = 1; }",
    "int p_0; " + NESTED * (MAX_LOOPS + 1) + "a[0] = 1; " + "} " * (MAX_LOOPS + 1),
    "if (1) { " * 200 + "a[0] = 1; " + "} " * 200,
]


@pytest.mark.parametrize(("text", "cells", "expected"), STRAIGHT + BRANCHES + LOOPS + FAILURES)
def test_result(text: str, cells: list[int], expected: list[int] | Status) -> None:
    assert run(text, cells) == expected


@pytest.mark.parametrize("text", NOT_PROGRAMS)
def test_not_a_program(text: str) -> None:
    assert run(text, [0, 0]) == INVALID


def test_nesting_up_to_the_limits() -> None:
    loops = "int p_0; " + NESTED * MAX_LOOPS + "a[0]++; " + "} " * MAX_LOOPS
    assert run(loops, [0]) == [1]
    assert run("if (1) { " * 60 + "a[0]++; " + "} " * 60, [0]) == [1]


@pytest.mark.parametrize("row", [[BOS, EOS], [-1, EOS], [8], [8, 9], [EOS - 5]])
def test_tokens_that_are_no_tokens_of_a_program(row: list[int]) -> None:
    _, statuses = run_batch(np.array([row]), np.zeros((1, 2), dtype=np.int32))
    assert statuses.tolist() == [[INVALID]]


def test_what_follows_the_end_is_not_read() -> None:
    tokens = np.append(tokens_of("a[0] = 1;"), [BOS, 7, -3])
    outputs, statuses = run_batch(tokens[None], np.zeros((1, 2), dtype=np.int32))
    assert outputs.tolist() == [[[1, 0]]]
    assert statuses.tolist() == [[Status.OK]]


def test_fuel_counts_loop_tests() -> None:
    loop = "for (int p_0 = 0; p_0 < 3; p_0++) { a[0]++; }"
    assert run(loop, [0], fuel=4) == [3]
    assert run(loop, [0], fuel=3) == OUT_OF_FUEL
    assert run("a[0]++;", [0], fuel=0) == [1]
    assert run(loop + " for (int p_0 = 0; p_0 < 0; p_0++) { a[0]++; }", [0], fuel=4) == OUT_OF_FUEL


def test_a_batch_is_its_runs_one_by_one() -> None:
    programs_PT = random_programs(5, 200)
    programs_PT[7, 0] = BOS
    inputs_PKN = random_inputs(5, (200, 3, 4))
    outputs_PKN, statuses_PK = run_batch(programs_PT, inputs_PKN)
    assert outputs_PKN.shape == (200, 3, 4)
    assert outputs_PKN.dtype == np.int32
    assert statuses_PK.shape == (200, 3)
    assert statuses_PK.dtype == np.uint8
    # In reverse order, so that leftovers of an earlier run cannot make them equal.
    for program in range(199, -1, -1):
        for example in range(2, -1, -1):
            one = run_batch(programs_PT[None, program], inputs_PKN[program, None, example])
            text = text_of(programs_PT[program])
            assert one[0][0, 0].tolist() == outputs_PKN[program, example].tolist(), text
            assert one[1][0, 0] == statuses_PK[program, example], text
    assert not outputs_PKN[statuses_PK != Status.OK].any()


def test_shared_inputs_are_the_inputs_of_every_program() -> None:
    programs_PT, inputs_KN = random_programs(6, 50), random_inputs(6, (4, 5))
    before = inputs_KN.copy()
    shared = run_batch(programs_PT, inputs_KN)
    repeated = run_batch(programs_PT, np.repeat(inputs_KN[None], 50, axis=0))
    assert np.array_equal(shared[0], repeated[0])
    assert np.array_equal(shared[1], repeated[1])
    assert np.array_equal(inputs_KN, before)


def test_compiled_callers_interface() -> None:
    tokens = tokens_of("for (int p_0 = 0; p_0 < 2; p_0++) { a[p_0] += 5; }")
    code, work, memory = new_code(len(tokens)), new_work(), new_memory()
    cells = np.array([1, 2, 3], dtype=np.int32)
    assert compile_tokens(tokens, 3, code, work) > 0
    assert run_code(code, cells, memory, MAX_STEPS) == Status.OK
    assert cells.tolist() == [6, 7, 3]
    assert run_code(code, cells, memory, 1) == OUT_OF_FUEL
    assert cells.tolist() == [6, 7, 3]  # a failed run does not change the list
    assert compile_tokens(tokens[:-1], 3, code, work) == -1
    assert compile_tokens(tokens, 3, code[:3], work) == -1


@pytest.mark.parametrize(
    ("tokens", "inputs", "complaint"),
    [
        (np.zeros(3, dtype=int), np.zeros((1, 2), dtype=int), r"\[P, T\]"),
        (np.zeros((2, 3), dtype=int), np.zeros((3, 1, 2), dtype=int), "2 programs, but inputs for 3"),
        (np.zeros((2, 3), dtype=int), np.zeros((1, MAX_CELLS + 1), dtype=int), "1 to 16 cells, not 17"),
        (np.zeros((2, 3), dtype=int), np.zeros((1, 0), dtype=int), "1 to 16 cells, not 0"),
        (np.zeros((2, 3), dtype=int), np.full((1, 2), 2**31), "32 bits"),
        (np.zeros((2, 3), dtype=int), np.full((1, 2), 0.5), "must be integers"),
    ],
)
def test_bad_arguments(tokens: np.ndarray, inputs: np.ndarray, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        run_batch(tokens, inputs)
