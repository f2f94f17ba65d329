"""Real processes: every end of a command is an exit status and at most one message, never a traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

PROGRAM = "int * func_1(int a[])\n{\n    a[0]++;\n    return a;\n}\n"
TASK = {"id": "é", "examples": [{"input": [1], "output": [2]}]}
LIMIT_S = 120  # of a process: what takes longer hangs


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "p.c").write_text(PROGRAM)
    (tmp_path / "t.json").write_text(json.dumps(TASK))
    return tmp_path


def shell(folder: Path, line: str, *, script: str = "", **variables: str) -> tuple[int, str, str]:
    """Run a line of bash in which `lasynth` is the command: its status, output and messages."""
    start = f"import sys; {script}\nfrom lasynth.cli import main; main()"
    (folder / "start.py").write_text(start)
    environment = os.environ | {"XDG_STATE_HOME": str(folder / "state")} | variables
    text = f'lasynth() {{ "{sys.executable}" start.py "$@"; }}\n{line}'
    done = subprocess.run(
        ["bash", "-c", text],
        cwd=folder,
        env=environment,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=LIMIT_S,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


@pytest.mark.parametrize(
    ("line", "status", "output", "message"),
    [
        ("lasynth run p.c -i 1 >&-", 2, "", "standard output: is closed"),
        ("lasynth run p.c -i 1 --json >&-", 2, "", "standard output: is closed"),
        ("lasynth --version >&-", 2, "", "standard output: is closed"),
        ("lasynth run --help >&-", 2, "", "standard output: is closed"),
        ("lasynth run p.c -i 1 > /dev/full", 2, "", "standard output: cannot be written to: no space left"),
        ("lasynth --help > /dev/full", 2, "", "standard output: cannot be written to: no space left"),
        ("lasynth run p.c -i 1 2>&-", 0, "[2]\n", ""),
        ("lasynth run nothing -i 1 2>&-", 2, "", ""),
        ("lasynth run nothing -i 1 2> /dev/full", 2, "", ""),
        ("lasynth run nothing -i 1 >&- 2>&- <&-", 2, "", ""),
        ("lasynth bogus 2> /dev/full", 2, "", ""),
        ("lasynth run - -i 1 <&-", 2, "", "standard input: is closed"),
        ("lasynth solve - --engine floor <&-", 2, "", "standard input: is closed"),
        (r"printf '\xff' | lasynth run - -i 1", 2, "", "standard input: not a text file in UTF-8"),
        (r"(printf '\xef\xbb\xbf'; cat p.c) | lasynth run - -i 1", 0, "[2]\n", ""),
        (r"(printf '\xef\xbb\xbf'; cat t.json) | lasynth solve - --engine x", 2, "", "no engine is called"),
        # What reads is gone before anything is written, so that this is no matter of luck.
        ("(sleep 1; lasynth run p.c -i 1; echo $? >&2) | true", 0, "", "141"),
        ("(sleep 1; lasynth --help; echo $? >&2) | true", 0, "", "141"),
        ("(sleep 1; lasynth nothing; echo $? >&2) 2>&1 | true", 0, "", ""),
    ],
)  # fmt: skip
def test_streams_may_be_closed_or_full(
    folder: Path, line: str, status: int, output: str, message: str
) -> None:
    found = shell(folder, line)
    assert found[:2] == (status, output), found
    assert message in found[2]
    assert len(found[2].splitlines()) == bool(message), found[2]


ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii", "PYTHONCOERCECLOCALE": "0"}


def test_an_encoding_that_lacks_a_character_gets_an_escape(folder: Path) -> None:
    status, _, messages = shell(folder, r"lasynth run $'n\xc3\xa9' -i 1", **ASCII)
    assert status == 2
    assert messages.startswith(r"lasynth: n\udcc3\udca9: no such file"), messages
    lines = [json.dumps(TASK | {"id": name}) for name in ("é", "\x1b[31m")]
    (folder / "t.jsonl").write_text("\n".join(lines))
    status, output, _ = shell(folder, "lasynth solve t.jsonl --engine floor", **ASCII)
    assert status == 0
    assert "== \\xe9\n" in output
    assert "== \\x1b[31m\n" in output
    status, output, _ = shell(folder, "lasynth solve t.json --engine floor --json", **ASCII)
    assert (status, json.loads(output)["outcome"]) == (0, "solved")


def test_half_of_a_surrogate_pair_is_refused(folder: Path) -> None:
    (folder / "t.json").write_text(json.dumps(TASK | {"id": "\ud800"}))
    status, output, messages = shell(folder, "lasynth run p.c --task t.json --json")
    assert (status, output) == (2, "")
    assert messages == "lasynth: t.json: a text holds half of a surrogate pair, which is no character\n"


FAILING = "import lasynth.api; lasynth.api.run = lambda *a, **k: 1 / 0"


def test_an_internal_error_is_one_line_and_the_traceback_is_kept(folder: Path) -> None:
    status, output, messages = shell(folder, "lasynth run p.c -i 1", script=FAILING)
    log = folder / "state" / "lasynth" / "error.log"
    assert (status, output) == (3, "")
    assert messages == (
        "lasynth: internal error: ZeroDivisionError: division by zero. Please report it. "
        f"Run with --debug for the traceback, or see {log}.\n"
    )
    assert "Traceback" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600
    assert log.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("line", ["lasynth --debug run p.c -i 1", "lasynth run p.c -i 1 --debug"])
def test_debug_shows_the_traceback(folder: Path, line: str) -> None:
    status, _, messages = shell(folder, line, script=FAILING)
    assert status == 3
    assert messages.startswith("Traceback")
    assert messages.endswith("ZeroDivisionError: division by zero. Please report it.\n")


def test_without_a_place_for_the_log_there_is_still_one_line(folder: Path) -> None:
    (folder / "state").write_text("a file")
    status, _, messages = shell(folder, "lasynth run p.c -i 1", script=FAILING)
    assert status == 3
    assert messages.endswith("Please report it. Run with --debug for the traceback.\n")


def test_an_open_or_foreign_folder_gets_no_log(folder: Path) -> None:
    (folder / "elsewhere").mkdir()
    (folder / "state").mkdir()
    (folder / "state" / "lasynth").symlink_to(folder / "elsewhere")
    status, _, messages = shell(folder, "lasynth run p.c -i 1", script=FAILING)
    assert (status, list((folder / "elsewhere").iterdir())) == (3, [])
    assert "see" not in messages


@pytest.mark.parametrize(
    ("script", "status", "message"),
    [
        ("sys.modules['typer'] = None", 3, "internal error: ModuleNotFoundError"),
        ("import lasynth.api; lasynth.api.run = lambda *a, **k: bytearray(1 << 62)", 2, "not enough memory"),
        ("import lasynth.api; lasynth.api.run = lambda *a, **k: open('/no/way')", 2, "/no/way: no such file"),
        ("import lasynth.api; lasynth.api.run = lambda *a, **k: sys.exit(7)", 7, ""),
    ],
)
def test_every_error_ends_in_the_one_way(folder: Path, script: str, status: int, message: str) -> None:
    found = shell(folder, "lasynth run p.c -i 1", script=script)
    assert found[0] == status, found
    assert message in found[2]
    assert len(found[2].splitlines()) == bool(message), found[2]


# Signals ------------------------------------------------------------------------------------------


def started(folder: Path, script: str, *arguments: str) -> subprocess.Popen[str]:
    """A process that writes a line when it has come to where it is to be interrupted."""
    (folder / "start.py").write_text(f"{script}\nfrom lasynth.cli import main; main()")
    # A shell's background job has interrupts ignored, and its children would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return subprocess.Popen(
        [sys.executable, "start.py", *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


# A module of this name takes long to load, and makes another error of an interrupt, as libraries do.
SLOW_MODULE = """
import sys, time
print("here", flush=True)
try:
    time.sleep(60)
