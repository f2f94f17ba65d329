from __future__ import annotations

import os
import pickle
import re
import resource
import shutil
import stat
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lasynth import _cache, compiled
from lasynth.compiled import njit

VICTIM, ATTACKER = 60_001, 60_002  # users without an entry in the table of users, and without a home


def plus(x, y):  # type: ignore[no-untyped-def]
    return x + y


def hits_of(x: Any = 1, y: Any = 2) -> int:
    """Compile and run a function; how often its compiled form came from the disk."""
    function: Any = njit(cache=True)(plus)
    assert function(x, y) == x + y
    return sum(function.stats.cache_hits.values())


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder of compiled functions, empty."""
    made = tmp_path / "cache"
    _cache.private_folder(made)
    monkeypatch.setattr(compiled, "_FOLDER", made)
    return made


@pytest.fixture
def choose(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Path | None]:
    """Choose the folder as a new process does, with some variables and a temporary directory."""
    monkeypatch.setattr(_cache, "_state", lambda: "state")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    temporary.chmod(0o1777)
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))

    def chosen(**variables: str) -> Path | None:
        for name in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "HOME"):
            monkeypatch.setenv(name, "")  # what this leaves is undone, also of one that is not set
            monkeypatch.delenv(name)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return _cache.cache_folder.__wrapped__()

    return chosen


def in_a_process(job: Callable[[], None], *, user: int | None = None) -> int:
    """Do a job in a process of its own, as another user if one is given; its exit status."""
    child = os.fork()
    if child == 0:
        try:
            if user is not None:
                os.setgroups([])
                os.setgid(user)
                os.setuid(user)
            job()
        except BaseException:  # noqa: BLE001 - it is shown, and fails the test
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def needs_root() -> None:
    if os.geteuid():
        pytest.skip("only root can take the part of two users")


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


# What is kept.


def test_a_compiled_form_is_kept(folder: Path) -> None:
    assert hits_of() == 0
    assert hits_of() == 1
    assert hits_of(1.0, 2.0) == 0
    assert len(files(folder)) == 2
    assert {path.suffix for path in files(folder)} == {".nbc"}


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "shorter than a digest": lambda content: content[:7],
    "truncated": lambda content: content[: len(content) // 2],
    "garbage": lambda content: b"\x80\x04garbage" * 100,
    "a pickle of others": lambda content: pickle.dumps({"a": 1}),
    "one bit": lambda content: content[:1000] + bytes([content[1000] ^ 1]) + content[1001:],
    "longer": lambda content: content + b"\0",
}


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_damaged_file_is_written_anew(folder: Path, kind: str) -> None:
    assert hits_of() == 0
    (path,) = files(folder)
    whole = path.read_bytes()
    path.write_bytes(DAMAGES[kind](whole))
    assert hits_of() == 0
    assert hits_of() == 1
    assert files(folder) == [path]


def test_what_cannot_be_read_as_a_file_is_a_miss(folder: Path) -> None:
    hits_of()
    (path,) = files(folder)
    for make in (path.mkdir, lambda: os.mkfifo(path), lambda: path.symlink_to(path)):
        path.unlink()
        make()
        assert hits_of() == 0
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
            path.touch()


def test_old_code_is_replaced(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hits_of()
    monkeypatch.setattr(compiled.numba, "__version__", "of another time")
    assert hits_of() == 0
    assert hits_of() == 1
    assert len(files(folder)) == 1


def test_two_forms_that_are_saved_at_once_keep_their_names(folder: Path) -> None:
    # Numba numbers its files: two first runs give the same number to two forms.
    one, other = (compiled._Files(folder, "f", "stamp") for _ in range(2))
    one.save(("int", "cpu", "code"), "of int")
    other.save(("float", "cpu", "code"), "of float")
    assert one.load(("float", "cpu", "code")) == "of float"
    assert other.load(("int", "cpu", "code")) == "of int"
    assert one.load(("int", "cpu", "other code")) is None
    one.flush()
    assert files(folder) == []


def test_first_runs_at_once(folder: Path) -> None:
    children = []
    for number in range(4):
        child = os.fork()
        if child == 0:
            try:
                hits_of(*((1, 2) if number % 2 else (1.0, 2.0)))
                os._exit(0)
            finally:
                os._exit(1)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * 4
    assert (hits_of(), hits_of(1.0, 2.0)) == (1, 1)
    assert len(files(folder)) == 2


def test_a_full_disk_costs_time_only(folder: Path) -> None:
    def job() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))  # every longer write fails
        assert hits_of() == 0

    assert in_a_process(job) == 0
    assert files(folder) == []  # nothing half written is left
    assert hits_of() == 0


def test_a_folder_that_is_gone_costs_time_only(folder: Path) -> None:
    shutil.rmtree(folder)
    assert hits_of() == 0
    folder.write_text("a file")
    assert hits_of() == 0


def test_no_folder_at_all_costs_time_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "_FOLDER", None)
    assert hits_of() == 0


# Whose folder it is.


def test_a_folder_is_made_for_this_user_alone(tmp_path: Path) -> None:
    mask = os.umask(0)
    try:
        _cache.private_folder(tmp_path / "new")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    _cache.private_folder(tmp_path / "new")


def test_a_link_or_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "nowhere").symlink_to(tmp_path / "missing")
    (tmp_path / "file").touch()
    for name in ("link", "nowhere", "file"):
        with pytest.raises(OSError, match="link or a file"):
            _cache.private_folder(tmp_path / name)
    assert not (tmp_path / "missing").exists()


def test_a_folder_that_others_can_write_is_refused(tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    for mode in (0o777, 0o702, 0o1777):
        (tmp_path / "open").chmod(mode)
        with pytest.raises(PermissionError, match="other users can write"):
            _cache.private_folder(tmp_path / "open")


def test_a_group_may_write_only_where_it_is_of_this_user_alone(tmp_path: Path) -> None:
    (tmp_path / "group").mkdir()
    (tmp_path / "group").chmod(0o770)
    found = (tmp_path / "group").stat()
    assert _cache.only_ours(found) == _cache._is_group_of_one(found.st_gid)
    assert not _cache._is_group_of_one(54_321)


def test_the_folder_among_the_caches_of_the_user(choose: Any, tmp_path: Path) -> None:
    assert choose(XDG_CACHE_HOME=str(tmp_path / "xdg")) == tmp_path / "xdg/lasynth/numba/state"
    assert os.environ["NUMBA_CACHE_DIR"] == str(tmp_path / "xdg/lasynth/numba/state")
    assert choose(HOME=str(tmp_path / "home")) == tmp_path / "home/.cache/lasynth/numba/state"
    # What the standard says of a path that is not absolute.
    relative = choose(HOME=str(tmp_path / "home"), XDG_CACHE_HOME="here")
    assert relative == tmp_path / "home/.cache/lasynth/numba/state"


def test_a_folder_that_is_given(choose: Any, tmp_path: Path) -> None:
    assert choose(NUMBA_CACHE_DIR=str(tmp_path / "deep/given")) == tmp_path / "deep/given"
    (tmp_path / "deep/given").chmod(0o777)
    folder = choose(NUMBA_CACHE_DIR=str(tmp_path / "deep/given"), HOME=str(tmp_path / "home"))
    assert folder == tmp_path / "home/.cache/lasynth/numba/state"
    assert os.environ["NUMBA_CACHE_DIR"] == str(folder)  # for the processes that this one starts


@pytest.mark.parametrize("part", ["lasynth", "lasynth/numba", "lasynth/numba/state"])
def test_no_part_of_the_path_may_be_of_others(choose: Any, tmp_path: Path, part: str) -> None:
    caches, temporary = tmp_path / "xdg", f"lasynth-numba-{os.geteuid()}"
    choose(XDG_CACHE_HOME=str(caches))
    mode = (caches / part).stat().st_mode
    (caches / part).chmod(0o777)
    assert choose(XDG_CACHE_HOME=str(caches)) == tmp_path / "temporary" / temporary / "state"
    (caches / part).chmod(mode)
    (caches / part).rename(tmp_path / "moved")
    (caches / part).symlink_to(tmp_path / "moved")
    assert choose(XDG_CACHE_HOME=str(caches)) == tmp_path / "temporary" / temporary / "state"


def test_the_folders_above_may_not_be_replaced_by_others(choose: Any, tmp_path: Path) -> None:
    above = tmp_path / "above"
    above.mkdir()
    above.chmod(0o777)
    assert choose(XDG_CACHE_HOME=str(above / "xdg")).is_relative_to(tmp_path / "temporary")
    above.chmod(0o1777)  # as /tmp: what this user has made there is safe
    assert choose(XDG_CACHE_HOME=str(above / "xdg")) == above / "xdg/lasynth/numba/state"


def test_a_caches_folder_behind_a_link_is_fine(choose: Any, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "disk")
    assert choose(XDG_CACHE_HOME=str(tmp_path / "link")) == tmp_path / "disk/lasynth/numba/state"


def test_a_planted_folder_is_not_used(choose: Any, tmp_path: Path) -> None:
    planted = tmp_path / "temporary" / f"lasynth-numba-{os.geteuid()}"
    planted.mkdir()
    planted.chmod(0o777)
    with pytest.warns(RuntimeWarning, match="kept for this run only .*other users can write to it"):
        folder = choose(HOME="/dev/null")
    assert folder.parent == tmp_path / "temporary"
    assert folder != planted
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_nowhere_to_keep_anything(choose: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> str:
        raise FileNotFoundError(2, "no usable temporary directory")

    monkeypatch.setattr(tempfile, "gettempdir", fail)
    monkeypatch.setattr(tempfile, "mkdtemp", fail)
    with pytest.warns(RuntimeWarning, match="are not kept"):
        assert choose(HOME="/dev/null") is None
    assert "NUMBA_CACHE_DIR" not in os.environ


def test_a_folder_of_one_run_ends_with_it(tmp_path: Path) -> None:
    script = (
        "import warnings; warnings.simplefilter('ignore')\n"
        "import os; from lasynth._cache import cache_folder\n"
        "folder = cache_folder(); assert folder.is_dir(); print(folder, flush=True)\n"
        "if os.fork() == 0: raise SystemExit  # a child that ends first takes nothing away\n"
        "os.wait(); assert folder.is_dir()\n"
    )
    (tmp_path / f"lasynth-numba-{os.geteuid()}").touch()
    environment = {"PYTHONPATH": os.pathsep.join(sys.path), "HOME": "/dev/null", "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=True)
    assert Path(done.stdout.strip()).parent == tmp_path
    assert not Path(done.stdout.strip()).exists()


def test_old_states_are_forgotten(choose: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = choose(XDG_CACHE_HOME=str(tmp_path))
    for name, age_s in (("old", 10**8), ("young", 10)):
        (folder.parent / name).mkdir()
        os.utime(folder.parent / name, (_cache.time.time() - age_s,) * 2)
    monkeypatch.setattr(_cache, "_state", lambda: "next")
    choose(XDG_CACHE_HOME=str(tmp_path))
    assert sorted(path.name for path in folder.parent.iterdir()) == ["next", "state", "young"]


# Another user of the same machine.


class Attack:
    """Unpickled, it leaves a mark."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.mark,)


