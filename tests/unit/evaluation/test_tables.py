from __future__ import annotations

import json
from dataclasses import replace

import pytest

from lasynth.errors import InputError
from lasynth.evaluation import Evaluation, Record

BASE = Record(
    id="0",
    greedy=False,
    consistent=True,
    oracle=True,
    exact=False,
    floor=False,
    plain=False,
    plain_computed=False,
    kind="For-only",
    num_tokens=20,
    num_held_out=5,
    num_candidates=64,
    num_consistent=2,
    program="int * func_1(int a[]) {\n    return a;\n}\n",
    seconds=0.5,
)
RECORDS = (
    BASE,
    replace(BASE, id="1", kind="Seq-only", num_tokens=9, plain=True, floor=True, greedy=True),
    replace(BASE, id="2", kind="Seq-only", num_tokens=16, plain=True, consistent=False),
    replace(BASE, id="3", kind="Mixture", num_tokens=300, consistent=False, oracle=False),
)
EVALUATION = Evaluation(records=RECORDS, domain="c", method="beam", beam=64, title="c-small", seconds=2.0)


def test_totals_and_groups() -> None:
    document = EVALUATION.to_json()
    assert "records" not in document
    assert (document["num_tasks"], document["num_without_held_out"]) == (4, 0)
    right = {name: rate["num_right"] for name, rate in document["totals"].items()}
    assert right == {"greedy": 1, "consistent": 2, "oracle": 3, "exact": 0, "floor": 1}
    by_kind = {kind: rates["consistent"] for kind, rates in document["by_kind"].items()}
    assert by_kind["Seq-only"]["num_right"] == 1
    assert by_kind["Seq-only"]["num_tasks"] == 2
    assert list(document["by_length"]) == ["1-16 tokens", "17-32 tokens", "129+ tokens"]
    assert list(document["by_affine"]) == ["affine", "not affine"]
    fails = document["by_affine_fit"]["affine fit fails"]["consistent"]
    assert (fails["num_right"], fails["num_tasks"]) == (1, 3)
    assert fails["low"] < fails["share"] < fails["high"]


def test_json_comes_back_equal() -> None:
    text = json.dumps(EVALUATION.to_json(records=True))
    assert Evaluation.from_json(json.loads(text)) == EVALUATION
    lines = list(EVALUATION.details())
    assert len(lines) == 4
    assert Record(**json.loads(lines[2])) == RECORDS[2]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"records": None},
            "evaluation: not an evaluation with its records. Write it with `Evaluation.to_json(",
        ),
        ({"records": [{"id": "0"}]}, "evaluation, record 1: consistent is missing"),
        ({"domain": 3}, "evaluation, domain: 3 does not fit. Give a text."),
        ({"beam": 0}, "evaluation, beam: 0 does not fit"),
    ],
)
def test_json_of_something_else_is_one_message(change: dict[str, object], message: str) -> None:
    with pytest.raises(InputError) as error:
        Evaluation.from_json(EVALUATION.to_json(records=True) | change)
    assert str(error.value).startswith(message)


def test_the_terminal_table() -> None:
    text = EVALUATION.render(width=120)
    lines = text.splitlines()
    assert all(len(line) <= 120 for line in lines)
    assert "consistent@64" in text
    assert "oracle@64" in text
    (total,) = [line for line in lines if line.lstrip().startswith("all ")]
    assert total.split()[:2] == ["all", "4"]
    assert "50.0 [15.0, 85.0]" in total
    assert "the first of 64 that satisfies the shown examples is right" in text
    assert "no held-out" not in text
    narrow = EVALUATION.render(width=80).splitlines()
    assert all(len(line) <= 80 for line in narrow)
    (intervals,) = [line for line in narrow if "[15.0,85.0]" in line]
    assert intervals.split() == ["[4.6,69.9]", "[15.0,85.0]", "[30.1,95.4]", "[0.0,49.0]", "[4.6,69.9]"]


def test_the_markdown_table() -> None:
    text = EVALUATION.render(markdown=True)
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in table}) == 1
    assert table[2].startswith("| all | 4 | 25.0 [")
    assert "| affine fit fails | 3 |" in text
    assert text.startswith("**c-small**\n")


def test_what_is_not_known_has_no_column() -> None:
    bare = [
        replace(record, exact=None, kind=None, num_tokens=None, plain=None, floor=None) for record in RECORDS
    ]
    evaluation = replace(EVALUATION, records=tuple(bare))
    assert "exact" not in evaluation.render()
    assert list(evaluation.to_json()["totals"]) == ["greedy", "consistent", "oracle"]
    assert not [key for key in evaluation.to_json() if key.startswith("by_")]


def test_computed_flags_are_said() -> None:
    evaluation = replace(EVALUATION, records=(BASE, replace(BASE, plain_computed=True)))
    assert "computed from the examples of 1 tasks" in evaluation.render()
    assert "computed" not in EVALUATION.render(markdown=True)