except BaseException:
    raise ImportError("interrupted while it was loaded")
"""
BUSY = """
import lasynth.api, time
def busy(*a, **k):
    try:
        print("here", flush=True)
        time.sleep(60)
    finally:
        open("cleaned", "w")
        STUBBORN
lasynth.api.run = busy
"""


@pytest.mark.parametrize(
    ("number", "status", "message"),
    [(signal.SIGINT, 130, "lasynth: interrupted\n"), (signal.SIGTERM, 143, "")],
)
@pytest.mark.parametrize("where", ["loading", "working"])
def test_a_signal_ends_a_command(
    folder: Path, number: signal.Signals, status: int, message: str, where: str
) -> None:
    if where == "loading":
        (folder / "slow.py").write_text(SLOW_MODULE)
        script = "import lasynth.api\nlasynth.api.run = lambda *a, **k: __import__('slow')"
    else:
        script = BUSY.replace("STUBBORN", "")
    process = started(folder, script, "run", "p.c", "-i", "1")
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        process.send_signal(number)
        _, messages = process.communicate(timeout=LIMIT_S)
    finally:
        process.kill()
    assert (process.returncode, messages) == (status, message)
    assert (folder / "cleaned").exists() == (where == "working")


def test_a_second_interrupt_ends_what_the_first_one_does_not(folder: Path) -> None:
    script = BUSY.replace("STUBBORN", "print('still', flush=True); time.sleep(60)")
    process = started(folder, script, "run", "p.c", "-i", "1")
    try:
        assert process.stdout is not None
        for line in ("here\n", "still\n"):
            assert process.stdout.readline() == line
            process.send_signal(signal.SIGINT)
        _, messages = process.communicate(timeout=LIMIT_S)
    finally:
        process.kill()
    assert (process.returncode, messages) == (130, "lasynth: interrupted\n")


HANDLED = """
import lasynth.cli
handle = lasynth.cli.handle_signals
lasynth.cli.handle_signals = lambda: (handle(), print("here", flush=True))
"""


def test_an_interrupt_at_any_moment_leaves_no_traceback(folder: Path) -> None:
    """From the first thing that `main` does, through all that is loaded for a program of C."""
    for delay_ms in range(0, 400, 25):
        process = started(folder, HANDLED, "run", "p.c", "-i", "1")
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "here\n"
            time.sleep(delay_ms / 1000)
            process.send_signal(signal.SIGINT)
            output, messages = process.communicate(timeout=LIMIT_S)
        finally:
            process.kill()
        assert "Traceback" not in messages, (delay_ms, messages)
        assert process.returncode in (0, 130, -signal.SIGINT), (delay_ms, messages)
        if process.returncode == 0:
            assert output == "[2]\n"
            break


def test_an_interrupt_that_the_parent_ignores_stays_ignored(folder: Path) -> None:
    script = """
import lasynth.api, os, signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
run = lasynth.api.run
lasynth.api.run = lambda *a, **k: (os.kill(os.getpid(), signal.SIGINT), run(*a, **k))[1]
"""
    process: Any = started(folder, script, "run", "p.c", "-i", "1")
    assert process.communicate(timeout=LIMIT_S) == ("[2]\n", "")
    assert process.returncode == 0
