from __future__ import annotations

import gc
import importlib.util
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from needs import needs_cvc5

from lasynth import domains
from lasynth.domains.c._sygus_terms import Add, Cell, Choose, Constant, Subtract, Term, read_term
from lasynth.domains.c.sygus import SygusProgram, SygusSolver, SygusStop
from lasynth.errors import InputError

Map = Callable[[list[int]], list[int]]
Pair = tuple[np.ndarray, np.ndarray]  # inputs and outputs


def pair_of(function: Map, num_examples: int = 5, num_cells: int = 5, seed: int = 0) -> Pair:
    inputs = np.random.default_rng(seed).integers(-4, 5, (num_examples, num_cells))
    return inputs, np.array([function(x) for x in inputs.tolist()])


def random_pair(num_cells: int = 3) -> Pair:
    """Outputs that no small term explains."""
    pairs = np.random.default_rng(3).integers(-1000, 1000, (12, 2, num_cells))
    return pairs[:, 0], pairs[:, 1]


def children() -> set[int]:
    """The child processes of this process that still exist, zombies included."""
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue  # it has ended meanwhile
            if parent == os.getpid():
                found.add(int(folder.name))
    return found


@pytest.fixture(scope="module")
def solver() -> Iterator[SygusSolver]:
    # Limits are of CPU time where possible, because other processes may run at the same time. They are wide,
    # because CPU time also rises when two processes share a core. Other tests check the limits themselves.
    cpu_time = sys.platform.startswith("linux")
    with SygusSolver(time_limit=60, cell_limit=20, cpu_time=cpu_time) as solver:
        yield solver


@needs_cvc5
@pytest.mark.parametrize(
    ("function", "num_examples", "num_cells"),
    [
        (lambda x: [max(x[0], x[1]), *x[1:]], 12, 5),
        (lambda x: [x[0], x[1], x[2], x[3], min(x[3], x[4])], 12, 5),
        (lambda x: [x[1], x[0], x[2] + x[3], x[3] - 2, 1 - x[4]], 5, 5),
        (lambda x: [x[0] + x[1] - x[2] + 1, 3, x[2], x[2] + x[2], x[4] + 4], 8, 5),
        (lambda x: [min(max(x[0], -1), 1), *x[1:]], 20, 2),
        (lambda x: [abs(x[0]), *x[1:]], 12, 5),
        (lambda x: [x[0], x[2] if x[0] == x[1] else x[1], *x[2:]], 60, 3),
    ],
    ids=["max", "min", "affine", "sums", "clamp", "absolute", "equal"],
)
def test_a_known_map_is_found_and_generalises(
    solver: SygusSolver, function: Map, num_examples: int, num_cells: int
) -> None:
    program = solver.search(*pair_of(function, num_examples, num_cells)).program
    assert program is not None
    others = np.random.default_rng(1).integers(-9, 9, (200, num_cells))
    wanted = np.array([function(x) for x in others.tolist()])
    assert program.solves(others, wanted), program
    assert not program.solves(others, wanted + 1)
    agree(program, num_cells)


@needs_cvc5
def test_the_cell_itself_and_the_smaller_term_come_first(solver: SygusSolver) -> None:
    # in_1 and in_0 + 1 are equal on the examples, and so are the cells of a list of equal values.
    column = np.arange(4)[:, None]
    found = solver.search(column + [0, 1], column + [1, 1])
    assert found.program == SygusProgram((Cell(1), Cell(1)))
    found = solver.search(column + [0, 0, 0], column + [0, 0, 0])
    assert found.program == SygusProgram((Cell(0), Cell(1), Cell(2)))


@needs_cvc5
def test_what_fits_is_right_on_the_shown_examples(solver: SygusSolver) -> None:
    inputs, outputs = pair_of(sorted, 4, num_cells=2)
    program = solver.search(inputs, outputs).program
    assert program is not None
    assert program.solves(inputs, outputs)
    tokens = solver.fit(inputs, outputs)
    assert tokens is not None
    c = domains.get("c")
    assert c.text.of_tokens(tokens) == c.text.format(c.text.parse(program.to_c() or ""))


