"""Compilers that fail, hang, lie or flood, and temporary directories that cannot be used."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from compilers import compiler, ends

import lasynth
from lasynth.cli.answer import show
from lasynth.domains.c import compiler as compilers
from lasynth.domains.c.compiler import Compiler
from lasynth.domains.c.parser import parse
from lasynth.errors import CheckerError
from lasynth.outcome import Outcome, Verdict
from lasynth.search import answers

EXAMPLES = [([3, 1, 2], [2, 1, 3]), ([0, 4, 1], [1, 4, 0]), ([5, 4, 9], [9, 4, 5])]
# A compiler that writes this as its program.
MADE = "printf '%s\\n' '#!/bin/sh' 'PATH=/usr/bin:/bin' '{}' > programs; chmod 755 programs; exit 0"

# What a compiler does, and what is said of it.
FAULTS = {
    "fails": (
        "echo 'gcc: fatal error: no input' >&2; exit 4",
        r"failed with exit status 4 \(gcc: fatal error",
    ),
    "fails in silence": ("exit 1", r"failed with exit status 1 \(it says nothing\)"),
    "crashes": ("kill -SEGV $$", r"was ended by signal 11 \("),
    "says very much": (
        "i=0; while [ $i -lt 2000 ]; do printf 'error error '; i=$((i+1)); done >&2; exit 1",
        r"failed with exit status 1 \(error.{180,220}\.\.\.\)$",
    ),
    "says what no terminal should see": (
        r"printf '\033[31mred\007\377 error' >&2; exit 1",
        r"failed with exit status 1 \(\[31mred. error\)$",
    ),
    "floods its messages": ("yes error >&2", r"(was ended by signal 25|failed with).*\("),
    "floods the disk": ("yes > programs", "was ended by signal 25"),
    "hangs": ("sleep 1000", r"took longer than \S+ s$"),
    "hangs with children": ("sleep 1000 & sleep 1000 & wait", r"took longer than \S+ s$"),
    "leaves children": ("sleep 1000 & exit 1", "failed with exit status 1"),
    "writes nothing": ("exit 0", "wrote no program$"),
    "writes a folder": ("mkdir programs", "wrote no program$"),
    "writes what is not executable": ("echo > programs", "wrote no program$"),
    "writes garbage": (
        "head -c 9999 /dev/urandom > programs; chmod 755 programs",
        "the program that gcc made (failed|was ended|left)",
    ),
    "its program says nothing": (MADE.format("exit 0"), "the program that gcc made left no results$"),
    "its program fails": (MADE.format("exit 9"), "the program that gcc made failed with exit status 9"),
    "its program hangs": (MADE.format("sleep 1000"), r"took longer than \S+ s$"),
    "its program floods": (MADE.format("yes > results"), "was ended by signal 25"),
    "its program says too much": (MADE.format("seq 99999 > results"), "made left no results$"),
    "its program says too little": (MADE.format("echo > results"), "made left no results$"),
    "its results are a link": (MADE.format("ln -sf /dev/zero results"), "made left no results$"),
    "its results are gone": (MADE.format("rm results; chmod 0 ."), "made left no results$"),
}
# These are results: of the size of those of the first try, of the programs that are right.
LIES = {
    "gives nonsense of the right size": (
        "sed -i 's/file = open(argv\\[2\\]/memset(statuses, 200, sizeof statuses); &/' programs.c",
        "gives wrong results$",
    ),
    "gives other results": ("sed -i 's/return a;/a[0] = 7; return a;/' programs.c", "gives wrong results$"),
}


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = tmp_path / "temporary"
    made.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(made))
    return made


@pytest.fixture
def gcc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, temporary: Path) -> Callable[..., Path]:
    """Write a `gcc`, the only one on the PATH; it makes a line in the file returned each time it runs."""
    real = compiler().path
    folder, log = tmp_path / "bin", tmp_path / "log"
    folder.mkdir()
    monkeypatch.setattr(compilers, "_FIND_LIMIT_S", 120.0)
    monkeypatch.setattr(answers, "_CHECK_LIMIT_S", 60.0)
    monkeypatch.setattr(answers, "_FOUND", {})
    monkeypatch.setattr(compilers, "_WORKING", set())
    monkeypatch.setenv("PATH", str(folder))

    def write(script: str, *, good_runs: int = 0) -> Path:
        """The first runs are as of the real one; `REAL` in the script is the real one."""
        (folder / "gcc").write_text(
            f"#!/bin/sh\nPATH=/usr/bin:/bin\necho run >> {log}\n"
            f'[ $(wc -l < {log}) -le {good_runs} ] && exec {real} "$@"\n'
            + script.replace("REAL", f'exec {real} "$@"')
        )
        (folder / "gcc").chmod(0o755)
        log.write_text("")
        return log

    return write


def solved() -> Outcome:
    return lasynth.solve(EXAMPLES, engines=["floor"])


@pytest.mark.parametrize("kind", FAULTS | LIES)
def test_a_compiler_that_does_not_work_is_found_out(kind: str, gcc: Any, temporary: Path) -> None:
    script, reason = (FAULTS | LIES)[kind]
    gcc(f"{script}\nREAL" if kind in LIES else script)
    with pytest.raises(CheckerError, match=reason) as caught:
        Compiler.find(timeout_s=3.0 if "hangs" in kind else 60.0)
    assert caught.value.lasting == ("hangs" in kind)
    assert len(str(caught.value)) < 300
    assert str(caught.value).isprintable()
    assert list(temporary.iterdir()) == []
    assert ends(temporary)


@pytest.mark.parametrize("kind", FAULTS)
def test_an_answer_stands_when_the_compiler_fails_afterwards(
    kind: str, gcc: Any, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script, _ = FAULTS[kind]
    log = gcc(script, good_runs=1)
    if "hangs" in kind:  # others are waited for, the machine may be busy
        monkeypatch.setattr(answers, "_CHECK_LIMIT_S", 1.5)
    for num_runs in (2, 3):
        outcome = solved()
        assert outcome.solved
        best = outcome.candidates[0]
        assert (best.consistent, best.verified_by) == (True, "machine")
        assert best.check is not None
        assert best.check.verdict == Verdict.NOT_CHECKED
        assert "gcc" in (best.check.reason or "")
        # One that hung is not waited for again.
        assert len(log.read_text().splitlines()) == (2 if "hangs" in kind else num_runs)
    assert list(temporary.iterdir()) == []
    assert ends(temporary)


@pytest.mark.parametrize("kind", LIES)
def test_a_compiler_that_gives_other_results_has_the_answer_shown_as_refuted(
    kind: str, gcc: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    gcc(f"{LIES[kind][0]}\nREAL", good_runs=1)
    outcome = solved()
    assert not outcome.solved
    (found,) = outcome.candidates
    assert "a[0] = a[2]" in found.text
    assert (found.consistent, found.verified_by) == (False, None)
    assert found.check is not None
    assert found.check.verdict == Verdict.DIFFERS
    show(lasynth.Task.of(EXAMPLES), outcome, show_all=False)
    said = "found, but gcc gives other results than the built-in machine."
    assert said in capsys.readouterr().out


def test_a_compiler_that_works_again_checks_again(gcc: Any) -> None:
    gcc("exit 1", good_runs=1)
    assert solved().candidates[0].verified_by == "machine"
    gcc("REAL")
    assert solved().candidates[0].verified_by == "gcc"


def test_a_compiler_that_hangs_at_the_first_try_is_tried_once(
    gcc: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compilers, "_FIND_LIMIT_S", 2.0)
    log = gcc("sleep 1000")
    for _ in range(3):
        best = solved().candidates[0]
        assert best.check is not None
        assert best.check.reason == "gcc took longer than 1 s"
    assert log.read_text() == "run\n"


def test_the_next_compiler_is_taken_where_the_first_fails(gcc: Any, tmp_path: Path) -> None:
    gcc("REAL")
    shutil.copy(tmp_path / "bin" / "gcc", tmp_path / "bin" / "cc")
    gcc("exit 1")
    assert Compiler.find().name == "cc"


def test_the_reason_reaches_the_terminal_and_json(
    gcc: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gcc("echo 'gcc: fatal error: the disk is on fire' >&2; exit 1")
    outcome = solved()
    show(lasynth.Task.of(EXAMPLES), outcome, show_all=False)
    reason = "gcc failed with exit status 1 (gcc: fatal error: the disk is on fire)"
    assert f"Checked by the built-in machine only: {reason}.\n" in capsys.readouterr().out
    (program,) = json.loads(json.dumps(outcome.to_json()))["programs"]
    assert (program["consistent"], program["verified_by"]) == (True, "machine")
    assert program["check"] == {"verdict": "not_checked", "reason": reason}


def test_no_compiler_is_said_only_where_there_is_none(
    gcc: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gcc("REAL")
    assert solved().candidates[0].verified_by == "gcc"
    (tmp_path / "bin" / "gcc").unlink()
    with pytest.raises(CheckerError, match=r"^no C compiler was found$"):
        Compiler.find()
    answers._FOUND.clear()
    show(lasynth.Task.of(EXAMPLES), solved(), show_all=False)
    assert "by the built-in machine only: no C compiler was found.\n" in capsys.readouterr().out


# The temporary directory.


def not_checked(made: Compiler) -> str:
    with pytest.raises(CheckerError) as caught:
        made.run_many([parse("a[0]++;")], np.zeros((1, 2), dtype=np.int32))
    assert not caught.value.lasting
    return str(caught.value)


def test_a_temporary_directory_that_is_gone(temporary: Path) -> None:
    made = compiler()
    temporary.rmdir()
    assert not_checked(made).startswith(f"{made.name} cannot be used: No such file or directory ({temporary}")


def test_no_temporary_directory_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    made = compiler()
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", lambda: ["/dev/null/nowhere"])
    assert "cannot be used: No usable temporary directory found" in not_checked(made)


SCRIPT = """
import tempfile
import numpy as np
from lasynth.domains.c.compiler import Compiler
from lasynth.domains.c.parser import parse
from lasynth.errors import CheckerError
tempfile.tempdir = sys.argv[1]
try:
    Compiler(sys.argv[2], "gcc").run_many([parse("a[0]++;")], np.zeros((1, 2), dtype=np.int32))
except CheckerError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ("size=4k", r"gcc cannot be used: No space left on device"),  # the source does not fit
        ("size=32k", r"gcc failed with exit status 1 \(.*No space left on device"),  # what gcc makes does not
        ("size=16m,noexec", r"programs made by gcc may not run in \S+ \(noexec\?\)"),
        ("size=16m,ro", r"gcc cannot be used: Read-only file system"),
        ("size=16m,nr_inodes=5", r"gcc .*No space left on device"),
    ],
)
def test_a_temporary_directory_that_cannot_be_used(options: str, reason: str, tmp_path: Path) -> None:
    if (unshare := shutil.which("unshare")) is None:
        pytest.skip("unshare is not installed, which mounts a file system for one process")
    mount = f'mount -t tmpfs -o {options} tmpfs {tmp_path} || exit 77; exec "$@"'
    inside = [unshare, "--mount", "--map-root-user", "sh", "-c", mount, "sh"]
    command = [*inside, sys.executable, "-c", "import sys" + SCRIPT, str(tmp_path), compiler().path]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode in (1, 77) and "Traceback" not in done.stderr:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    assert re.match(reason, done.stdout), done.stdout
