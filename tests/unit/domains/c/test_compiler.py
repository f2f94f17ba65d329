from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest
from compilers import PATIENCE_S, ends
from compilers import compiler as found

from lasynth.domains.base import Status
from lasynth.domains.c.compiler import Compiler
from lasynth.domains.c.machine import MAX_STEPS
from lasynth.domains.c.parser import parse
from lasynth.domains.c.syntax import Assign, Cell, Increment, Name, Number, Program
from lasynth.errors import CheckerError

LISTS = np.array([[1, 2, 3, 4, 5], [5, 4, 3, 2, 1]], dtype=np.int32)
ENDLESS = "for (int i = 0; i < 2; i++) { i -= 1; }"

# The result of a program: without and with sanitizers.
RUNS = [
    ("a[0] = 1;", Status.OK, Status.OK),
    ("a[4] += a[0];", Status.OK, Status.OK),
    ("a[5] = 1;", Status.OUT_OF_RANGE, Status.OUT_OF_RANGE),
    ("int i = -1; a[i] = 1;", Status.OUT_OF_RANGE, Status.OUT_OF_RANGE),
    ("int i = -1; a[0] = a[i];", Status.OUT_OF_RANGE, Status.OUT_OF_RANGE),
    ("int i = -1; a[i]++;", Status.OUT_OF_RANGE, Status.OUT_OF_RANGE),
    ("int i = 300; a[i] += 1;", Status.OUT_OF_RANGE, Status.OUT_OF_RANGE),
    ("int i = -300; a[i] += 1;", Status.OUT_OF_RANGE, Status.OUT_OF_RANGE),
    ("int i = 2147483000; a[i] -= 1;", Status.OUT_OF_RANGE, Status.OUT_OF_RANGE),
    ("int i = -2147483000; a[i] -= 1;", Status.OUT_OF_RANGE, Status.OUT_OF_RANGE),
    ("if (a[0] < 9 || a[7]) { a[0] = 1; }", Status.OK, Status.OK),
    # Compilers simplify these to something without an error.
    ("a[0] = a[7] - a[7];", None, Status.OUT_OF_RANGE),
    ("int x = 2147483000; a[1] = x + x;", None, Status.OVERFLOW),
    ("int x = 2147483000; a[1] = (x + x) - x;", None, Status.OVERFLOW),
    ("int x = 2147483000; if (x + a[0] < x + 1000 + a[1]) { a[0] = 1; }", None, Status.OVERFLOW),
    ("a[0] = -2147483000 - 2000;", None, Status.OVERFLOW),
    ("int x = -2147483000; x -= 647; a[0] = 0 - x; x--; x--;", None, Status.OVERFLOW),
    ("int x = 2147483000; x += 647; ++x;", None, Status.OVERFLOW),
    # The target is read before the value: a bad index comes before the overflow.
    ("a[7] += 2147483000 + 2000;", Status.OUT_OF_RANGE, Status.OUT_OF_RANGE),
    ("a[7] = 2147483000 + 2000;", Status.OUT_OF_RANGE, Status.OVERFLOW),
    (ENDLESS, Status.OUT_OF_FUEL, Status.OUT_OF_FUEL),
    (f"for (int i = 1; i < {MAX_STEPS}; i++) {{ a[0] = i; }}", Status.OK, Status.OK),
    (f"for (int i = 0; i < {MAX_STEPS}; i++) {{ a[0] = i; }}", Status.OK, Status.OUT_OF_FUEL),
]


@pytest.mark.parametrize("sanitize", [False, True])
def test_statuses(sanitize: bool) -> None:
    compiler = found(sanitize=sanitize)
    outputs, statuses = compiler.run_many(
        [parse(source) for source, _, _ in RUNS], LISTS, timeout_s=PATIENCE_S
    )
    for (source, plain, sanitized), row in zip(RUNS, statuses, strict=True):
        expected = sanitized if sanitize else plain
        if expected is not None:
            assert row.tolist() == [expected] * len(LISTS), source
    assert not outputs[statuses != Status.OK].any()


def test_statuses_of_tcc() -> None:
    # A compiler that `find` may have skipped: it has no sanitizers and reports no version.
    compiler = Compiler("/usr/bin/tcc", "tcc")
    if not Path(compiler.path).exists():
        pytest.skip("tcc is not installed")
    _, statuses = compiler.run_many([parse(source) for source, _, _ in RUNS], LISTS, timeout_s=PATIENCE_S)
    for (source, plain, _), row in zip(RUNS, statuses, strict=True):
        if plain is not None:
            assert row.tolist() == [plain] * len(LISTS), source


