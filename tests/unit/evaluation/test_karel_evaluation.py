"""Evaluation of Karel: the straight-line floor, top-1 and greedy, and the words of the tables."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from toy_language import ReferenceScorer

from lasynth.domains.karel.language import LANGUAGE
from lasynth.domains.karel.world import World, WorldArray
from lasynth.errors import InputError
from lasynth.evaluation import Evaluation, Record, evaluate
from lasynth.evaluation.tables import groups
from lasynth.evaluation.words import words_of
from lasynth.search import Problem, SearchConfig
from lasynth.task import Example, Task

CONFIG = SearchConfig(max_tokens=24)
# Corridors: the number of cells from the robot to the end.
LENGTHS = (3, 3, 3, 3, 3, 5)


def corridor(length: int) -> World:
    return World.from_text(["." * (6 - length) + ">" + "." * length])


def task_of(text: str, name: str, lengths: tuple[int, ...] = LENGTHS) -> Task:
    """A task from the runs of a program in different corridors; the last one is held out."""
    inputs: list[WorldArray] = []
    for number, length in enumerate(lengths):
        world = corridor(length)
        marker = (*(0, 0 if length < 6 else 6), number + 1)
        inputs.append(replace(world, markers=(marker,)).to_array())
    tokens = LANGUAGE.text.tokens_of(text)
    examples = []
    for before in inputs:
        outputs, statuses = LANGUAGE.machine.run_batch(tokens[None], before[None])
        assert statuses[0, 0] == 0
        examples.append(Example(LANGUAGE.values.decode(before), LANGUAGE.values.decode(outputs[0, 0])))
    return Task("karel", tuple(examples[:5]), tuple(examples[5:]), name, text)


STRAIGHT = task_of("def run():\n    move\n    turnLeft\n", "straight")
LOOP = task_of("def run():\n    while frontIsClear:\n        move\n", "loop")
TASKS = [STRAIGHT, LOOP]


def scorer_for(tasks: list[Task], *texts: str, confidence: float = 0.97) -> ReferenceScorer:
    """A scorer that prefers these programs, one per task; by default the tasks' own."""
    programs = texts or [task.program or "" for task in tasks]
    references = [
        (Problem.of(task), LANGUAGE.text.tokens_of(text)) for task, text in zip(tasks, programs, strict=True)
    ]
    return ReferenceScorer(references, confidence=confidence)


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    return replace(evaluate(scorer_for(TASKS), TASKS, CONFIG, beam=4, title="corridors"), seconds=1.5)


def floor_is_right(task: Task) -> bool:
    problem, floor = Problem.of(task), LANGUAGE.floor
    assert floor is not None
    (program,) = floor.fit(problem.inputs_KN[None], problem.outputs_KN[None])
    return program is not None and bool(problem.right([program])[0])


def test_the_floor_is_that_of_the_language() -> None:
    # Three moves fit the five shown worlds, but the held-out one needs five.
    assert [floor_is_right(task) for task in TASKS] == [True, False]
    shown_all = replace(LOOP, examples=LOOP.examples + LOOP.held_out, held_out=())
    assert [floor_is_right(task) for task in (shown_all, replace(LOOP, held_out=()))] == [False, True]
    floor = LANGUAGE.floor
    assert floor is not None
    for task, straight in zip(TASKS, (True, False), strict=True):
        inputs, outputs = LANGUAGE.encode(task.examples + task.held_out)
        assert floor.is_plain(inputs, outputs, LANGUAGE.text.tokens_of(task.program or "")) == straight
        assert floor.is_plain(inputs, outputs, None) is None


def test_records_hold_every_protocol(evaluation: Evaluation) -> None:
    straight, loop = evaluation.records
    for record in (straight, loop):
        assert (record.greedy, record.top1, record.consistent, record.oracle) == (True,) * 4
        assert record.exact
        assert record.plain_computed
    assert (straight.floor, straight.plain, straight.kind, straight.num_tokens) == (True, True, "Seq-only", 6)
    assert (loop.floor, loop.plain, loop.kind) == (False, False, "Loop-only")
    assert loop.program == LOOP.program


def test_top1_is_the_likeliest_of_the_beam_whatever_the_examples_say() -> None:
    # The scorer prefers a turn: the beam's likeliest program is wrong, and a later one is right.
    task = replace(task_of("def run():\n    move\n", "move"), program=None)
    scorer = scorer_for([task], "def run():\n    turnLeft\n", confidence=0.4)
    (record,) = evaluate(scorer, [task], CONFIG, beam=64).records
    assert (record.top1, record.consistent, record.oracle) == (False, True, True)
    assert record.plain is None
    assert not record.plain_computed


def test_what_is_known_of_the_tasks_is_taken(evaluation: Evaluation) -> None:
    (record,) = evaluate(scorer_for([STRAIGHT]), [STRAIGHT], CONFIG, beam=4, plain=[False]).records
    assert (record.plain, record.plain_computed) == (False, False)


def test_tables_speak_of_the_straight_line_floor(evaluation: Evaluation) -> None:
    text = evaluation.render(markdown=True)
    assert "| greedy | top-1 of 4 | consistent@4 | oracle@4 | exact | straight-line floor |" in text
    assert "| straight-line floor fails | 1 |" in text
    assert "| not straight | 1 |" in text
    assert "Straight or not was computed from the runs of the reference of 2 tasks." in text
    assert "ffine" not in text
    for width in (140, 120, 80):
        assert all(len(line) <= width for line in evaluation.render(width=width).splitlines())
    document = evaluation.to_json()
    assert {"by_straight", "by_straight_line_floor", "by_kind", "by_length"} < set(document)
    assert document["totals"]["top1"]["num_right"] == 2
    assert document["totals"]["floor"]["num_right"] == 1
    sections = {group.section for group in groups(evaluation.records, "karel")}
    assert sections == {"all", "kind", "length", "straight", "straight_line_floor"}


def test_a_table_of_lists_has_no_top1(evaluation: Evaluation) -> None:
    assert "top-1" not in replace(evaluation, domain="c").render()
    assert words_of("karel").name == "straight-line floor"
    assert words_of("c").name == "affine fit"
    assert words_of("a language that is gone").name == "floor"


def test_json_comes_back_equal(evaluation: Evaluation) -> None:
    document = json.loads(json.dumps(evaluation.to_json(records=True)))
    assert Evaluation.from_json(document) == evaluation
    assert Record(**json.loads(next(evaluation.details()))) == evaluation.records[0]


def test_json_of_earlier_versions_is_read(evaluation: Evaluation) -> None:
    document = json.loads(json.dumps(replace(evaluation, domain="c").to_json(records=True)))
    for record in document["records"]:
        record["affine"] = record.pop("plain")
        record["affine_computed"] = record.pop("plain_computed")
        del record["top1"]
    records = Evaluation.from_json(document).records
    assert records == tuple(replace(record, top1=None) for record in evaluation.records)
    assert "top1" not in Evaluation.from_json(document).to_json()["totals"]
    del document["records"][1]["kind"]
    with pytest.raises(InputError, match="record 2"):
        Evaluation.from_json(document)