@pytest.fixture
def shared() -> Any:
    """A temporary directory of all users, as /tmp is."""
    needs_root()
    made = Path(tempfile.mkdtemp(dir="/tmp"))
    made.chmod(0o1777)
    yield made
    shutil.rmtree(made)


def plant(shared: Path, name: str) -> None:
    """What an attacker does: makes the folder of a victim, with a harmful file for each function."""
    os.umask(0)
    folder = shared / name
    for part in (folder.parent, folder):
        if not part.exists():
            part.mkdir(mode=0o777)
    compiled._FOLDER = folder
    hits_of()
    payload = pickle.dumps(Attack(shared / "mark"))
    for path in files(folder):
        path.write_bytes(compiled._digest(payload) + payload)
        path.chmod(0o644)
        path.parent.chmod(0o755)


def begin(shared: Path) -> Path | None:
    """What a process of the victim does when it begins."""
    for name in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "HOME"):
        os.environ.pop(name, None)
    tempfile.tempdir = str(shared)
    _cache._state = lambda: "state"
    return _cache.cache_folder.__wrapped__()


@pytest.mark.filterwarnings("ignore:lasynth")
def test_a_folder_that_another_user_planted_runs_no_code(shared: Path) -> None:
    assert in_a_process(lambda: plant(shared, f"lasynth-numba-{VICTIM}/state"), user=ATTACKER) == 0
    planted = shared / f"lasynth-numba-{VICTIM}"
    assert files(planted)

    def victim() -> None:
        compiled._FOLDER = begin(shared)
        assert compiled._FOLDER is not None
        assert planted not in compiled._FOLDER.parents
        hits_of()
        assert hits_of() == 1

    assert in_a_process(victim, user=VICTIM) == 0
    assert not (shared / "mark").exists()

    def careless() -> None:  # the attack itself works: without the checks, this is what happens
        compiled._FOLDER = planted / "state"
        compiled.only_ours = lambda found: True
        hits_of()

    in_a_process(careless, user=VICTIM)
    assert (shared / "mark").exists()


