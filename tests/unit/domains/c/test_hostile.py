"""Hostile C in the place of a program: what runs compiled code can do nothing but compute and report."""

from __future__ import annotations

import os
import platform
import re
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from compilers import PATIENCE_S, compiler, ends

from lasynth.domains.base import Status
from lasynth.domains.c.parser import parse
from lasynth.grammar import IntArray

FILTERED = sys.platform == "linux" and platform.machine() in ("x86_64", "aarch64")
REPORT = 4  # the pipe of a child: its two ends are the first files that the driver opens
LISTS = np.array([[1, 2, 3], [4, 5, 6]], dtype=np.int32)
HEADERS = """\
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>
"""


@dataclass
class Results:
    outputs: IntArray
    statuses: list[list[int]]


def run(
    hostile: str, *, sanitize: bool = False, confined: bool = True, timeout_s: float = PATIENCE_S
) -> Results:
    """Run three programs that add 1 to the first cell; the second is hostile before it does so."""
    made = compiler(sanitize=sanitize)
    programs = [parse("a[0]++;")] * 3
    text = made._unit(programs, len(LISTS), LISTS.shape[1], 1000, timeout_s)
    text, num = re.subn(r"(lasynth_1\(int a\[\]\)\s*\{)", lambda found: f"{found[1]}\n{hostile}\n", text)
    assert num == 1
    if not confined:
        assert "    forbid_system_calls(report);\n" in text
        text = text.replace("    forbid_system_calls(report);\n", "")
    inputs_PKN = np.broadcast_to(LISTS, (3, *LISTS.shape)).copy()
    outputs, statuses = made._run_unit(HEADERS + text, inputs_PKN, time.monotonic() + timeout_s)
    return Results(outputs, statuses.tolist())


def others_are_right(results: Results) -> bool:
    right = (LISTS + np.array([1, 0, 0])).tolist()
    return (results.outputs[[0, 2]].tolist(), results.statuses[::2]) == ([right] * 2, [[0, 0]] * 2)


def needs_the_filter() -> None:
    if not FILTERED:
        pytest.skip(f"no filter of system calls for {sys.platform} on {platform.machine()}")


FORBIDDEN = {
    "remove a file": 'unlink("VICTIM");',
    "remove a file, by its number": 'syscall(SYS_unlinkat, AT_FDCWD, "VICTIM", 0);',
    "truncate a file": 'truncate("VICTIM", 0);',
    "rename a file": 'rename("VICTIM", "VICTIM-moved");',
    "write a file": 'open("VICTIM-new", O_CREAT | O_WRONLY, 0666);',
    "read a file": 'open("VICTIM", O_RDONLY);',
    "end its parent": "kill(getppid(), SIGKILL);",
    "stop everything": "kill(0, SIGSTOP);",
    "end a process that it knows": "kill(PROCESS, SIGKILL);",
    "trace its parent": "ptrace(PTRACE_ATTACH, PROCESS, 0, 0);",
    "fork": "fork();",
    "fork, by its number": "syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);",
    "leave the process group": "setsid();",
    "run a command": 'execl("/bin/sh", "sh", "-c", "rm VICTIM", (char *)0);',
    "open a socket": "socket(AF_INET, SOCK_STREAM, 0);",
    "share memory": "mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);",
    "make code": "mprotect((void *)((unsigned long)a & -4096L), 4096, PROT_READ | PROT_WRITE | PROT_EXEC);",
    "speak": 'write(2, "hello", 5);',
    "close its report": f"close({REPORT});",
    "sleep": "pause();",
    "raise its limits": "syscall(SYS_prlimit64, 0, 7, 0, 0);",
}


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    made = tmp_path / "victim"
    made.write_text("precious")
    return made