@needs_cvc5
def test_the_time_limit_holds_and_leaves_no_process() -> None:
    before = children()
    solver = SygusSolver(time_limit=0.5, cell_limit=0.5)
    start_s = time.perf_counter()
    result = solver.search(*random_pair())
    seconds = time.perf_counter() - start_s
    assert result.program is None
    assert result.stopped in {SygusStop.TIME_LIMIT, SygusStop.CELL_LIMIT}
    assert 0.3 < seconds < 1.5
    assert children() <= before
    # The next task gets a fresh process.
    assert solver.fit(*pair_of(lambda x: [x[0] + 1], 5, 1)) is not None
    assert len(children() - before) == 1
    solver.close()
    assert children() <= before


@needs_cvc5
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the clock of another process is Linux's")
def test_limits_of_cpu_time_hold_whatever_else_runs() -> None:
    before = children()
    with SygusSolver(time_limit=0.5, cell_limit=0.5, cpu_time=True) as solver:
        start_s = time.perf_counter()
        result = solver.search(*random_pair())
        assert children() <= before
        assert result.stopped in {SygusStop.TIME_LIMIT, SygusStop.CELL_LIMIT}
        assert 0.3 < result.seconds < 0.8
        assert time.perf_counter() - start_s >= 0.9 * result.seconds
        quick = solver.search(*pair_of(lambda x: [x[0] + 1], 5, 1))
        assert quick.program is not None
        assert 0 < quick.seconds < 0.5


@needs_cvc5
def test_the_limit_of_a_cell_ends_a_task_sooner() -> None:
    with SygusSolver(time_limit=20, cell_limit=0.4) as solver:
        result = solver.search(*random_pair(num_cells=2))
    assert result.stopped is SygusStop.CELL_LIMIT
    assert result.seconds < 5


@needs_cvc5
def test_a_solver_that_is_gone_leaves_no_process() -> None:
    before = children()
    solver = SygusSolver()
    assert solver.fit(*pair_of(lambda x: [x[0] + 1], 5, 1)) is not None
    assert children() - before
    del solver
    gc.collect()
    assert children() <= before


@needs_cvc5
def test_one_process_serves_many_tasks() -> None:
    before = children()
    with SygusSolver() as solver:
        processes = set()
        for number in range(3):
            assert solver.fit(*pair_of(lambda x, n=number: [x[0] + n + 1, x[1] - x[0]], 5, 2)) is not None
            processes |= children() - before
    assert len(processes) == 1


@needs_cvc5
def test_the_limit_of_memory_holds() -> None:
    # Python and cvc5 alone take more than this.
    with SygusSolver(time_limit=10, max_memory=16) as solver:
        result = solver.search(*pair_of(lambda x: [x[0] + 1], 5, 1))
    assert result.stopped is SygusStop.WORKER_ENDED
    assert result.seconds < 5


@needs_cvc5
def test_a_contradiction_is_said() -> None:
    inputs, outputs = np.array([[1, 2], [1, 2]]), np.array([[0, 0], [0, 1]])
    with SygusSolver() as solver:
        assert solver.search(inputs, outputs).stopped is SygusStop.CONTRADICTION


@needs_cvc5
def test_large_numbers_are_exact(solver: SygusSolver) -> None:
    big = 2**31 - 1
    inputs = np.array([[big, -big], [-big, 5], [7, 8]])
    outputs = np.array([[-1, big], [5 - big - 1, -big], [14, 7]])
    program = solver.search(inputs, outputs).program
    assert program is not None
    assert program.solves(np.array([[100, 1]]), np.array([[100, 100]]))


@needs_cvc5
@pytest.mark.parametrize("name", ["time_limit", "cell_limit", "max_memory"])
def test_a_limit_is_positive(name: str) -> None:
    with pytest.raises(InputError, match=rf"SygusSolver: {name} is 0. Give a number above 0"):
        SygusSolver(**{name: 0})


