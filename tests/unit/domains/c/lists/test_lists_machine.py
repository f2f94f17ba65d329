"""The machine of `lists`, one line per construct (`list_cases`), and what lines cannot say."""

from __future__ import annotations

import numpy as np
import pytest
from list_cases import CASES, NUMBERS, SECOND, Case, result_of, shown
from list_programs import input_of, random_inputs, random_programs, rows, text_of, tokens_of

from lasynth.domains.base import Status
from lasynth.domains.c.lists.grammar import BOS, EOS, FIRST_INT, token_of
from lasynth.domains.c.lists.layout import OUTPUT_WIDTH, input_width
from lasynth.domains.c.lists.machine import (
    MAX_STEPS,
    compile_tokens,
    new_cells,
    new_code,
    new_memory,
    new_work,
    run_batch,
    run_code,
)

SUM = "int f(const int a[], int n) { int s = 0; for (int i = 0; i < n; i++) { s += a[i]; } return s; }"


def run(text: str, *lists: list[int], numbers: list[int] = NUMBERS, fuel: int = MAX_STEPS) -> str:
    outputs, statuses = run_batch(tokens_of(text)[None], np.array([input_of(lists, numbers)]), fuel=fuel)
    return result_of(outputs[0, 0], statuses[0, 0])


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}: {case.body}")
def test_one_line(case: Case) -> None:
    assert run(case.text, list(case.cells), SECOND) == shown(case.wanted)


def test_every_status_has_a_line() -> None:
    met = {case.wanted for case in CASES if isinstance(case.wanted, Status)}
    assert met == set(Status) - {Status.OK, Status.CRASH, Status.INVALID, Status.OUT_OF_FUEL}


# The first test of a loop is free, every further one is a step.
STEPS = [
    ("for (int i = 0; i < 5; i++) { k = i; } return k;", 5, 4),
    ("int i = 0; while (i < 5) { i++; } return i;", 5, 5),
    ("int i = 0; while (1) { i++; if (i == 5) { break; } } return i;", 4, 5),
    ("int i = 0; while (1) { i++; if (i == 5) { return i; } } return 0;", 4, 5),
    ("int i = 0; while (i < 5) { i++; if (i < 9) { continue; } } return i;", 5, 5),
    ("for (int i = 0; i < 5; i++) { if (i < 9) { continue; } } return k;", 5, 3),
    ("for (int i = 0; i < 2; i++) { for (int j = 0; j < 3; j++) { k++; } } return k;", 8, 9),
    ("for (int i = 0; i < 2; i++) { for (int j = 0; j < 0; j++) { k++; } } return k;", 2, 3),
    ("for (;;) { k++; if (k == 7) { return k; } }", 3, 7),
    ("for (int i = 0; i < 0; i++) { k = 9; } while (0) { k = 8; } return k;", 0, 3),
    ("return k;", 0, 3),
]


@pytest.mark.parametrize(("body", "needed", "wanted"), STEPS)
def test_steps_are_counted(body: str, needed: int, wanted: int) -> None:
    text = f"int f(int k) {{ {body} }}"
    assert run(text, fuel=needed) == str(wanted)
    if needed:
        assert run(text, fuel=needed - 1) == "OUT_OF_FUEL"


def test_the_usual_limit() -> None:
    text = "int f(int k) {{ int i; for (i = 0; i < {}; i++) {{ }} return i; }}"
    assert run(text.format(MAX_STEPS)) == str(MAX_STEPS)
    assert run(text.format(MAX_STEPS + 1)) == "OUT_OF_FUEL"
    assert run("int f(int k) { while (1) { } }") == "OUT_OF_FUEL"


def test_a_failure_before_the_last_step_comes_first() -> None:
    body = "int s = 0; for (int i = 0; i < 9; i++) { s += a[i]; } return s;"
    text = f"int f(const int a[], int n) {{ {body} }}"
    assert run(text, [1, 2], fuel=2) == "OUT_OF_RANGE"
    assert run(text, [1, 2], fuel=1) == "OUT_OF_FUEL"


# Inputs.