@pytest.mark.parametrize("deed", FORBIDDEN)
@pytest.mark.parametrize("sanitize", [False, True])
def test_a_program_that_does_more_than_compute_is_ended(deed: str, sanitize: bool, victim: Path) -> None:
    needs_the_filter()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        code = FORBIDDEN[deed].replace("VICTIM", str(victim)).replace("PROCESS", str(process.pid))
        results = run(code, sanitize=sanitize)
        assert results.statuses[1] == [Status.CRASH] * 2
        assert others_are_right(results)
        assert process.poll() is None
        process.kill()
    assert [path.name for path in victim.parent.iterdir()] == ["victim"]
    assert victim.read_text() == "precious"


def test_without_the_filter_such_a_program_does_harm(victim: Path) -> None:
    # So the test above would see it.
    results = run(f'unlink("{victim}");', confined=False)
    assert not victim.exists()
    assert results.statuses == [[0, 0]] * 3


def test_a_program_can_forge_its_own_results_only() -> None:
    forged = "struct { int status, list[3]; } forged = {0, {77, 77, 77}};"
    results = run(f"{forged} for (int i = 0; i < 9; i++) write({REPORT}, &forged, sizeof forged);")
    assert results.statuses == [[0, 0]] * 3
    assert results.outputs[1].tolist() == [[77] * 3] * 2
    assert others_are_right(results)


@pytest.mark.parametrize(
    ("hostile", "statuses"),
    [
        ("_exit(0);", [Status.CRASH] * 2),
        ("int forged[4] = {99}; " + f"write({REPORT}, forged, 16);", [Status.CRASH] * 2),
        (f"write({REPORT}, a, 3); _exit(0);", [Status.CRASH] * 2),
        ("if (a[0] == 1) raise(SIGKILL);", [Status.CRASH, Status.OK]),
        ("((void (*)(void))16)();", [Status.OUT_OF_RANGE] * 2),
        ("while (1) { }", [Status.OUT_OF_FUEL] * 2),
    ],
)
def test_a_report_that_makes_no_sense(hostile: str, statuses: list[Status]) -> None:
    results = run(hostile)
    assert results.statuses[1] == statuses
    assert others_are_right(results)


def test_a_program_that_stops_its_clock_ends_with_the_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(TimeoutError):
        run("struct itimerval none = {0}; setitimer(ITIMER_VIRTUAL, &none, 0); while (1) { }", timeout_s=3.0)
    assert list(tmp_path.iterdir()) == []
    assert ends(tmp_path)


SCRIPT = """
import sys, tempfile
import numpy as np
from lasynth.domains.c import compiler
from lasynth.domains.c.parser import parse
tempfile.tempdir = sys.argv[1]
compiler._RUN_LIMIT_S = 1000
gcc = compiler.Compiler(sys.argv[2], "gcc")
print("ready", flush=True)
gcc.run_many([parse("for (int i = 0; i < 2; i++) { i -= 1; }")], np.zeros((1, 2), dtype=np.int32))
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("stage", ["compiling", "running"])
def test_nothing_survives_the_process_that_asked(tmp_path: Path, number: signal.Signals, stage: str) -> None:
    path, temporary = compiler().path, tmp_path / "temporary"
    temporary.mkdir()
    if stage == "compiling":
        path = str(tmp_path / "gcc")
        Path(path).write_text("#!/bin/sh\nsleep 1000 & sleep 1000\n")
        Path(path).chmod(0o755)
    command = [sys.executable, "-c", SCRIPT, str(temporary), path]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdout=pipe, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        marks = {"compiling": "messages", "running": "results"}
        for _ in range(6000):
            if list(temporary.glob(f"*/{marks[stage]}")) and process.poll() is None:
                break
            time.sleep(0.1)
        time.sleep(0.5)  # its child may not have begun yet
        process.send_signal(number)
        process.wait(PATIENCE_S)
    assert ends(temporary)
    for _ in range(600):  # who ends the rest also tidies up
        if not list(temporary.iterdir()):
            break
        time.sleep(0.1)
    assert list(temporary.iterdir()) == []
