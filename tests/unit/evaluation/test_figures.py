from __future__ import annotations

import json
import struct
import sys
from pathlib import Path
from typing import Any

import made_up
import pytest

from lasynth.errors import InputError
from lasynth.evaluation import figures
from lasynth.evaluation.breakdown import breakdown
from lasynth.evaluation.intervals import Rate
from lasynth.evaluation.report import Part, write_reports
from lasynth.evaluation.results import read_study, write_result
from lasynth.evaluation.trace import read_trace

matplotlib = pytest.importorskip("matplotlib", reason="matplotlib is not installed (extra `plot`)")

# The trace study of a system, as a run would write it.
STEPS = [
    {"step": n, "cells": 100, "agree": 90 - 5 * n, "lists": 20, "lists_agree": 15 - n, "copy_agree": 60}
    for n in range(1, 8)
]
TRACE = {
    "title": "t",
    "system": "s",
    "num_tasks": 20,
    "steps": STEPS,
    "curve": [{"programs": 4000, "exec": 1}],
}


def test_the_solve_rate_over_time_is_drawn() -> None:
    points = {
        "all engines": [(0.1, Rate(3, 9)), (1.0, Rate(5, 9))],
        "floor": [(0.1, Rate(3, 9)), (1.0, Rate(3, 9))],
    }
    pictures = figures.over_time([("all tasks", points), ("none", points)])
    assert pictures == figures.over_time([("all tasks", points), ("none", points)])
    assert pictures != figures.over_time([("all tasks", points)])
    assert sorted(pictures) == ["png", "svg"]


def test_the_reliability_of_confidences_is_drawn() -> None:
    answers = [((n % 10 + 0.5) / 10, n % 3 > 0) for n in range(200)]
    sets = [("first", answers), ("second", answers[:50])]
    pictures = figures.reliability(sets)
    assert pictures == figures.reliability(sets)
    assert pictures != figures.reliability(sets[:1])
    assert b"<svg" in pictures["svg"]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = made_up.small_study(tmp_path / "study")
    (folder / "trace.json").write_text(json.dumps(TRACE))
    return folder


