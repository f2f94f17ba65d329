from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from toy_language import TOY, ReferenceScorer, toy_problem

from lasynth import domains
from lasynth.errors import InputError
from lasynth.evaluation import Evaluation, evaluate, evaluate_engines
from lasynth.search import Beam, Problem, SearchConfig, Votes
from lasynth.task import Example, Task

C = domains.get("c")
CONFIG = SearchConfig(max_tokens=10)
pytestmark = pytest.mark.usefixtures("toy")


def examples_of(problem: Problem) -> tuple[tuple[Example, ...], tuple[Example, ...]]:
    """The shown and the held-out examples."""
    assert problem.held_out is not None
    groups = (problem.inputs_KN, problem.outputs_KN), problem.held_out
    shown, held_out = (tuple(map(Example, *map(np.ndarray.tolist, group))) for group in groups)
    return shown, held_out


def toy_task(text: str, *, id: str, seed: int = 0) -> Task:  # noqa: A002 - as in a task
    return Task("toy", *examples_of(toy_problem(text, seed=seed)), id, text)


def scorer_for(tasks: list[Task], *texts: str, confidence: float = 0.8) -> ReferenceScorer:
    """A scorer that prefers these programs, one per task."""
    references = [
        (Problem.of(task), task.language.text.tokens_of(text))
        for task, text in zip(tasks, texts, strict=True)
    ]
    return ReferenceScorer(references, confidence=confidence)


def test_greedy_and_exact() -> None:
    tasks = [
        toy_task("inc inc", id="right"),
        toy_task("inc inc", id="other text", seed=1),
        toy_task("inc", id="wrong"),
    ]
    scorer = scorer_for(tasks, "inc inc", "inc dec inc inc", "dec dec dec rot", confidence=0.99)
    right, other, wrong = evaluate(scorer, tasks, CONFIG, beam=1).records
    assert (right.greedy, right.consistent, right.oracle, right.exact) == (True, True, True, True)
    assert (other.greedy, other.consistent, other.oracle, other.exact) == (True, True, True, False)
    assert (wrong.greedy, wrong.exact) == (False, False)
    assert (right.program, other.program) == ("inc inc", "inc dec inc inc")
    assert (right.kind, right.num_tokens, right.num_held_out) == ("plain", 2, 3)
    assert (right.floor, right.plain, right.completed) == (None, None, None)  # it has no floor


def test_consistent_trusts_the_shown_examples_and_oracle_looks_behind() -> None:
    # On the shown lists rot has no effect, on the held-out ones it has. The likeliest program satisfies the
    # shown examples and is wrong; another one in the beam is right.
    shown = (Example((1, 1, 1), (2, 2, 2)), Example((0, 0, 0), (1, 1, 1)))
    held_out = (Example((1, 2, 3), (2, 3, 4)),)
    task = Task("toy", shown, held_out, id="t", program="inc")
    (record,) = evaluate(scorer_for([task], "rot inc", confidence=0.5), [task], CONFIG, beam=30).records
    assert (record.greedy, record.consistent, record.oracle, record.exact) == (False, False, True, False)
    assert record.program == "rot inc"
    (record,) = evaluate(scorer_for([task], "inc", confidence=0.5), [task], CONFIG, beam=30).records
    assert (record.greedy, record.consistent, record.oracle, record.exact) == (True, True, True, True)


def test_consistent_skips_what_the_shown_examples_refute() -> None:
    task = toy_task("inc inc", id="t")
    scorer = scorer_for([task], "inc inc inc", confidence=0.6)
    (record,) = evaluate(scorer, [task], CONFIG, beam=40).records
    assert (record.greedy, record.consistent) == (False, True)
    assert record.program == "inc inc"


def test_held_out_examples_decide_nothing_in_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    task = toy_task("inc inc", id="t")
    # Further inputs have no values as large as 8, so a run with an 8 is a run on a held-out example.
    lies = tuple(Example((8, 8, number), (0, 0, 0)) for number in range(3))
    scorer = scorer_for([task], "inc inc", confidence=0.6)
    honest = evaluate(scorer, [task], CONFIG, beam=8).records[0]
    runs: list[int] = []

    def watched(tokens_PT: Any, inputs_PKN: Any, /, *, fuel: int = 0) -> Any:
        if (inputs_PKN[..., 0] == 8).any():
            runs.append(len(tokens_PT))
        return TOY.machine.run_batch(tokens_PT, inputs_PKN)

    language = replace(TOY, machine=replace(TOY.machine, run_batch=watched))
    monkeypatch.setattr(Task, "language", language)
    lied_to = evaluate(scorer, [replace(task, held_out=lies)], CONFIG, beam=8).records[0]
    assert honest.consistent
    assert not lied_to.consistent
    assert not lied_to.oracle
    same = ("program", "num_candidates", "num_consistent", "exact")
    assert [getattr(honest, name) for name in same] == [getattr(lied_to, name) for name in same]
    # Only programs that satisfy the shown examples are run on held-out ones, after the search.
    assert runs == [honest.num_consistent, 1]


def c_task(function: Any, *, num_shown: int = 6, id: str = "t") -> Task:  # noqa: A002 - as in a task
    inputs = np.random.default_rng(0).integers(-3, 4, (12, 3)).tolist()
    examples = [Example(tuple(x), tuple(function(x))) for x in inputs]
    return Task("c", tuple(examples[:num_shown]), tuple(examples[num_shown:]), id)


