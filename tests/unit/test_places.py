"""Places at URLs: what shards need of them, and claims."""

from __future__ import annotations

import os
import pickle
import sys
from pathlib import Path

import pytest

from lasynth.data.dataset import Dataset
from lasynth.errors import InputError, InUseError
from lasynth.files import claimed, write_whole
from lasynth.places import Remote, place_of


@pytest.fixture(params=["memory://", "local://"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Remote:
    place = place_of(f"{request.param}{tmp_path}/data")
    assert isinstance(place, Remote)
    return place


def test_files(folder: Remote) -> None:
    assert not folder.exists()
    assert list(folder.glob("*")) == []
    folder.mkdir()
    file = folder / "train-[1].parquet"
    write_whole(file, memoryview(b"one"))
    write_whole(file, b"two")
    (folder / "valid").write_bytes(b"")
    assert file.read_bytes() == b"two"
    assert file.name == "train-[1].parquet"
    assert list(folder.glob("train-*")) == [file]
    assert folder.is_dir()
    assert (file.is_file(), file.is_dir(), file.exists()) == (True, False, True)
    with pytest.raises(FileExistsError):
        file.create(b"three")
    file.unlink()
    assert not file.exists()
    with pytest.raises(OSError, match="train"):
        file.read_bytes()


def test_it_is_sent_as_its_url(folder: Remote) -> None:
    assert pickle.loads(pickle.dumps(folder)) == folder
    assert place_of(str(folder)) == folder
    assert folder.is_absolute()


def test_a_path_is_a_path() -> None:
    assert place_of("data/x") == Path("data/x")
    assert place_of("file:///data/a%20b") == Path("/data/a b")
    assert place_of(Path("s3:")) == Path("s3:")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("none://x", "none://x: cannot be opened: Protocol not known: none. Give a path, or another URL."),
        ("file://host/x", "file://host/x: a file URL of another machine"),
    ],
)
def test_a_url_that_cannot_be_opened_is_said(url: str, message: str) -> None:
    with pytest.raises(InputError) as raised:
        place_of(url)
    assert str(raised.value).startswith(message)


def test_fsspec_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec.core", None)
    with pytest.raises(InputError, match=r"fsspec is not installed. Install `lasynth\[cluster\]`"):
        place_of("memory://x")
    assert place_of("data") == Path("data")


def test_what_a_store_raises_is_one_message(folder: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*arguments: object, **options: object) -> None:
        raise RuntimeError("no rights")

    for name in ("pipe_file", "isdir", "ls"):
        monkeypatch.setattr(folder._store, name, refused)
    for question in (folder.is_dir, lambda: folder.glob("*"), lambda: Dataset.open(folder)):
        with pytest.raises(InputError, match=r"data: cannot be reached: RuntimeError: no rights\. Check"):
            question()
    with pytest.raises(InputError, match=r"data: cannot be written: RuntimeError: no rights\. Make room"):
        write_whole(folder, b"")


def test_a_claimed_url_is_refused(folder: Remote) -> None:
    with claimed(folder, "train"):
        with pytest.raises(InUseError) as raised, claimed(folder, "train"):
            pass
        message = str(raised.value)
        assert message.startswith(f"{folder}: is in use by process {os.getpid()} of ")
        assert message.endswith(f"Wait until it ends. If it was killed, delete {folder}/.train.lock.")
        with claimed(folder, "valid"):
            pass
    with claimed(folder, "train"):
        pass
    assert list(folder.glob(".*")) == []


def test_the_claim_of_a_killed_run_of_this_machine_is_taken_over(folder: Remote) -> None:
    folder.mkdir()
    lock = folder / ".train.lock"
    with claimed(folder, "train"):
        ours = lock.read_bytes()
    # A number above the largest of a process.
    killed = ours.replace(f"{os.getpid()}\n".encode(), b"99999999\n", 1)
    lock.write_bytes(killed)
    with claimed(folder, "train"):
        assert lock.read_bytes() != killed
    assert not lock.exists()
    elsewhere = killed.split(b"\n")
    elsewhere[1:3] = [b"other", b"of another start"]
    for content in (b"\n".join(elsewhere), b"", b"\xff"):
        lock.write_bytes(content)
        with (
            pytest.raises(InUseError, match=r"is in use by (process 99999999 of other|another process)\."),
            claimed(folder, "train"),
        ):
            pass
        assert lock.read_bytes() == content