MANY = (
    "int f(int k, const int a[], int n, const int b[], int n_b, int k_1, const int c[], int n_c, "
    "const int d[], int n_d, int k_2, int k_3) { "
    "int x = a[n - 1] + 10 * b[n_b - 1] + 100 * c[n_c - 1] + 1000 * d[n_d - 1]; "
    "return x + k * 3 + k_1 * 5 + k_2 * 7 + k_3; }"
)


def test_four_lists_and_four_numbers() -> None:
    lists = [[9, 1], [2], [9, 9, 3], [4]]
    assert run(MANY, *lists, numbers=[10, 20, 30, 40]) == str(4321 + 30 + 100 + 210 + 40)


def test_parameters_that_an_input_does_not_have() -> None:
    assert run("int f(const int a[], int n, int k) { return a[0]; }", [4], numbers=[]) == "4"
    assert run("int f(const int a[], int n, int k) { return k; }", [4], numbers=[]) == "UNSET"
    assert run("int f(const int a[], int n, int k) { k = 3; return k; }", [4], numbers=[]) == "UNSET"
    two = "int f(const int a[], int n, const int b[], int m) {{ return {}; }}"
    assert run(two.format("m"), [4]) == "UNSET"
    assert run(two.format("b[0]"), [4]) == "OUT_OF_RANGE"


def test_in_place_without_a_list() -> None:
    assert run("void f(int a[], int n) { }", numbers=[1]) == "INVALID"


def test_an_input_with_more_than_a_program_takes() -> None:
    assert run(SUM, [1, 2], [5], [6], numbers=[7, 8]) == "3"


def test_a_list_to_work_with_is_new_in_every_run() -> None:
    text = "int f(int k) { int t[64]; if (k) { t[0] = k; } return t[0]; }"
    inputs_KL = np.array([input_of([], [4]), input_of([], [0]), input_of([], [5])])
    outputs, statuses = run_batch(tokens_of(text)[None], inputs_KL)
    assert [result_of(*pair) for pair in zip(outputs[0], statuses[0], strict=True)] == ["4", "UNSET", "5"]


def test_every_program_may_have_its_own_inputs() -> None:
    inputs_PKL = np.array([[input_of([[1, 2]], num_lists=2)], [input_of([[5], [1]])]])
    outputs, statuses = run_batch(rows([tokens_of(SUM), tokens_of(SUM)]), inputs_PKL)
    assert not statuses.any()
    assert outputs[:, 0, :3].tolist() == [[-1, 3, 0], [-1, 5, 0]]


def test_an_output_of_a_failed_run_is_all_zeros() -> None:
    text = "int f(const int a[], int n, int out[]) { out[0] = 5; out[2] = 5; return 3; }"
    outputs, statuses = run_batch(tokens_of(text)[None], np.array([input_of([[1]])]))
    assert statuses.tolist() == [[Status.UNSET]]
    assert outputs.shape == (1, 1, OUTPUT_WIDTH)
    assert not outputs.any()


