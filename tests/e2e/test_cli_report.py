from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import made_up
import pytest

from lasynth.evaluation.results import TaskSet, write_result


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return made_up.small_study(tmp_path / "study")


def test_only_the_table(lasynth: Any, study: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    result = lasynth("report", study, "--out", out, "--only", "table")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.splitlines() == [str(out / "small.md"), str(out / "small.json")]
    assert sorted(path.name for path in out.iterdir()) == ["small.json", "small.md"]
    document = json.loads((out / "small.json").read_text())
    assert [row["system"] for row in document["rows"]] == [
        "lasynth", "no-executor", "robustfill", "affine-fit",
    ]  # fmt: skip
    assert document["rows"][2]["runs"] == []


def test_all_parts_and_twice_the_same(lasynth: Any, study: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed (extra `plot`)")
    contents = []
    for _ in range(2):
        result = lasynth("report", study, "--out", tmp_path / "out")
        assert result.exit_code == 0, result.stderr
        contents.append({path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()})
    assert contents[0] == contents[1]
    assert {"small.md", "fig5.md", "fig6.svg", "fig8b.png"} <= set(contents[0])
    assert "trace-study.md" not in contents[0]


def test_a_part_with_too_few_results_is_left_out_with_a_message(
    lasynth: Any, study: Path, tmp_path: Path
) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed (extra `plot`)")
    (study / "results" / "no-executor-s0.json").unlink()
    result = lasynth("report", study, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.stderr
    assert "left out: small, fig5: no system without an executor was run" in result.stderr
    assert not (tmp_path / "out" / "fig5.md").exists()


def test_a_mistake_is_one_message_and_status_2(lasynth: Any, study: Path, tmp_path: Path) -> None:
    mixed = made_up.result("robustfill", made_up.rights(0.5, 3))
    cases = {
        "no such folder": (tmp_path / "nowhere",),
        "none of study.toml, trace.json, retraining.toml": (tmp_path,),
        'unknown part "fig9"': (study, "--only", "fig9"),
        "trace.json: no such file": (study, "--only", "trace"),
        "is a file, not a folder": (study, "--only", "table", "--out", study / "study.toml"),
    }
    for message, arguments in cases.items():
        given = arguments if "--out" in arguments else (*arguments, "--out", tmp_path / "out")
        result = lasynth("report", *given)
        assert result.exit_code == 2, message
        assert result.stderr.startswith("lasynth: ")
        assert message in result.stderr
        assert result.stderr.count("\n") == 1
    write_result(replace(mixed, test_set=TaskSet("other", "1" * 64, 60)), study)
    result = lasynth("report", study, "--out", tmp_path / "out", "--only", "table")
    assert result.exit_code == 2
    assert "robustfill-s0.json: may not be compared with" in result.stderr
    assert not (tmp_path / "out").exists()
