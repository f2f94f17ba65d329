from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import made_up
import pytest

from lasynth.errors import InputError
from lasynth.evaluation.results import (
    Result,
    TaskSet,
    read_result,
    read_study,
    task_set_digest,
    write_result,
)
from lasynth.task import Example, Task

RIGHTS = [True, False, True, True]
STUDY = 'name = "x"\ntitle = "x"\nreference = "a"\n'


@pytest.fixture
def study(tmp_path: Path) -> Path:
    made_up.study_toml(tmp_path)
    write_result(made_up.result("lasynth", RIGHTS), tmp_path)
    return tmp_path


def first(folder: Path) -> Path:
    return folder / "results" / "lasynth-s0.json"


def test_a_result_is_read_back_equal(tmp_path: Path) -> None:
    result = made_up.result(
        "lasynth", RIGHTS, seed=3, remarks=("ünder way",), training={"batch_size": 16}, distinct_programs=9
    )
    path = write_result(result, tmp_path)
    assert path == tmp_path / "results" / "lasynth-s3.json"
    assert read_result(path) == result
    before = path.read_bytes()
    assert write_result(read_result(path), tmp_path).read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_the_file_has_the_fields_of_the_seam_and_a_record_a_line(study: Path) -> None:
    text = first(study).read_text()
    obj = json.loads(text)
    assert (obj["format"], obj["study"], obj["system"], obj["seed"]) == (1, "small", "lasynth", 0)
    assert obj["test_set"] == {"name": "made-up", "digest": made_up.DIGEST, "num_tasks": 4}
    assert obj["evaluation"]["totals"]["consistent"]["num_right"] == 3
    lines = [line.strip().rstrip(",") for line in text.splitlines() if line.strip().startswith('{"id"')]
    assert [json.loads(line)["id"] for line in lines[:3]] == ["t0", "t1", "t2"]


def test_the_digest_is_of_examples_and_their_order_only() -> None:
    one = Task("c", (Example((1, 2), (2, 1)),), (Example((3, 4), (4, 3)),))
    two = Task("c", (Example((0, 0), (1, 1)),))
    digest = task_set_digest([one, two])
    assert len(digest) == 64
    assert task_set_digest([replace(one, id="x", program="p"), two]) == digest
    others: list[list[Task]] = [
        [two, one],
        [one],
        [],
        [replace(one, held_out=()), two],
        [replace(one, examples=one.examples + one.held_out, held_out=()), two],
        [replace(one, examples=(Example((1, 2), (2, 2)),)), two],
    ]
    assert len({task_set_digest(tasks) for tasks in others} | {digest}) == len(others) + 1