def test_outputs() -> None:
    programs = [parse("a[0] = a[1] + 1;"), parse("for (int i = 0; i < 5; i++) { a[i] -= i; }")]
    outputs, statuses = found().run_many(programs, LISTS, timeout_s=PATIENCE_S)
    assert outputs.dtype == np.int32
    assert outputs.tolist() == [
        [[3, 2, 3, 4, 5], [5, 4, 3, 2, 1]],
        [[1, 1, 1, 1, 1], [5, 3, 1, -1, -3]],
    ]
    assert statuses.tolist() == [[0, 0], [0, 0]]


def test_every_program_may_have_its_own_lists() -> None:
    programs = [parse("a[0]++;"), parse("a[0]--;")]
    outputs, _ = found().run_many(programs, np.array([[[1, 0]], [[1, 0]]]), timeout_s=PATIENCE_S)
    assert outputs.tolist() == [[[2, 0]], [[0, 0]]]


@pytest.mark.parametrize("num_cells", [1, 2, 5, 8, 16])
@pytest.mark.parametrize("sanitize", [False, True])
def test_lists_of_any_length(num_cells: int, sanitize: bool) -> None:
    last, after = parse(f"a[{num_cells - 1}] += 1;"), parse(f"a[{num_cells}] += 1;")
    before = parse("int i = -1; a[i] += 1;")
    lists = np.zeros((1, num_cells), dtype=np.int32)
    outputs, statuses = found(sanitize=sanitize).run_many([last, after, before], lists, timeout_s=PATIENCE_S)
    assert statuses.ravel().tolist() == [Status.OK, Status.OUT_OF_RANGE, Status.OUT_OF_RANGE]
    assert outputs[0, 0].tolist() == [0] * (num_cells - 1) + [1]


def test_more_programs_than_one_translation_unit_holds() -> None:
    programs = [parse(f"a[0] = {number};") for number in range(600)]
    outputs, statuses = found().run_many(programs, LISTS[:1], timeout_s=PATIENCE_S)
    assert not statuses.any()
    assert outputs[:, 0, 0].tolist() == list(range(600))


def test_no_programs_and_no_lists() -> None:
    compiler = Compiler("/does/not/exist", "none")
    assert compiler.run_many([], LISTS)[0].shape == (0, 2, 5)
    assert compiler.run_many([parse("a[0]++;")], LISTS[:0])[1].shape == (1, 0)


@pytest.mark.parametrize(
    "name", ["main", "printf", "page", "programs", "run", "lists", "NULL", "size_t", "errno", "_exit", "unix"]
)
def test_names_that_the_driver_or_a_header_uses(name: str) -> None:
    source = f"int * {name}(int list[]) {{ int {name} = 2; list[0] = {name}; return list; }}"
    outputs, statuses = found().run_many([parse(source)], LISTS, timeout_s=PATIENCE_S)
    assert not statuses.any()
    assert outputs[0, :, 0].tolist() == [2, 2]


def test_a_program_that_ends_badly_does_not_spoil_the_next() -> None:
    sources = ["int i = -1; a[i] = 9;", "a[0]++;", ENDLESS, "a[0]++;", "a[9]++;", "a[0]++;"]
    for sanitize in (False, True):
        compiler = found(sanitize=sanitize)
        outputs, statuses = compiler.run_many(list(map(parse, sources)), LISTS, timeout_s=PATIENCE_S)
        assert statuses[1::2].ravel().tolist() == [Status.OK] * 6
        assert outputs[1::2, :, 0].tolist() == [[2, 6]] * 3


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own for temporary files."""
    made = tmp_path / "temporary"
    made.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(made))
    return made


def test_endless_programs_are_killed_when_the_time_is_over(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lasynth.domains.c.compiler._RUN_LIMIT_S", 1000)
    programs = [parse("a[0]++;"), parse(ENDLESS)]
    with pytest.raises(CheckerError, match="took longer than 3 s") as caught:
        found().run_many(programs, LISTS, timeout_s=3.0)
    assert caught.value.lasting
    assert list(temporary.iterdir()) == []
    assert ends(temporary)


def test_a_program_that_is_none_is_reported_with_the_words_of_the_compiler(temporary: Path) -> None:
    wrong = Program((), (Assign(Cell(Number(0)), "=", Name("nowhere")),))
    with pytest.raises(CheckerError, match=r"failed with exit status 1 \(programs.c:\d.*nowhere") as caught:
        found().run_many([wrong], LISTS, timeout_s=PATIENCE_S)
    assert not caught.value.lasting
    assert "In function" in caught.value.__notes__[0]  # all of it
    assert list(temporary.iterdir()) == []


def test_shapes_that_do_not_fit() -> None:
    program = Program((), (Increment(Cell(Number(0)), "++"),))
    with pytest.raises(ValueError, match="1 programs do not fit"):
        Compiler("/does/not/exist", "none").run_many([program], np.zeros((2, 3, 5), dtype=np.int32))