def test_without_cvc5_there_is_one_clear_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError) as error:
        SygusSolver()
    assert str(error.value) == "SygusSolver: cvc5 is not installed. Run pip install 'lasynth[sygus]'."


def agree(program: SygusProgram, num_cells: int) -> None:
    """The C program is in the subset, and its outputs in the machine are those of `predict`."""
    text = program.to_c()
    assert text is not None
    domain = domains.get("c")
    tokens = domain.text.to_tokens(domain.text.parse(text))
    inputs = np.random.default_rng(7).integers(-6, 7, (40, num_cells)).astype(np.int32)
    outputs, statuses = domain.machine.run_batch(tokens[None], inputs)
    assert not statuses.any(), text
    assert np.array_equal(outputs[0], program.predict(inputs)), text


def terms(num_cells: int) -> st.SearchStrategy[Term]:
    atoms = st.builds(Cell, st.integers(0, num_cells - 1)) | st.builds(Constant, st.integers(-4, 4))
    return st.recursive(
        atoms,
        lambda parts: (
            st.builds(Add, parts, parts)
            | st.builds(Subtract, parts, parts)
            | st.builds(Choose, parts, parts, parts, parts, st.booleans())
        ),
        max_leaves=8,
    )


programs = st.integers(1, 5).flatmap(lambda n: st.lists(terms(n), min_size=n, max_size=n))


@given(programs)
def test_the_program_in_c_computes_the_terms(cells: list[Term]) -> None:
    agree(SygusProgram(tuple(cells)), len(cells))


def test_the_program_in_c_is_short() -> None:
    larger = Choose(Cell(0), Cell(1), Cell(1), Cell(0))
    swapped = SygusProgram((larger, Cell(0), Add(Cell(2), Subtract(Cell(1), Constant(1)))))
    assert swapped.to_c() == (
        "int * func_1(int a[]) {\n"
        "    int l_0 = 0;\n"
        "    l_0 = a[0];\n"
        "    a[2] += a[1] - 1;\n"
        "    if (a[0] <= a[1]) {\n"
        "        a[0] = a[1];\n"
        "    }\n"
        "    a[1] = l_0;\n"
        "    return a;\n"
        "}\n"
    )
    assert SygusProgram((larger, Cell(1))).to_c() == (
        "int * func_1(int a[]) {\n    if (a[0] <= a[1]) {\n        a[0] = a[1];\n    }\n    return a;\n}\n"
    )


def test_what_the_subset_cannot_say_has_no_text() -> None:
    assert SygusProgram((Constant(2**31),)).to_c() is None
    swaps = [Cell((cell + 1) % 2 + cell // 2 * 2) for cell in range(16)]
    assert SygusProgram(tuple(swaps)).to_c() is not None  # eight swaps, a variable each
    everything: Term = Cell(0)
    for cell in range(1, 16):
        everything = Add(everything, Cell(cell))
    assert SygusProgram((everything,) * 16).to_c() is None
    branch: Term = Cell(0)
    for _ in range(7):
        branch = Choose(Cell(1), branch, Add(branch, Cell(1)), Subtract(branch, Cell(1)))
    assert SygusProgram((branch, Cell(1))).to_c() is None


def test_answers_of_the_worker_are_read() -> None:
    obj = ["choose", ["cell", 0], -1, ["add", 1, ["cell", 1], 2], ["subtract", ["cell", 0], 3]]
    wanted = Choose(
        Cell(0),
        Constant(-1),
        Add(Add(Constant(1), Cell(1)), Constant(2)),
        Subtract(Cell(0), Constant(3)),
    )
    assert read_term(obj) == wanted
    equal = Choose(Cell(0), Constant(2), Constant(1), Cell(0), equal=True)
    assert read_term(["choose_equal", ["cell", 0], 2, 1, ["cell", 0]]) == equal