def changed(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    obj = json.loads(path.read_text())
    change(obj)
    path.write_text(json.dumps(obj))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda obj: obj.update(format=2), "format: 2 does not fit. Give 1."),
        (lambda obj: obj.pop("study"), "study is missing. Give a text."),
        (lambda obj: obj.update(speed=1), "unknown entry 'speed'"),
        (lambda obj: obj.update(seed=True), "seed: True does not fit. Give a whole number"),
        (lambda obj: obj.update(minutes=-1), "minutes: -1 does not fit"),
        (lambda obj: obj.update(parameters=1.5), "parameters: 1.5 does not fit"),
        (lambda obj: obj.update(remarks="none"), "remarks: 'none' does not fit. Give a list of: a text."),
        (lambda obj: obj.update(remarks=[1]), "remarks: [1] does not fit"),
        (lambda obj: obj.update(curve=[1]), "curve: [1] does not fit"),
        (lambda obj: obj.update(system="../x"), "system: '../x' does not fit. Give a name of small letters"),
        (lambda obj: obj.update(test_set={}), "test_set: name is missing"),
        (
            lambda obj: obj["test_set"].update(digest="abc"),
            "test_set.digest: 'abc' does not fit. Give a SHA-256 digest",
        ),
        (lambda obj: obj["test_set"].update(num_tasks=5), "5 tasks, but 4 records"),
        (lambda obj: obj["evaluation"].pop("records"), "not an evaluation"),
        (lambda obj: obj["evaluation"]["records"][1].pop("id"), "record 2: id is missing"),
        (
            lambda obj: obj["evaluation"]["records"][1].update(greedy=None),
            "record 2: Expected `bool`, got `null`",
        ),
        (
            lambda obj: obj["evaluation"]["records"][0].update(oracle=False),
            "task t0: consistent is right and",
        ),
        (lambda obj: obj["evaluation"]["records"][1].update(id="t0"), "two records have one id"),
        (
            lambda obj: obj["evaluation"]["records"][1].update(num_tokens="9"),
            "record 2: Expected `int | null`, got `str`",
        ),
    ],
)
def test_a_damaged_result_is_refused(study: Path, change: Any, message: str) -> None:
    changed(first(study), change)
    with pytest.raises(InputError) as error:
        read_result(first(study))
    assert message in str(error.value)
    assert str(first(study)) in str(error.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format": NaN}', "\x00"])
def test_what_is_no_result_at_all_is_refused(study: Path, text: str) -> None:
    first(study).write_text(text)
    with pytest.raises(InputError, match=r"lasynth-s0\.json: (not JSON: .*|.* is not a table)"):
        read_result(first(study))


def test_a_missing_result_is_one_message(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_result(tmp_path / "lasynth-s0.json")


def test_a_result_that_could_not_be_read_back_is_not_written(tmp_path: Path) -> None:
    bad = made_up.result("lasynth", RIGHTS, curve=({"programs": 1, "exec": float("nan")},))
    with pytest.raises(InputError, match="not finite"):
        write_result(bad, tmp_path)
    with pytest.raises(InputError, match="5 tasks, but 4 records"):
        write_result(made_up.result("lasynth", RIGHTS, test_set=TaskSet("x", made_up.DIGEST, 5)), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_study_is_in_the_order_of_its_rows_and_seeds(study: Path) -> None:
    for system, seed in (("robustfill", 0), ("no-executor", 10), ("no-executor", 2), ("lasynth", 1)):
        write_result(made_up.result(system, RIGHTS, seed=seed), study)
    read = read_study(study)
    assert [(r.system, r.seed) for r in read.results] == [
        ("lasynth", 0), ("lasynth", 1), ("no-executor", 2), ("no-executor", 10), ("robustfill", 0),
    ]  # fmt: skip
    assert [row.system for row in read.rows] == ["lasynth", "no-executor", "robustfill", "affine-fit"]
    assert read.row("lasynth").paper == 55.2
    assert read.beam == 64
    assert read.of("affine-fit") == ()
    write_result(made_up.result("extra", RIGHTS), study)
    assert [row.system for row in read_study(study).rows][-1] == "extra"


def other_records(result: Result, **changes: Any) -> Result:
    records = list(result.evaluation.records)
    records[2] = replace(records[2], **changes)
    return replace(result, evaluation=replace(result.evaluation, records=tuple(records)))


def reordered(result: Result) -> Result:
    records = result.evaluation.records[::-1]
    return replace(result, evaluation=replace(result.evaluation, records=records))


MIXED: list[tuple[str, Callable[[Result], Result], str]] = [
    (
        "digest",
        lambda r: replace(r, test_set=TaskSet("other", "0" * 64, 4)),
        'the tasks of "other" differ',
    ),
    ("number", lambda r: made_up.result("no-executor", RIGHTS[:3]), "3 tasks against 4"),
    ("ids", reordered, "record 1 is of task t3 against t0"),
    ("id", lambda r: other_records(r, id="x"), "record 3 is of task x against t2"),
    (
        "beam",
        lambda r: replace(r, evaluation=replace(r.evaluation, beam=16)),
        "beam of 16 against beam of 64",
    ),
    (
        "method",
        lambda r: replace(r, evaluation=replace(r.evaluation, method="sample")),
        "sample of 64 against",
    ),
    ("domain", lambda r: replace(r, evaluation=replace(r.evaluation, domain="karel")), "karel against c"),
    ("kind", lambda r: other_records(r, kind="Mixture"), '"kind" of task t2 is Mixture here and If-only in'),
    ("length", lambda r: other_records(r, num_tokens=1), '"num_tokens" of task t2'),
]


@pytest.mark.parametrize(("change", "message"), [case[1:] for case in MIXED], ids=[case[0] for case in MIXED])
def test_results_that_may_not_be_compared_are_refused(study: Path, change: Any, message: str) -> None:
    path = write_result(change(made_up.result("no-executor", RIGHTS)), study)
    with pytest.raises(InputError) as error:
        read_study(study)
    assert message in str(error.value)
    assert str(path) in str(error.value)
    assert str(first(study)) in str(error.value)


def test_a_peer_has_no_beam_but_the_same_tasks(study: Path) -> None:
    write_result(made_up.result("affine-fit", RIGHTS), study)
    assert read_study(study).beam == 64
    write_result(reordered(made_up.result("affine-fit", RIGHTS)), study)
    with pytest.raises(InputError, match="may not be compared"):
        read_study(study)


def test_what_a_peer_leaves_out_is_filled_in(study: Path) -> None:
    peer = made_up.result("affine-fit", RIGHTS)
    records = tuple(replace(r, kind=None, num_tokens=None, floor=None) for r in peer.evaluation.records)
    write_result(replace(peer, evaluation=replace(peer.evaluation, records=records)), study)
    (read,) = read_study(study).of("affine-fit")
    assert [record.kind for record in read.evaluation.records] == list(made_up.KINDS)
    assert read.evaluation.records[0].floor is True


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("lasynth-s1.json", {}, "it holds lasynth, seed 0"),
        ("lasynth-s0.json", {"study": "other"}, "a result of other, not of small"),
        ("unheard-of-s0.json", {"system": "unheard-of"}, 'no row is for "unheard-of"'),
    ],
)
def test_a_file_that_does_not_belong_is_refused(study: Path, name: str, change: Any, message: str) -> None:
    obj = json.loads(first(study).read_text()) | change
    (study / "results" / name).write_text(json.dumps(obj))
    with pytest.raises(InputError, match=message):
        read_study(study)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "not TOML"),
        ('title = "x"\nreference = "a"', "name is missing. Give a text."),
        (STUDY + "rows = []", 'no row is for "a"'),
        (STUDY + "rows = 3", "rows: 3 does not fit. Give a list of: a table."),
        (STUDY + '[[rows]]\nsystem = "a"', "rows 1: title is missing. Give a text."),
        (STUDY + '[[rows]]\nsystem = "a"\ntitle = "A"\ncolour = 1', "rows 1: unknown entry 'colour'"),
        (STUDY + '[[rows]]\nsystem = "a"\ntitle = "A"\npaper = "55"', "rows 1.paper: '55' does not fit"),
        (
            STUDY + 'rows = []\nreports = ["fig7"]',
            "reports: ['fig7'] does not fit. Give a list of: 'table' or",
        ),
        (STUDY + 2 * '[[rows]]\nsystem = "a"\ntitle = "A"\n', "two rows are for one system"),
    ],
)
def test_a_study_file_with_a_mistake_is_one_message(study: Path, text: str, message: str) -> None:
    (study / "study.toml").write_text(text)
    with pytest.raises(InputError) as error:
        read_study(study)
    assert message in str(error.value)
    assert "study.toml" in str(error.value)


def test_a_study_without_results_is_refused(tmp_path: Path) -> None:
    made_up.study_toml(tmp_path)
    with pytest.raises(InputError, match="there are no results"):
        read_study(tmp_path)


def test_the_study_of_the_paper_has_its_rows_and_numbers(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parents[3]
    made = tmp_path / "study.toml"
    made.write_text((root / "experiments" / "table4" / "study.toml").read_text())
    write_result(made_up.result("lasynth", RIGHTS, study="table4"), tmp_path)
    rows = read_study(tmp_path).rows
    assert [row.paper for row in rows] == [55.2, 53.5, 53.7, 42.9, 38.6, 37.6, None, 34.5, None, None]
    assert [row.system for row in rows if row.peer] == ["affine-fit", "cvc5"]