@pytest.mark.filterwarnings("ignore:lasynth")
def test_files_that_another_user_planted_run_no_code(shared: Path) -> None:
    assert in_a_process(lambda: plant(shared, "of-the-attacker/state"), user=ATTACKER) == 0
    stolen = shared / "of-the-attacker/state"
    stolen.chmod(0o700)
    os.chown(stolen, VICTIM, VICTIM)  # a folder that was open to all, and was closed too late
    for path in stolen.iterdir():
        os.chown(path, VICTIM, VICTIM)

    def victim() -> None:
        compiled._FOLDER = stolen
        assert hits_of() == 0

    assert in_a_process(victim, user=VICTIM) == 0
    assert not (shared / "mark").exists()


def test_a_user_without_a_home(shared: Path) -> None:
    def victim() -> None:
        compiled._FOLDER = begin(shared)
        mine = shared / f"lasynth-numba-{VICTIM}" / "state"
        assert mine == compiled._FOLDER
        assert hits_of() == 0

    assert in_a_process(victim, user=VICTIM) == 0
    assert re.search(r"\.nbc$", str(files(shared)[0]))


def test_the_folder_of_another_user_is_refused(shared: Path) -> None:
    (shared / "other").mkdir(mode=0o700)
    os.chown(shared / "other", ATTACKER, ATTACKER)
    with pytest.raises(PermissionError, match="belongs to another user"):
        _cache.private_folder(shared / "other")
    with pytest.raises(PermissionError, match="belongs to another user"):
        _cache._check_above(shared / "other")
