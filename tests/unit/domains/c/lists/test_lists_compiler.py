"""Programs of `lists` compiled: the lines of `list_cases`, and where compilers are not the machine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from compilers import PATIENCE_S
from compilers import compiler as found
from list_cases import CASES, NUMBERS, SECOND, result_of, shown
from list_programs import input_of, tokens_of

from lasynth.domains.base import Status
from lasynth.domains.c.compiler import Compiler
from lasynth.domains.c.lists.harness import LISTS
from lasynth.domains.c.lists.layout import OUTPUT_WIDTH, input_width
from lasynth.domains.c.lists.machine import run_batch
from lasynth.domains.c.lists.parser import parse
from lasynth.domains.c.lists.printer import format_program
from lasynth.domains.c.lists.syntax import Kind, Name, Parameter, Program, Result, Return
from lasynth.errors import CheckerError

NEVER_SEEN = ("UNSET", "NO_VALUE")
ENDLESS = "int f(int k) { while (1) { k = k * -1; } }"


def lines() -> tuple[list[Program], np.ndarray, list[str]]:
    """The programs of `list_cases` that a compiler can tell of, their inputs, and what is wanted."""
    cases = [case for case in CASES if shown(case.wanted) not in NEVER_SEEN]
    inputs_PKL = np.array([[input_of([case.cells, SECOND], NUMBERS)] for case in cases], dtype=np.int32)
    return [parse(case.text) for case in cases], inputs_PKL, [shown(case.wanted) for case in cases]


def results(
    compiler: Compiler, programs: list[Program], inputs: np.ndarray, **options: int
) -> list[list[str]]:
    outputs, statuses = compiler.run_many(programs, inputs, timeout_s=PATIENCE_S, **options)
    assert not outputs[statuses != Status.OK].any()
    return [
        [result_of(*run) for run in zip(*rows, strict=True)] for rows in zip(outputs, statuses, strict=True)
    ]


def test_every_line_with_sanitizers() -> None:
    programs, inputs_PKL, wanted = lines()
    got = results(found(sanitize=True, harness=LISTS), programs, inputs_PKL)
    differs = [
        (format_program(program), line, want)
        for program, (line,), want in zip(programs, got, wanted, strict=True)
        if line != want
    ]
    assert differs == []


@pytest.mark.parametrize("name", ["gcc", "tcc"])
def test_every_line_as_it_stands(name: str) -> None:
    """What ends well comes out the same; of what does not, bad indices and divisions by zero are seen."""
    compiler = found(harness=LISTS) if name == "gcc" else Compiler("/usr/bin/tcc", "tcc", harness=LISTS)
    if not Path(compiler.path).exists():
        pytest.skip(f"{name} is not installed")
    programs, inputs_PKL, wanted = lines()
    got = results(compiler, programs, inputs_PKL)
    failing = [status.name for status in Status if status != Status.OK]
    compared = [
        (program, line, want)
        for program, (line,), want in zip(programs, got, wanted, strict=True)
        if want not in failing
    ]
    assert [one for one in compared if one[1] != one[2]] == []
    assert len(compared) > 150


PLAIN = [
    ("int f(const int a[], int n) { return a[n]; }", "OUT_OF_RANGE"),
    ("int f(const int a[], int n) { return a[-1]; }", "OUT_OF_RANGE"),
    ("int f(const int a[], int n) { return a[2147483000] + 1; }", "OUT_OF_RANGE"),
    ("int f(const int a[], int n) { return a[-2147483000]; }", "OUT_OF_RANGE"),
    ("int f(const int a[], int n, const int b[], int m) { return b[0]; }", "OUT_OF_RANGE"),
    ("int f(const int a[], int n, const int b[], int m) { return b[-1]; }", "OUT_OF_RANGE"),
    ("int f(const int a[], int n, int out[]) { out[64] = 1; return 0; }", "OUT_OF_RANGE"),
    ("int f(const int a[], int n, int out[]) { out[-1] = 1; return 0; }", "OUT_OF_RANGE"),
    ("int f(const int a[], int n, int out[]) { return 65; }", "OUT_OF_RANGE"),
    ("int f(const int a[], int n, int out[]) { return -1; }", "OUT_OF_RANGE"),
    ("void f(int a[], int n) { a[n] = 1; }", "OUT_OF_RANGE"),
    ("void f(int a[], int n) { a[-1] = 1; }", "OUT_OF_RANGE"),
    ("int f(const int a[], int n) { return n / (n - 3); }", "DIVISION"),
    ("int f(const int a[], int n) { return n % (n - 3); }", "DIVISION"),
    ("int f(const int a[], int n) { for (;;) { } }", "OUT_OF_FUEL"),
    # Cells that were never set are not those of the other run.
    ("int f(const int a[], int n, int out[]) { out[0] = 1; return 2; }", "UNSET"),
]


def test_statuses_of_programs_as_they_stand() -> None:
    programs = [parse(text) for text, _ in PLAIN]
    inputs_KL = np.array([input_of([[4, 5, 6], []])])
    got = results(found(harness=LISTS), programs, inputs_KL)
    assert [(text, line) for (text, _), (line,) in zip(PLAIN, got, strict=True)] == PLAIN


STEPS = [
    ("int i = 0; for (; i < 50; i++) { } return i;", 50),
    ("int i = 0; while (1) { i++; if (i > 49) { break; } } return i;", 49),
    ("int s = 0; for (int i = 0; i < 5; i++) { int j = 0; while (j < i) { j++; s++; } } return s;", 15),
    ("for (int i = 0; i < 5; i++) { if (i == 2) { continue; } if (i == 4) { return i; } } return 9;", 4),
    ("for (;;) { k++; if (k > 20) { return k; } }", 17),
    ("return k;", 0),
]


@pytest.mark.parametrize("more", [0, -1])
def test_steps_are_those_of_the_machine(more: int) -> None:
    compiler = found(sanitize=True, harness=LISTS)
    inputs_KL = np.array([input_of([], [3])])
    for body, needed in STEPS:
        if needed + more < 0:
            continue
        text = f"int f(int k) {{ {body} }}"
        outputs, statuses = run_batch(tokens_of(text)[None], inputs_KL, fuel=needed + more)
        assert (statuses[0, 0] == Status.OK) == (more == 0), text
        got, said = compiler.run_many([parse(text)], inputs_KL, timeout_s=PATIENCE_S, max_steps=needed + more)
        assert said.tolist() == statuses.tolist(), text
        assert np.array_equal(got, outputs), text


def test_the_usual_limit_is_that_of_the_machine() -> None:
    text = "int f(int k) {{ int i; for (i = 0; i < {}; i++) {{ k = -k; }} return i; }}"
    programs = [parse(text.format(20_000)), parse(text.format(20_001)), parse(ENDLESS)]
    got = results(found(sanitize=True, harness=LISTS), programs, np.array([input_of([], [3])]))
    assert got == [["20000"], ["OUT_OF_FUEL"], ["OUT_OF_FUEL"]]
    # By the clock alone there is more time than so many steps need.
    plain = results(found(harness=LISTS), programs[::2], np.array([input_of([], [3])]))
    assert plain == [["20000"], ["OUT_OF_FUEL"]]


MANY = (
    "int f(int k, const int a[], int n, const int b[], int n_b, int k_1, const int c[], int n_c, "
    "const int d[], int n_d, int k_2, int k_3) { "
    "int x = a[n - 1] + 10 * b[n_b - 1] + 100 * c[n_c - 1] + 1000 * d[n_d - 1]; "
    "return x + k * 3 + k_1 * 5 + k_2 * 7 + k_3; }"
)


@pytest.mark.parametrize("sanitize", [False, True])
def test_parameters_stand_for_the_lists_and_numbers_of_an_input(sanitize: bool) -> None:
    programs = [
        parse(MANY),
        parse("int f(int size, const int xs[], int size_2) { return size + xs[0] + size_2; }"),
        parse("int f(void) { return 5; }"),
        parse("void g(int a[], int n, const int b[], int m) { a[0] = b[0] + m; }"),
        parse("int h(const int a[], int n, int out[]) { out[0] = n; return 1; }"),
    ]
    lists = [[9, 1], [2], [9, 9, 3], [4]]
    got = results(
        found(sanitize=sanitize, harness=LISTS), programs, np.array([input_of(lists, [10, 20, 30, 40])])
    )
    assert got == [[str(4321 + 30 + 100 + 210 + 40)], [str(10 + 9 + 2)], ["5"], ["[3, 1]"], ["[2]"]]


@pytest.mark.parametrize("sanitize", [False, True])
def test_inputs_without_lists(sanitize: bool) -> None:
    programs = [
        parse("int f(int k, int k_1) { return k - k_1; }"),
        parse("int f(const int a[], int n) { return a[0]; }"),
        parse("void f(int a[], int n) { }"),
    ]
    got = results(found(sanitize=sanitize, harness=LISTS), programs, np.array([input_of([], [10, 4])]))
    assert got == [["6"], ["OUT_OF_RANGE"], ["INVALID"]]


@pytest.mark.parametrize("sanitize", [False, True])
def test_every_program_may_have_its_own_inputs(sanitize: bool) -> None:
    total = parse(
        "int f(const int a[], int n) { int s = 0; for (int i = 0; i < n; i++) { s += a[i]; } return s; }"
    )
    inputs_PKL = np.array([[input_of([[1, 2]]), input_of([[]])], [input_of([[*range(64)]]), input_of([[7]])]])
    got = results(found(sanitize=sanitize, harness=LISTS), [total, total], inputs_PKL)
    assert got == [["3", "0"], ["2016", "7"]]


@pytest.mark.parametrize("sanitize", [False, True])
def test_a_program_that_ends_badly_does_not_spoil_the_next(sanitize: bool) -> None:
    fine = "void f(int a[], int n) { a[0]++; }"
    bad = [
        "void f(int a[], int n) { for (int i = n; i > -9; i--) { a[i - 1] = 7; } }",
        "int f(const int a[], int n) { int t[64]; for (int i = 63; i > -2000; i--) { t[i] = 7; } return 1; }",
        ENDLESS,
        "int f(const int a[], int n) { return 1 / (n - n); }",
    ]
    texts = [text for one in bad for text in (one, fine)]
    inputs_KL = np.array([input_of([[1, 2]]), input_of([[5]])])
    got = results(found(sanitize=sanitize, harness=LISTS), [parse(text) for text in texts], inputs_KL)
    assert got[1::2] == [["[2, 2]", "[6]"]] * len(bad)
    if sanitize:
        assert [row[0] for row in got[0::2]] == ["OUT_OF_RANGE", "OUT_OF_RANGE", "OUT_OF_FUEL", "DIVISION"]


@pytest.mark.parametrize(
    "name", ["printf", "page", "lists", "run", "programs", "NULL", "errno", "NUMBER", "OUT"]
)
def test_names_that_the_driver_or_a_header_uses(name: str) -> None:
    text = (
        f"int {name}(const int list[], int size, int out[]) {{ int {name} = 2; out[0] = {name}; return 1; }}"
    )
    assert results(found(harness=LISTS), [parse(text)], np.array([input_of([[1]])])) == [["[2]"]]


def test_a_program_that_is_none() -> None:
    parameters = (Parameter("k", Kind.NUMBER),)
    wrong = Program(Result.NUMBER, parameters, (Return(Name("nowhere")),))
    with pytest.raises(CheckerError, match=r"failed with exit status 1 \(programs.c:\d.*nowhere"):
        found(harness=LISTS).run_many([wrong], np.array([input_of([], [1])]), timeout_s=PATIENCE_S)


def test_arrays_that_do_not_fit() -> None:
    compiler = Compiler("/does/not/exist", "none", harness=LISTS)
    program = parse("int f(void) { return 5; }")
    with pytest.raises(ValueError, match="1 programs do not fit"):
        compiler.run_many([program], np.zeros((2, 3, 8), dtype=np.int32))
    with pytest.raises(ValueError, match="no input has 9 numbers"):
        compiler.run_many([program], np.zeros((3, 9), dtype=np.int32))
    assert compiler.run_many([], np.zeros((3, input_width(2)), dtype=np.int32))[0].shape == (
        0,
        3,
        OUTPUT_WIDTH,
    )