def test_the_same_results_give_the_same_bytes(study: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_reports(study, tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert files == sorted(
        ["small.md", "small.json", "fig5.md"]
        + [f"{part}.{end}" for part in ("fig6", "fig8b") for end in ("svg", "png", "json")]
        + [f"trace-study.{end}" for end in ("md", "svg", "png", "json")]
    )
    for file in files:
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), file


def test_a_users_own_matplotlib_settings_change_nothing(study: Path, tmp_path: Path) -> None:
    write_reports(study, tmp_path / "a", [Part.FIG6])
    with matplotlib.rc_context({"font.size": 20, "axes.facecolor": "red", "savefig.bbox": "tight"}):
        write_reports(study, tmp_path / "b", [Part.FIG6])
        assert matplotlib.rcParams["font.size"] == 20  # the user's settings are unchanged
    for end in ("svg", "png"):
        assert (tmp_path / "a" / f"fig6.{end}").read_bytes() == (tmp_path / "b" / f"fig6.{end}").read_bytes()


def test_other_results_give_another_picture(study: Path, tmp_path: Path) -> None:
    write_reports(study, tmp_path / "a", [Part.FIG6, Part.FIG8B])
    write_result(made_up.result("no-executor", made_up.rights(0.9, 4)), study)
    write_reports(study, tmp_path / "b", [Part.FIG6, Part.FIG8B])
    for file in ("fig6.svg", "fig6.png", "fig6.json", "fig8b.svg", "fig8b.png"):
        assert (tmp_path / "a" / file).read_bytes() != (tmp_path / "b" / file).read_bytes()


def test_pictures_hold_no_date_and_no_name_of_a_program(study: Path, tmp_path: Path) -> None:
    write_reports(study, tmp_path, [Part.FIG6])
    svg = (tmp_path / "fig6.svg").read_text()
    assert "<dc:date>" not in svg
    assert "Matplotlib" not in svg
    png = (tmp_path / "fig6.png").read_bytes()
    chunks, at = [], 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        chunks.append(png[at + 4 : at + 8])
        at += 12 + length
    assert chunks[0] == b"IHDR"
    assert not {b"tEXt", b"iTXt", b"zTXt", b"tIME"} & set(chunks)


def drawn(monkeypatch: pytest.MonkeyPatch, draw: Any, data: Any) -> Any:
    """The matplotlib figure that a function draws, instead of its bytes."""
    from lasynth.evaluation import figures

    kept: list[Any] = []
    monkeypatch.setattr(figures, "_saved", lambda figure: kept.append(figure) or {})
    draw(data)
    return kept[0]


def test_bars_are_as_high_as_the_rates_and_labelled_with_n(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lasynth.evaluation.figures import by_kind

    data = breakdown(read_study(study), "kind")
    figure = drawn(monkeypatch, by_kind, data)
    (axes,) = figure.axes
    heights = [round(patch.get_height(), 6) for patch in axes.patches]
    assert heights == [round(100 * point.share, 6) for series in data.series for point in series.points]
    assert [label.get_text() for label in axes.get_xticklabels()] == [f"{k}\nn = 15" for k in made_up.KINDS]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "LaSynth",
        "NoExecutor",
        "affine fit",
    ]
    assert "consistent@64" in axes.get_ylabel()


def test_no_two_systems_of_the_paper_look_alike(tmp_path: Path) -> None:
    from lasynth.evaluation.figures import _look

    rows = [(f"s{n}", f"S{n}", "") for n in range(12)] + [(f"p{n}", f"P{n}", "peer = true") for n in range(2)]
    head = made_up.HEAD.replace('"lasynth"', '"s0"').replace('"no-executor"', '"s1"')
    made_up.study_toml(tmp_path, rows, head)
    for system, _, _ in rows:
        write_result(made_up.result(system, [True, False]), tmp_path)
    looks = [_look(series) for series in breakdown(read_study(tmp_path), "kind").series]
    assert len({(colour, hatch) for colour, hatch, _, _ in looks}) == 14
    assert len({(colour, marker) for colour, _, marker, _ in looks}) == 14
    # In grey, the first eight differ by hatch or marker alone.
    assert len({marker for _, _, marker, _ in looks[:8]}) == 8


def test_a_system_keeps_its_look_while_others_are_not_run(study: Path) -> None:
    (before,) = [
        series.place for series in breakdown(read_study(study), "kind").series if series.title == "NoExecutor"
    ]
    (study / "results" / "lasynth-s0.json").unlink()
    (after,) = [
        series.place for series in breakdown(read_study(study), "kind").series if series.title == "NoExecutor"
    ]
    assert before == after == 1


def test_the_trace_is_two_panels(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lasynth.evaluation.figures import trace

    figure = drawn(monkeypatch, trace, read_trace(study / "trace.json"))
    left, right = figure.axes
    cells, lists, keep = (list(line.get_ydata()) for line in left.lines)
    assert cells == pytest.approx([90 - 5 * n for n in range(1, 8)])
    assert lists == pytest.approx([5 * (15 - n) for n in range(1, 8)])
    assert keep == pytest.approx([60] * 7)
    assert list(right.lines[0].get_xdata()) == [4]
    assert left.get_xticklabels()[0].get_text() == "1\nn=20"


def test_a_trace_without_a_curve_is_drawn(study: Path, tmp_path: Path) -> None:
    (study / "trace.json").write_text(json.dumps(TRACE | {"curve": []}))
    write_reports(study, tmp_path, [Part.TRACE])
    assert (tmp_path / "trace-study.png").read_bytes().startswith(b"\x89PNG")


def test_without_matplotlib_there_is_one_message_and_tables_still_come(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(InputError, match=r"fig6, fig8b, trace: matplotlib is not installed.*lasynth\[plot\]"):
        write_reports(study, tmp_path / "out")
    assert not (tmp_path / "out").exists()
    written = write_reports(study, tmp_path / "out", [Part.TABLE, Part.FIG5])
    assert [path.name for path in written.files] == ["small.md", "small.json", "fig5.md"]


def test_the_legend_of_twelve_systems_is_within_the_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lasynth.evaluation.figures import by_kind

    rows = [(f"s{n}", f"LaSynth, other parts {n:02}", "") for n in range(12)]
    head = made_up.HEAD.replace('"lasynth"', '"s0"').replace('"no-executor"', '"s1"')
    made_up.study_toml(tmp_path, rows, head)
    for system, _, _ in rows:
        write_result(made_up.result(system, [True, False]), tmp_path)
    figure = drawn(monkeypatch, by_kind, breakdown(read_study(tmp_path), "kind"))
    figure.canvas.draw()
    box = figure.legends[0].get_window_extent()
    assert 0 <= box.x0 < box.x1 <= figure.bbox.x1
    assert figure.axes[0].get_window_extent().y1 < box.y0