@pytest.mark.parametrize(
    ("tokens", "inputs", "reason"),
    [
        (np.zeros(3), np.zeros((1, 8)), "tokens must be"),
        (np.zeros((1, 3)), np.zeros(8), "inputs"),
        (np.zeros((1, 3)), np.zeros((2, 1, 8)), "1 programs, but inputs for 2"),
        (np.zeros((1, 3)), np.zeros((1, 9)), "no input has 9 numbers"),
        (np.zeros((1, 3)), np.zeros((1, input_width(5))), "no input has 333 numbers"),
        (np.zeros((1, 3)), np.ones((1, 8)), "more lists than there is room for"),
        (np.full((1, 3), 2**31), np.zeros((1, 8)), "must fit in 32 bits"),
        (np.zeros((1, 3)), np.full((1, 8), 2**31), "must fit in 32 bits"),
    ],
)
def test_arrays_that_do_not_fit(tokens: np.ndarray, inputs: np.ndarray, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        run_batch(tokens.astype(np.int64), inputs.astype(np.int64))


def test_no_programs_and_no_inputs() -> None:
    inputs_KL = np.array([input_of([[1]])])
    assert run_batch(np.zeros((0, 3), dtype=np.int32), inputs_KL)[0].shape == (0, 1, OUTPUT_WIDTH)
    assert run_batch(tokens_of(SUM)[None], inputs_KL[:0])[1].shape == (1, 0)


# Rows that are no programs.


@pytest.mark.parametrize(
    "words",
    [
        "",
        "return 1 ;",
        "<number> return 1",
        "<number> return ;",
        "<in place> return 1 ;",
        "<list> a [ 0 ] = 1 ; return 0 ;",
        "<number> out [ 0 ] = 1 ; return 0 ;",
        "<in place> b [ 0 ] = 1 ;",
        "<number> break ; return 1 ;",
        "<number> v_0 = 1 ; return 1 ;",
        "<number> int v_0 = 1 ; int v_0 = 2 ; return 1 ;",
        "<number> if ( 1 ) { int v_0 = 1 ; } return v_0 ;",
        "<number> if ( 1 ) return 1 ;",
        "<number> return 1 ; }",
        "<number> <number> return 1 ;",
        "<number> return n ++ ;",
        "<number> return - - 1 ;",
    ],
)
def test_rows_that_are_no_programs(words: str) -> None:
    texts = words.replace("<in place>", "IN_PLACE").split()
    tokens = np.array([[*(token_of(text.replace("IN_PLACE", "<in place>")) for text in texts), EOS]])
    _, statuses = run_batch(tokens, np.array([input_of([[1]])]))
    assert statuses.tolist() == [[Status.INVALID]]


@pytest.mark.parametrize("token", [BOS, -1, -(2**31)])
def test_tokens_that_no_program_has(token: int) -> None:
    tokens = tokens_of(SUM)
    tokens[4] = token
    assert run_batch(tokens[None], np.array([input_of([[1]])]))[1].tolist() == [[Status.INVALID]]


def test_a_row_without_end() -> None:
    tokens = tokens_of(SUM)[:-1]
    assert run_batch(tokens[None], np.array([input_of([[1]])]))[1].tolist() == [[Status.INVALID]]


def test_the_largest_literal() -> None:
    literal = 2**31 - 1 - FIRST_INT
    assert run(f"int f(int k) {{ return {literal}; }}") == str(literal)
    assert run(f"int f(int k) {{ return -{literal}; }}") == str(-literal)


def test_nesting_and_long_programs_end_well() -> None:
    deep = "if (k) { " * 32 + "return 7; " + "} " * 32 + "return 1;"
    assert run(f"int f(int k) {{ {deep} }}") == "7"
    long = "k += 1; " * 300
    assert run(f"int f(int k) {{ {long} return k; }}") == "303"
    chain = "if (k == 0) { k = 0; } " + "".join(f"else if (k == {n}) {{ k = {n}; }} " for n in range(4, 60))
    assert run(f"int f(int k) {{ {chain} else {{ k = 77; }} return k; }}") == "77"


def test_runs_do_not_depend_on_their_neighbours() -> None:
    programs_PT = random_programs(5, 60)
    inputs_KL = random_inputs(5, 6, num_lists=3, num_numbers=3)
    outputs, statuses = run_batch(programs_PT, inputs_KL, fuel=200)
    order = np.random.default_rng(5).permutation(60)
    again, said = run_batch(programs_PT[order], inputs_KL[::-1], fuel=200)
    for new, old in enumerate(order):
        assert statuses[old].tolist() == said[new, ::-1].tolist(), text_of(programs_PT[old])
        assert np.array_equal(outputs[old], again[new, ::-1]), text_of(programs_PT[old])


def test_code_can_be_run_by_its_callers() -> None:
    tokens = tokens_of(SUM)
    code_2C = new_code(len(tokens))
    assert compile_tokens(tokens, 1, 0, code_2C, new_work()) > 0
    output_M = np.ones(OUTPUT_WIDTH, dtype=np.int32)
    input_L = np.array(input_of([[3, 4]]), dtype=np.int32)
    assert run_code(code_2C[0], input_L, output_M, new_memory(), new_cells(), 10) == Status.OK
    assert output_M[:2].tolist() == [-1, 7]