def test_affine_and_floor() -> None:
    tasks = [c_task(lambda x: [x[1] + 1, x[2] + 1, x[0] + 1]), c_task(lambda x: [abs(v) for v in x])]
    scorer = scorer_for(tasks, *["a[0]++;"] * 2)
    map_, other = evaluate(scorer, tasks, CONFIG, beam=8).records
    # With six examples shown the floor has no choice but the map itself.
    assert (map_.plain, map_.plain_computed, map_.floor) == (True, True, True)
    assert (other.plain, other.plain_computed, other.floor) == (False, True, False)
    assert (other.kind, other.num_tokens, other.exact) == (None, None, None)
    given = evaluate(scorer, tasks, CONFIG, beam=8, plain=[False, True]).records
    assert [(record.plain, record.plain_computed) for record in given] == [(False, False), (True, False)]


def test_the_floor_may_fit_the_shown_examples_and_be_wrong() -> None:
    shown = (Example((1, 2, 3), (1, 2, 3)), Example((0, 0, 0), (0, 0, 0)))
    held_out = (Example((-1, -2, -3), (1, 2, 3)),)
    task = Task("c", shown, held_out, id="abs")
    (record,) = evaluate(scorer_for([task], "a[0]++;"), [task], CONFIG, beam=8).records
    assert record.floor is False


def test_completion_is_told_apart_from_the_model() -> None:
    task = c_task(lambda x: [x[0] + 1, x[1], 3])
    scorer = scorer_for([task], "a[0]++; a[0]++; a[0]++;", confidence=0.99)
    config = SearchConfig(max_tokens=40)
    (record,) = evaluate(scorer, [task], config, beam=1, complete=True).records
    assert (record.consistent, record.completed, record.num_candidates) == (False, True, 1)
    (plain,) = evaluate(scorer, [task], config, beam=1).records
    assert replace(record, completed=None, seconds=0) == replace(plain, seconds=0)


def test_an_ensemble_is_evaluated_as_one() -> None:
    task = toy_task("inc", id="t")
    beams, greedy = (
        [
            Beam(scorer=scorer_for([task], text, confidence=0.95), width=width)
            for text in ("inc", "dec", "inc")
        ]
        for width in (4, 1)
    )
    evaluation = evaluate_engines(beams, greedy, [task], CONFIG, choose=Votes(), method="majority")
    (record,) = evaluation.records
    assert (evaluation.method, evaluation.beam) == ("majority", 4)
    assert (record.greedy, record.consistent, record.program) == (True, True, "inc")
    assert record.num_candidates > 4


def test_no_held_out_examples_are_said() -> None:
    task = replace(toy_task("inc", id="t"), held_out=())
    evaluation = evaluate(scorer_for([task], "inc"), [task], CONFIG, beam=8)
    assert evaluation.records[0].consistent
    assert evaluation.to_json()["num_without_held_out"] == 1
    assert "1 tasks have no held-out examples" in evaluation.render()


def test_batches_do_not_matter_and_progress_counts() -> None:
    texts = ["inc", "rot", "dec dec", "rot inc", "neg inc", "dec"]
    tasks = [toy_task(text, seed=number, id=str(number)) for number, text in enumerate(texts)]
    scorer = scorer_for(tasks, *texts, confidence=0.5)
    done: list[int] = []
    few = evaluate(scorer, tasks, replace(CONFIG, max_rows=16), beam=8, progress=done.append)
    many = evaluate(scorer, tasks, CONFIG, beam=8)
    assert done == [2, 4, 6]
    assert [replace(record, seconds=0) for record in few.records] == [
        replace(record, seconds=0) for record in many.records
    ]


def test_bad_tasks_are_one_message() -> None:
    task = replace(toy_task("inc", id="t"), program="jump")
    scorer = scorer_for([task], "inc")
    with pytest.raises(InputError, match="no tasks"):
        evaluate(scorer, [], CONFIG)
    with pytest.raises(InputError, match="task t, program: the reference is not a program: unknown command"):
        evaluate(scorer, [task], CONFIG)


def test_real_c() -> None:
    text = "int * func_1(int a[]) { int p_0; for (p_0 = 0; p_0 <= 3; p_0++) { a[p_0] += 1; } return a; }"
    tokens = C.text.tokens_of(text)
    inputs = np.random.default_rng(0).integers(-4, 5, (10, 5)).astype(np.int32)
    outputs, _ = C.machine.run_batch(tokens[None], inputs)
    pairs = zip(inputs.tolist(), outputs[0].tolist(), strict=True)
    examples = tuple(Example(tuple(x), tuple(y)) for x, y in pairs)
    # The reference's names differ from those of the search, but it is the same program.
    task = Task("c", examples[:5], examples[5:], "t", text.replace("p_0", "i"))
    scorer = scorer_for([task], text, confidence=0.9)
    evaluation = evaluate(scorer, [task], SearchConfig(max_tokens=60), beam=4)
    (record,) = evaluation.records
    assert (record.greedy, record.consistent, record.oracle, record.exact) == (True, True, True, True)
    assert (record.kind, record.num_tokens, record.plain) == ("For-only", len(tokens) - 1, True)
    assert isinstance(evaluation, Evaluation)
