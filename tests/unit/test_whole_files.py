"""Files that are written whole, and folders that one run has."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lasynth import files
from lasynth.errors import CheckpointError, InputError, InUseError
from lasynth.files import check_writable, claimed, remove_leftovers, write_all, write_whole

CLAIM = """
import sys
from pathlib import Path
from lasynth.files import claimed, _Temporary
with claimed(Path(sys.argv[1])):
    kept = _Temporary(Path(sys.argv[1]) / "half.json")
    print("claimed", flush=True)
    sys.stdin.read()
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def owner(folder: Path) -> subprocess.Popen[str]:
    """A process that has claimed a folder, and is in the middle of writing a file."""
    command = [sys.executable, "-c", CLAIM, str(folder)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "claimed\n"
    return process


def test_a_file_is_written_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    for content in (b"one", memoryview(b"another"), b""):
        write_whole(path, content)
        assert path.read_bytes() == bytes(content)
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    assert path.stat().st_mode == plain.stat().st_mode
    assert names(tmp_path) == ["a.json", "plain"]


def test_a_link_is_followed_and_a_device_written_to(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    real, link = tmp_path / "there" / "real", tmp_path / "link"
    real.write_bytes(b"old")
    link.symlink_to(real)
    write_whole(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    write_whole(Path(os.devnull), b"x")
    with pytest.raises(InputError, match="/dev/full: cannot be written: No space left on device"):
        write_whole(Path("/dev/full"), b"x")


def test_a_long_name_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("é" * 120)
    write_whole(path, b"x")
    assert names(tmp_path) == [path.name]


class Failing:
    """The system calls of a write, one of which fails."""

    def __init__(self, at: int) -> None:
        self.at, self.calls = at, 0

    def __getattr__(self, name: str) -> object:
        real = getattr(os, name)
        if name not in ("open", "write", "fsync", "replace"):
            return real

        def call(*arguments: object, **options: object) -> object:
            self.calls += 1
            if self.calls == self.at:
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(*arguments, **options)

        return call


def test_wherever_a_write_fails_the_old_files_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    refused = 0
    for at in range(1, 20):
        for path in (one, two):
            path.write_bytes(b"old")
        system = Failing(at)
        monkeypatch.setattr(files, "os", system)
        try:
            write_all({one: b"new", two: b"new"}, error=CheckpointError)
        except CheckpointError as error:
            refused += 1
            assert str(error).startswith(f"{one}: ") or str(error).startswith(f"{two}: ")
            assert "cannot be written: No space left on device. Make room" in str(error)
            assert two.read_bytes() == b"old"
            # Only a failure between the two renames, which no full disk is, leaves a new and an old one.
            assert one.read_bytes() == b"old" or at == 8
        monkeypatch.undo()
        assert names(tmp_path) == ["one", "two"]
    assert refused == 8


def test_what_could_not_be_written_is_said_beforehand(tmp_path: Path) -> None:
    check_writable(tmp_path / "new")
    (tmp_path / "old").write_bytes(b"old")
    check_writable(tmp_path / "old")
    assert (tmp_path / "old").read_bytes() == b"old"
    assert names(tmp_path) == ["old"]
    with pytest.raises(InputError, match="it is a folder"):
        check_writable(tmp_path)
    with pytest.raises(InputError, match="cannot be written: No such file or directory"):
        check_writable(tmp_path / "none" / "new")


def test_leftovers_are_removed_and_files_being_written_are_not(tmp_path: Path) -> None:
    (tmp_path / ".a.json.0123abcd.tmp").write_bytes(b"half")
    (tmp_path / ".b.json.0123abcd.tmp").write_bytes(b"half")
    (tmp_path / ".other").write_bytes(b"of someone else")
    with (tmp_path / ".a.json.89abcdef.tmp").open("wb") as written:
        fcntl.flock(written, fcntl.LOCK_EX)
        write_whole(tmp_path / "a.json", b"{}")
        assert names(tmp_path) == [".a.json.89abcdef.tmp", ".b.json.0123abcd.tmp", ".other", "a.json"]
        remove_leftovers(tmp_path)
        assert names(tmp_path) == [".a.json.89abcdef.tmp", ".other", "a.json"]
    remove_leftovers(tmp_path)
    assert names(tmp_path) == [".other", "a.json"]


def test_a_second_run_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    process = owner(tmp_path)
    try:
        message = (
            f"{tmp_path}: is in use by process {process.pid}. Wait until it ends, or give another folder."
        )
        with pytest.raises(InUseError) as raised, claimed(tmp_path):
            pass
        assert str(raised.value) == message
        with claimed(tmp_path, "other", leftovers=None):
            pass
    finally:
        process.kill()
        process.wait()
    assert len(names(tmp_path)) == 2  # the lock, and the half-written file
    with claimed(tmp_path):
        assert names(tmp_path) == [".lasynth.lock"]
        with pytest.raises(InUseError, match=f"process {os.getpid()}"), claimed(tmp_path):
            pass
    assert names(tmp_path) == []


def test_a_folder_that_cannot_be_claimed(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError, match="file: cannot be written: "), claimed(tmp_path / "file"):
        pass
