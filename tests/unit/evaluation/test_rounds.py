"""The study of iterative retraining: its tables, tests and figures, from chains that are made up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lasynth.errors import InputError
from lasynth.evaluation.report import Part, write_reports
from lasynth.evaluation.retrained import as_json, before_and_after, page
from lasynth.evaluation.rounds import Programs, RoundsStudy, read_rounds_study
from lasynth.evaluation.significance import Pair

NUM = 400  # test tasks
KINDS = {"Seq-only": 30, "For-only": 30, "If-only": 20, "Mixture": 20}
SYSTEM = {
    "name": "c-lasynth",
    "title": "LaSynth, C",
    "domain": "c",
    "training": "c.toml",
    "config": "tasks.toml",
    "sizes": [100, 1000],
    "seed": 1,
    "tasks": "test.parquet",
    "num_test": NUM,
    "beam": 8,
    "max_tokens": 96,
    "paper": [55.2, 56.0, 56.5],
}


def verdicts(share: float, seed: int = 0) -> str:
    """Higher shares are right wherever lower ones of the same seed are."""
    drawn = np.random.default_rng(seed).random(NUM)
    return "".join(str(int(value < share)) for value in drawn)


def round_of(share: float, *, seed: int = 0, straight: int = 0, replaced: int = 0) -> dict[str, Any]:
    """A round after which so many programs more are straight-line, of a hundred."""
    kinds = {**KINDS, "Seq-only": KINDS["Seq-only"] + straight, "Mixture": KINDS["Mixture"] - straight}
    programs = {
        "num_tasks": 100,
        "num_replaced": replaced,
        "kinds": kinds,
        "lengths": [[10, 50 + replaced], [40, 50 - replaced]],
        "changes": [["Mixture", "Seq-only", straight]] if straight else [],
    }
    found = verdicts(share, seed)
    return {"programs": programs, "top1": verdicts(share / 2), "consistent": found, "oracle": found}


def of_size(one: dict[str, Any], size: int) -> dict[str, Any]:
    """A round of so many training tasks instead of a hundred."""
    share, programs = size // 100, one["programs"]
    grown = {
        "num_tasks": size,
        "num_replaced": share * programs["num_replaced"],
        "kinds": {kind: share * number for kind, number in programs["kinds"].items()},
        "lengths": [[length, share * number] for length, number in programs["lengths"]],
        "changes": [[old, new, share * number] for old, new, number in programs["changes"]],
    }
    return {**one, "programs": grown}


def chain(size: int, rounds: list[dict[str, Any]], system: str = "c-lasynth", domain: str = "c") -> Any:
    return {
        "system": system,
        "size": size,
        "domain": domain,
        "test_set": {"name": "test", "digest": "0" * 64, "num_tasks": NUM},
        "beam": 8,
        "training": {"num_programs": 60000},
        "decoding": {"beam": 8},
        "rounds": [of_size(one, size) for one in rounds],
        "num_replaced": 7,
        "replaced": [{"round": 1, "task": 5, "before": "a[0]++;\na[1]++;\n", "after": "a[0]++;\n"}],
    }


# With little data the first round gains much, with more nothing; the second round gains nothing.
SMALL = [round_of(0.2), round_of(0.4, straight=15, replaced=20), round_of(0.4, straight=15, replaced=20)]
LARGE = [round_of(0.5), round_of(0.5, replaced=2), round_of(0.5, replaced=2)]


def study(folder: Path, *chains: Any, **changes: Any) -> Path:
    """Write a study."""
    (folder / "results").mkdir(parents=True, exist_ok=True)
    values = {**SYSTEM, **changes}
    entries = "\n".join(f"{name} = {json.dumps(value)}" for name, value in values.items())
    (folder / "retraining.toml").write_text(f'title = "Rounds"\nrounds = 2\n[[systems]]\n{entries}\n')
    for one in chains:
        (folder / "results" / f"{one['system']}-{one['size']}.json").write_text(json.dumps(one))
    return folder


@pytest.fixture
def read(tmp_path: Path) -> RoundsStudy:
    return read_rounds_study(study(tmp_path, chain(1000, LARGE), chain(100, SMALL)))


def row_of(text: str, *start: str) -> list[str]:
    rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines())
    return next(row for row in rows if row[: len(start)] == list(start))


def test_the_table_has_a_row_a_size_and_round(read: RoundsStudy) -> None:
    text = page(read)
    first, second = row_of(text, "100", "0"), row_of(text, "100", "1")
    assert first[2] == first[7] == first[8] == "-"
    assert first[3:5] == ["25.0", "30.0"]
    assert second[2].startswith("20.0 [")
    assert second[3:5] == ["19.0", "45.0"]
    won = verdicts(0.4).count("1") - verdicts(0.2).count("1")
    assert second[7].startswith(f"+{100 * won / NUM:.1f} [+")
    assert float(second[8]) < 1e-6
    assert [row_of(text, "1,000", str(number))[9] for number in range(3)] == ["55.2", "56", "56.5"]
    assert row_of(text, "100", "0")[9] == ""  # the paper's numbers are of its full training set


def test_what_the_paper_observed_is_said_with_its_numbers(read: RoundsStudy) -> None:
    text = page(read)
    assert "100 tasks: 25.0 to 19.0 tokens, 20.0 % replaced by the first round" in text
    assert "**Kinds shift to straight-line** (first round): appears in part" in text
    assert "30.0 % to 45.0 %, 15 became so and 0 ceased to be" in text
    assert "**The gain is largest with little data**: appears." in text
    assert "**One round is enough**: appears" in text


def test_what_does_not_appear_is_said_too(tmp_path: Path) -> None:
    rounds = [round_of(0.5), round_of(0.5), round_of(0.7)]
    text = page(read_rounds_study(study(tmp_path, chain(100, rounds), chain(1000, SMALL))))
    assert "**The gain is largest with little data**: is reversed." in text
    assert "**One round is enough**: not with 100 tasks." in text
    other = [round_of(0.5), round_of(0.5, seed=1), round_of(0.5)]
    text = page(read_rounds_study(study(tmp_path, chain(100, LARGE), chain(1000, other))))
    assert "**The gain is largest with little data**: cannot be decided." in text


def test_a_system_that_was_not_run_is_shown_so(tmp_path: Path) -> None:
    text = page(read_rounds_study(study(tmp_path)))
    assert "## LaSynth, C\n\nNot run." in text


def test_the_page_of_pairs_shows_them_as_drawn(read: RoundsStudy) -> None:
    text = before_and_after(read)
    assert "1 of 7 replaced programs, drawn with seed 0." in text
    assert "```c\na[0]++;\na[1]++;\n```\n```c\na[0]++;\n```" in text
    assert "LaSynth, C, 1,000 tasks" in text  # of the largest data set
    assert "100 tasks" not in text.replace("1,000 tasks", "")


def test_the_numbers_are_kept_as_json(read: RoundsStudy) -> None:
    document = as_json(read, "c")
    assert [one["size"] for one in document["chains"]] == [100, 1000]
    second = document["chains"][0]["rounds"][1]
    assert second["consistent"]["num_right"] == verdicts(0.4).count("1")
    pair = second["against_round_0"]
    assert (pair["lost"], pair["won"]) == (0, verdicts(0.4).count("1") - verdicts(0.2).count("1"))
    assert pair["low"] < pair["difference"] < pair["high"]
    assert as_json(read, "karel")["chains"] == []


def test_the_interval_of_a_paired_difference() -> None:
    pair = Pair(10, 30, 100)
    low, high = pair.interval
    # By hand: sqrt(40 - 400/100) / 100 = 0.06.
    assert pair.standard_error == pytest.approx(0.06)
    assert (low, high) == (
        pytest.approx(-0.2 - 1.96 * 0.06, abs=1e-4),
        pytest.approx(-0.2 + 1.96 * 0.06, abs=1e-4),
    )
    assert Pair(0, 0, 0).interval == (0.0, 0.0)


def test_changes_of_a_kind_are_counted_both_ways() -> None:
    programs = Programs(10, 3, {"A": 5, "B": 5}, ((3, 10),), (("A", "B", 2), ("B", "A", 1)))
    assert programs.change("A") == Pair(2, 1, 10)
    assert programs.change("B") == Pair(1, 2, 10)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"size": 50}, "it holds c-lasynth-50.json"),
        ({"beam": 16}, "may not be compared with"),
        ({"rounds": []}, "`rounds` is empty"),
        (
            {"test_set": {"name": "test", "digest": "0" * 64, "num_tasks": 3}},
            "not all rounds have the 3 verdicts",
        ),
        ({"rounds": [{**SMALL[0], "top1": "01"}]}, "different numbers of verdicts"),
        ({"rounds": [{**SMALL[0], "top1": "a" * NUM}]}, "Give a text of 0 and 1"),
    ],
)
def test_results_that_do_not_fit_are_refused(tmp_path: Path, change: Any, what: str) -> None:
    folder = study(tmp_path, chain(100, SMALL), chain(1000, LARGE))
    (folder / "results" / "c-lasynth-1000.json").write_text(json.dumps({**chain(1000, LARGE), **change}))
    with pytest.raises(InputError, match=what):
        read_rounds_study(folder)


def test_a_chain_that_the_study_does_not_name_is_refused(tmp_path: Path) -> None:
    folder = study(tmp_path, chain(300, SMALL))
    with pytest.raises(InputError, match="the study has no c-lasynth of 300 tasks"):
        read_rounds_study(folder)
    with pytest.raises(InputError, match="does not rise"):
        read_rounds_study(study(tmp_path, sizes=[1000, 100]))


def test_figures_of_a_language_need_a_chain_of_it(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed (extra `plot`)")
    folder = study(tmp_path / "study", chain(100, SMALL), chain(1000, LARGE))
    with pytest.raises(InputError, match="no chain of a system of karel"):
        write_reports(folder, tmp_path / "out", [Part.FIG3])
    written = write_reports(folder, tmp_path / "out")
    assert len(written.left_out) == 2  # figures 3 and 4
    names = {path.name for path in written.files}
    assert names == {"retraining.md", "retraining.json", "before-and-after.md"} | {
        f"{part}.{end}" for part in ("fig7", "fig8a") for end in ("svg", "png", "json")
    }
    again = write_reports(folder, tmp_path / "again", [Part.FIG7])
    for path in again.files:
        assert path.read_bytes() == (tmp_path / "out" / path.name).read_bytes()
