from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import made_up
import pytest

from lasynth.errors import InputError
from lasynth.evaluation import samples, systems
from lasynth.evaluation.breakdown import breakdown
from lasynth.evaluation.report import Part, write_reports
from lasynth.evaluation.results import TaskSet, read_study, task_set_digest, write_result
from lasynth.evaluation.significance import Pair
from lasynth.evaluation.trace import page, read_trace
from lasynth.task import Example, Task

TRACE: dict[str, Any] = {
    "title": "What it believes",
    "system": "LaSynth",
    "num_tasks": 10,
    "steps": [
        {"step": 1, "cells": 50, "agree": 45, "lists": 10, "lists_agree": 7, "copy_agree": 30},
        {"step": 2, "cells": 20, "agree": 10, "lists": 4, "lists_agree": 0, "copy_agree": 20},
    ],
    "curve": [{"programs": 4000, "exec": 1.5}, {"programs": 8000, "exec": 0.25}],
}


def row_of(page: str, title: str) -> list[str]:
    line = next(line for line in page.splitlines() if line.startswith(f"| {title} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_table_shows_one_run_a_peer_and_what_was_not_run(tmp_path: Path) -> None:
    study = read_study(made_up.small_study(tmp_path))
    text = systems.as_markdown(study)
    mine = study.of("lasynth")[0].evaluation.records
    right = sum(record.consistent for record in mine)
    row = row_of(text, "LaSynth")
    assert row[1] == "1"
    assert row[3].startswith(f"{100 * right / 60:.1f} [")
    hard = [record.consistent for record in mine if record.floor is False]
    assert row[5].startswith(f"{100 * sum(hard) / len(hard):.1f} [")
    assert row[6:] == ["2,000,000", "150,000", "31", "55.2"]
    assert row_of(text, "RobustFill")[1:] == ["not run", *["-"] * 8]
    peer = row_of(text, "affine fit")
    assert (peer[2], peer[4]) == ("-", "-")
    assert peer[3].startswith("33.3 [")
    assert peer[5].startswith("0.0 [")
    assert "Every learned system saw 150,000 programs" in text
    assert "Something else" not in text


def test_a_peer_whose_rates_differ_shows_all_three(tmp_path: Path) -> None:
    folder = made_up.small_study(tmp_path)
    peer = made_up.result("affine-fit", [True] * 60)
    records = tuple(replace(record, greedy=False) for record in peer.evaluation.records)
    write_result(replace(peer, evaluation=replace(peer.evaluation, records=records)), folder)
    assert row_of(systems.as_markdown(read_study(folder)), "affine fit")[2:5] == [
        "0.0 [0.0, 6.0]", "100 [94.0, 100]", "100 [94.0, 100]",
    ]  # fmt: skip


def test_several_seeds_show_mean_and_spread_and_the_json_each_interval(tmp_path: Path) -> None:
    made_up.study_toml(tmp_path)
    for seed, num in ((0, 10), (1, 14), (2, 6)):
        verdicts = [number < num for number in range(20)]
        write_result(made_up.result("lasynth", verdicts, seed=seed), tmp_path)
    study = read_study(tmp_path)
    assert row_of(systems.as_markdown(study), "LaSynth")[1:4] == [
        "3", "0.0 (0.0 to 0.0)", "50.0 (30.0 to 70.0)",
    ]  # fmt: skip
    row = systems.as_json(study)["rows"][0]
    assert row["mean"]["consistent"] == 0.5
    assert [run["consistent"]["num_right"] for run in row["runs"]] == [10, 14, 6]
    assert row["runs"][0]["consistent"]["low"] == pytest.approx(0.2993, abs=1e-4)  # Wilson, 10 of 20


def test_unequal_budgets_are_said(tmp_path: Path) -> None:
    folder = made_up.small_study(tmp_path)
    write_result(made_up.result("no-executor", made_up.rights(0.3, 2), programs=75_000), folder)
    assert "did not all see the same number of programs" in systems.as_markdown(read_study(folder))
    write_result(made_up.result("no-executor", made_up.rights(0.3, 2), programs=150_009), folder)
    text = systems.as_markdown(read_study(folder))
    assert "Every learned system saw 150,000 to 150,009 programs" in text


def test_tests_pair_equal_seeds_and_a_peer_with_every_run(tmp_path: Path) -> None:
    made_up.study_toml(tmp_path)
    verdicts = {
        (s, n): made_up.rights(0.5, 10 * n + len(s)) for s in ("lasynth", "no-executor") for n in (0, 1)
    }
    for (system, seed), rights in verdicts.items():
        write_result(made_up.result(system, rights, seed=seed), tmp_path)
    write_result(made_up.result("robustfill", made_up.rights(0.5, 5), seed=7), tmp_path)
    fit = made_up.rights(0.5, 6)
    write_result(made_up.result("affine-fit", fit), tmp_path)
    study = read_study(tmp_path)
    tests = systems.compare(study)
    assert [(test.system, test.seed, test.other_seed) for test in tests] == [
        ("no-executor", 0, 0), ("no-executor", 1, 1), ("affine-fit", 0, 0), ("affine-fit", 1, 0),
    ]  # fmt: skip
    assert tests[1].pair == Pair.of(verdicts["lasynth", 1], verdicts["no-executor", 1])
    assert tests[3].pair == Pair.of(verdicts["lasynth", 1], fit)
    text = systems.as_markdown(study)
    assert "the other system's run of the same seed" in text
    assert "Not tested, as there is no run to pair: RobustFill." in text


def verdict(tmp_path: Path, mine: list[list[bool]], other: list[list[bool]]) -> str:
    made_up.study_toml(tmp_path)
    for system, runs in (("lasynth", mine), ("no-executor", other)):
        for seed, rights in enumerate(runs):
            write_result(made_up.result(system, rights, seed=seed), tmp_path)
    return systems.as_markdown(read_study(tmp_path))


YES, NO = [True] * 20, [False] * 20


def test_a_real_difference_is_called_so(tmp_path: Path) -> None:
    text = verdict(tmp_path, [YES], [NO])
    assert "**LaSynth is better than NoExecutor**." in text
    assert "| NoExecutor | 0 | 20 | 0 | +100.0 | <0.0001 | <0.0001 |" in text
    assert "LaSynth and NoExecutor were trained once" in text


def test_a_reference_that_is_worse_is_said(tmp_path: Path) -> None:
    assert "**LaSynth is worse than NoExecutor**." in verdict(tmp_path, [NO], [YES])


def test_a_difference_of_one_pair_in_two_is_not_called_real(tmp_path: Path) -> None:
    text = verdict(tmp_path, [YES, YES], [NO, YES])
    assert "Against NoExecutor no difference is shown" in text
    assert "is better than" not in text


def test_five_to_nothing_is_not_enough_and_six_is(tmp_path: Path) -> None:
    # 2 / 2**5 = 0.0625 and 2 / 2**6 = 0.03125
    for num, better in ((5, False), (6, True)):
        text = verdict(tmp_path / str(num), [[True] * num + [False] * 14], [[False] * (num + 14)])
        assert ("is better than NoExecutor" in text) is better


def test_holm_is_over_all_tests_of_the_page(tmp_path: Path) -> None:
    verdict(tmp_path, [[True] * 6 + [False] * 14], [NO])
    write_result(made_up.result("robustfill", [True] * 6 + [False] * 14), tmp_path)
    tests = systems.compare(read_study(tmp_path))
    assert [test.pair.p for test in tests] == [0.03125, 1.0]
    assert [test.p_holm for test in tests] == [0.0625, 1.0]


def test_a_study_without_its_reference_or_of_peers_alone_is_still_a_table(tmp_path: Path) -> None:
    made_up.study_toml(tmp_path)
    write_result(made_up.result("affine-fit", made_up.rights(0.5, 1)), tmp_path)
    text = systems.as_markdown(read_study(tmp_path))
    assert "No two runs can be paired" in text
    assert "consistent@W" in text
    assert row_of(text, "LaSynth")[1] == "not run"


def test_the_breakdown_counts_by_kind_in_the_order_of_the_paper(tmp_path: Path) -> None:
    study = read_study(made_up.small_study(tmp_path))
    data = breakdown(study, "kind")
    assert data.categories == tuple((kind, 15) for kind in made_up.KINDS)
    records = study.of("lasynth")[0].evaluation.records
    for place, kind in enumerate(made_up.KINDS):
        right = sum(record.consistent for record in records if record.kind == kind)
        assert data.series[0].rates[0][place].num_right == right
        assert data.series[0].points[place].share == right / 15


def test_the_breakdown_by_length_is_in_rising_order(tmp_path: Path) -> None:
    data = breakdown(read_study(made_up.small_study(tmp_path)), "length")
    assert [label for label, _ in data.categories] == [
        "1-16 tokens", "17-32 tokens", "33-64 tokens", "65-128 tokens",
    ]  # fmt: skip
    assert sum(number for _, number in data.categories) == 60


def test_whiskers_over_seeds_reach_from_the_lowest_to_the_highest(tmp_path: Path) -> None:
    made_up.study_toml(tmp_path)
    for seed, rights in enumerate(([True] * 40, [number < 20 for number in range(40)])):
        write_result(made_up.result("lasynth", rights, seed=seed), tmp_path)
    (series,) = breakdown(read_study(tmp_path), "kind").series
    (all_right, half) = (rates[0] for rates in series.rates)
    point = series.points[0]
    assert (point.low, point.high) == (half.interval[0], all_right.interval[1])
    assert point.share == pytest.approx((all_right.share + half.share) / 2)
    assert series.seeds == (0, 1)


def task_study(folder: Path, *, tasks: list[Task] | None = None) -> Path:
    """A study of sixteen tasks with their file; the reference has all right, NoExecutor every third."""
    made = [
        Task("c", (Example((n, 1), (1, n)),), (Example((2, n), (n, 2)),), f"t{n}", f"// reference {n}\n")
        for n in range(16)
    ]
    text = "".join(json.dumps(task.to_json()) + "\n" for task in tasks or made)
    head = made_up.HEAD + 'tasks = "tasks.jsonl"\n'
    made_up.study_toml(folder, head=head)
    (folder / "tasks.jsonl").write_text(text)
    known = TaskSet("sixteen", task_set_digest(made), 16)
    for system, rights in (("lasynth", [True] * 16), ("no-executor", [n % 3 == 0 for n in range(16)])):
        write_result(made_up.result(system, rights, test_set=known), folder)
    return folder


def test_samples_are_the_first_of_each_kind_by_the_rule(tmp_path: Path) -> None:
    study = read_study(task_study(tmp_path))
    # Wrong are 1 2 4 5 7 8 10 11 13 14; the four kinds alternate.
    assert samples.pick(study.of("lasynth")[0], [study.of("no-executor")[0]]) == [1, 2, 4, 5, 7, 8, 10, 11]
    text = samples.page(study)
    assert [line for line in text.splitlines() if line.startswith("## ")][:2] == [
        "## Task t1: For-only",
        "## Task t2: If-only",
    ]
    assert "There are 10 tasks of that sort" in text
    assert "all the others right) there are none" in text
    assert "| [1, 1] | [1, 1] |  |" in text
    assert "| [2, 1] | [1, 2] | held out |" in text
    assert "// reference 1" in text
    assert "a[1] = 1;" in text
    assert "NoExecutor, wrong on the shown examples already" in text


def test_samples_say_where_only_held_out_examples_fail(tmp_path: Path) -> None:
    folder = task_study(tmp_path)
    study = read_study(folder)
    wrong = study.of("no-executor")[0]
    records = tuple(replace(record, num_consistent=3) for record in wrong.evaluation.records)
    write_result(replace(wrong, evaluation=replace(wrong.evaluation, records=records)), folder)
    assert "right on the shown examples, wrong on the held-out ones" in samples.page(read_study(folder))


def test_tasks_that_are_not_those_of_the_results_are_refused(tmp_path: Path) -> None:
    other = [Task("c", (Example((0, 0), (0, 0)),))] * 16
    with pytest.raises(InputError, match=r"tasks\.jsonl: its first 16 tasks are not those of the results"):
        samples.page(read_study(task_study(tmp_path, tasks=other)))
    (tmp_path / "tasks.jsonl").unlink()
    with pytest.raises(InputError, match="no such file"):
        samples.page(read_study(tmp_path))


def test_samples_with_nothing_to_compare_are_left_out_or_an_error_if_asked_for(tmp_path: Path) -> None:
    made_up.study_toml(tmp_path)
    write_result(made_up.result("lasynth", [True] * 4), tmp_path)
    with pytest.raises(InputError, match="no system without an executor was run"):
        write_reports(tmp_path, tmp_path / "out", [Part.FIG5])
    write_result(made_up.result("no-executor", [True] * 4, seed=1), tmp_path)
    with pytest.raises(InputError, match="no seed was run of each of lasynth, no-executor"):
        write_reports(tmp_path, tmp_path / "out", [Part.FIG5])
    assert not (tmp_path / "out").exists()


def test_nothing_is_written_where_something_is_wrong(tmp_path: Path) -> None:
    folder = task_study(tmp_path)
    (folder / "tasks.jsonl").unlink()
    with pytest.raises(InputError, match=r"tasks\.jsonl"):
        write_reports(folder, tmp_path / "out", [Part.TABLE, Part.FIG5])
    assert not (tmp_path / "out").exists()


def test_a_trace_study_is_read_and_written_down(tmp_path: Path) -> None:
    (tmp_path / "trace.json").write_text(json.dumps(TRACE))
    study = read_trace(tmp_path / "trace.json")
    text = page(study, "picture.svg")
    assert row_of(text, "1")[1:] == ["10", "90.0 [78.6, 95.7]", "70.0 [39.7, 89.2]", "60.0 [46.2, 72.4]"]
    assert "1.500 after 4,000 programs, 0.250 after 8,000" in text
    assert "(picture.svg)" in text
    assert study.to_json()["steps"][1]["copy_rate"]["share"] == 1.0


def step(**changes: Any) -> list[Any]:
    return [TRACE["steps"][0] | changes, TRACE["steps"][1]]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"steps": []}, "there are no steps"),
        ({"steps": None}, "steps: None does not fit. Give a list of: a table."),
        ({"title": 3}, "title: 3 does not fit. Give a text."),
        ({"steps": step(agree=51)}, "steps 1: more agree than there are"),
        ({"steps": step(lists_agree=11)}, "steps 1: more agree than there are"),
        ({"steps": step(copy_agree=-1)}, "steps 1.copy_agree: -1 does not fit"),
        ({"steps": step(cells=None)}, "steps 1.cells: None does not fit"),
        ({"steps": step(step=2)}, "not in rising order"),
        ({"curve": [{"programs": 1}]}, "curve 1: exec is missing"),
        ({"curve": [3]}, "curve 1: 3 is not a table"),
    ],
)
def test_a_damaged_trace_is_refused(tmp_path: Path, changes: Any, message: str) -> None:
    path = tmp_path / "trace.json"
    path.write_text(json.dumps(TRACE | changes))
    with pytest.raises(InputError) as error:
        read_trace(path)
    assert message in str(error.value)
    assert str(path) in str(error.value)
