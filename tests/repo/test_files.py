"""The repository has no big files, no paths of one machine, and everything that a clone needs."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

import lasynth
from lasynth import models

ROOT = Path(__file__).resolve().parents[2]
MAX_BYTES = 16 * 2**20
# Folders that exist on one person's machine only.
_MACHINE = re.compile(r"(?<![\w.])/(?:root|home/\w+|Users/\w+|work|workspace)/\w")


@pytest.fixture(scope="module")
def files() -> list[Path]:
    """The files that git tracks, and those that it would add."""
    command = ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is not a git clone, or git is not installed")
    found = [ROOT / name for name in names if name]
    return [file for file in found if file.is_file()]


def test_no_file_is_big(files: list[Path]) -> None:
    assert len(files) > 50
    assert [file for file in files if file.stat().st_size > MAX_BYTES] == []


def test_no_file_names_a_folder_of_one_machine(files: list[Path]) -> None:
    found = []
    for file in files:
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a checkpoint
        found += [f"{file.relative_to(ROOT)}: {match[0]}" for match in _MACHINE.finditer(text)]
    assert found == []


@pytest.mark.parametrize("text", ["cd {}home/ada/x", "'{}root/x'", "path={}work/main", "{}Users/ada/x"])
def test_a_folder_of_one_machine_is_found(text: str) -> None:
    assert _MACHINE.search(text.format("/"))  # inserted here, or the check would find this file


@pytest.mark.parametrize("text", ["https://example.org/home/ada/x", "src/home/ada/x", "/usr/bin/gcc"])
def test_other_paths_are_not(text: str) -> None:
    assert not _MACHINE.search(text)


def test_the_checks_are_those_of_make_test() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "make test" in script.read_text()


def test_the_version_is_the_same_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == lasynth.__version__


def test_every_dependency_is_pinned_for_make() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {
        re.split(r"[<>=\[]", dependency)[0]
        for dependency in (*project["dependencies"], *project["optional-dependencies"]["dev"])
    }
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = {line.split("==")[0] for line in lines if "==" in line}
    assert wanted <= pinned


@pytest.mark.parametrize("package", [lasynth, models])
def test_the_public_names_are_there(package: Any) -> None:
    for name in package.__all__:
        assert getattr(package, name) is not None
    assert set(dir(package)) == set(package.__all__)
    with pytest.raises(AttributeError, match="no attribute 'solver'"):
        _ = package.solver
