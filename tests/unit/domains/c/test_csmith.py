"""Running Csmith: the real one if it is installed, and fake ones for everything that can go wrong."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lasynth.domains.c import csmith
from lasynth.domains.c.csmith import csmith_programs, csmith_source, csmith_version, find_csmith
from lasynth.domains.c.csmith_import import Reason
from lasynth.domains.c.language import LANGUAGE
from lasynth.domains.c.tasks import Verdict, draw_examples
from lasynth.errors import InputError

needs_csmith = pytest.mark.skipif(shutil.which("csmith") is None, reason="csmith is not installed")
SAVED = Path(__file__).resolve().parents[3] / "data" / "csmith"


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Replaces Csmith by a shell script."""

    def put(script: str) -> None:
        file = tmp_path / "csmith"
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        csmith_version.cache_clear()

    yield put
    csmith_version.cache_clear()


def test_without_csmith_one_message_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match=r"^csmith is not installed. Install it .*apt install csmith"):
        find_csmith()
    with pytest.raises(InputError, match="csmith is not installed"):
        csmith_programs(0, 0, 1)


def test_a_csmith_that_does_not_work_is_named(stand_in: Callable[[str], None]) -> None:
    stand_in("exit 3")
    with pytest.raises(InputError, match="csmith ended with status 3"):
        csmith_source(0)


def test_a_run_that_takes_too_long_is_killed_with_its_children(
    stand_in: Callable[[str], None], tmp_path: Path
) -> None:
    stand_in(f"sleep 987 & echo $! > {tmp_path}/child; wait")
    started = time.monotonic()
    assert csmith_source(0, timeout_s=1.0) is None
    assert time.monotonic() - started < 20
    child = (tmp_path / "child").read_text().strip()
    for _ in range(100):  # the system takes a moment to end it
        if is_gone(child):
            break
        time.sleep(0.05)
    assert is_gone(child)
    found = csmith_programs(0, 0, 2, timeout_s=0.2)
    assert found.tokens_PT.shape == (0, 256)
    assert len(found.keys_P) == len(found.runs_P) == 0
    assert found.counts == {"runs": 2, Reason.TIMEOUT: 2}


def is_gone(process: str) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", process], capture_output=True, text=True).stdout
    return state.strip() in ("", "Z")


def test_reasons_are_counted(stand_in: Callable[[str], None]) -> None:
    stand_in(
        'echo "int l; void f(void) { } void g(void) { l += 1; } void h(int a[]) { int b[1]; b[0] = l; }"'
    )
    found = csmith_programs(0, 0, 40)
    assert found.counts["runs"] == 40
    assert found.counts["pieces"] == 120
    assert found.counts["empty"] == 40
    # Half of the globals are in the list, so half of the additions are to a cell.
    assert 5 < found.counts["no_cell"] < 35
    assert len(found.tokens_PT) == 120 - 40 - found.counts["no_cell"]


def test_items_do_not_depend_on_one_another(stand_in: Callable[[str], None]) -> None:
    # $2 is the seed.
    stand_in(f"case $(($2 % 2)) in 0) cat {SAVED}/seed_6.c;; *) cat {SAVED}/seed_19.c;; esac")
    whole = csmith_programs(5, 100, 8)
    assert len(np.unique(whole.keys_P)) == len(whole.keys_P)
    assert set(whole.runs_P) <= set(range(100, 108))
    for run in range(100, 108):
        alone = csmith_programs(5, run, 1)
        rows = whole.runs_P == run
        assert (whole.tokens_PT[rows] == alone.tokens_PT).all()
        assert (whole.keys_P[rows] == alone.keys_P).all()
    other = csmith_programs(6, 100, 8)
    assert other.tokens_PT.shape != whole.tokens_PT.shape or (other.tokens_PT != whole.tokens_PT).any()


@needs_csmith
def test_the_options_are_those_of_the_installed_csmith() -> None:
    text = csmith_source(1)
    assert text is not None
    assert "func_1" in text
    program = text.partition("\n")[2]  # the first line names the options
    assert not any(word in program for word in ("struct", "union", "safe_", "goto"))
    assert csmith_version()[0].isdigit()


@needs_csmith
def test_programs_of_the_real_csmith() -> None:
    found = csmith_programs(2, 0, 12)
    assert found.counts["runs"] == 12
    assert len(found.tokens_PT) > 12
    lost = sum(found.counts.get(reason, 0) for reason in Reason)
    assert found.counts["pieces"] == len(found.tokens_PT) + lost
    again = csmith_programs(2, 0, 12)
    assert (again.tokens_PT == found.tokens_PT).all()
    for row in found.tokens_PT:
        program = LANGUAGE.text.from_tokens(row)
        assert (LANGUAGE.text.to_tokens(program) == row[: (row != 0).sum() + 1]).all()
    tasks = draw_examples(found.tokens_PT, found.keys_P, num_cells=5)
    assert (tasks.verdicts_P == Verdict.ACCEPTED).mean() > 0.3
    assert not (tasks.verdicts_P == Verdict.INVALID).any()


@needs_csmith
def test_the_folder_one_works_in_stays_clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert csmith.csmith_source(3)
    assert list(tmp_path.iterdir()) == []
