from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lasynth import domains
from lasynth.errors import InputError
from lasynth.evaluation import Evaluation, evaluate
from lasynth.search import SearchConfig
from lasynth.search.testing import ReferenceScorer, ToyDomain
from lasynth.task import Example, Task

TOY = ToyDomain()
CONFIG = SearchConfig(beam=8, max_tokens=10)


def scorer_for(programs: dict[str, str], confidence: float = 0.8) -> ReferenceScorer:
    tokens = {name: TOY.text.to_tokens(TOY.text.parse(text)) for name, text in programs.items()}
    return ReferenceScorer(tokens, TOY.grammar.num_tokens, confidence=confidence)


def test_greedy_and_exact() -> None:
    tasks = [
        TOY.task("inc inc", id="right"),
        TOY.task("inc inc", id="other text"),
        TOY.task("inc", id="wrong"),
    ]
    scorer = scorer_for(
        {"right": "inc inc", "other text": "inc dec inc inc", "wrong": "dec dec dec rot"}, 0.99
    )
    right, other, wrong = evaluate(scorer, TOY, tasks, replace(CONFIG, beam=1)).records
    assert (right.greedy, right.consistent, right.oracle, right.exact) == (True, True, True, True)
    assert (other.greedy, other.consistent, other.oracle, other.exact) == (True, True, True, False)
    assert (wrong.greedy, wrong.exact) == (False, False)
    assert (right.program, other.program) == ("inc inc", "inc dec inc inc")
    assert (right.kind, right.num_tokens, right.num_held_out) == ("plain", 2, 3)


def test_consistent_trusts_the_shown_examples_and_oracle_looks_behind() -> None:
    # On the shown lists rot does nothing, on those held out it matters. The likeliest program
    # satisfies what is shown and is wrong; another of the beam is right.
    shown = (Example((1, 1, 1), (2, 2, 2)), Example((0, 0, 0), (1, 1, 1)))
    held_out = (Example((1, 2, 3), (2, 3, 4)),)
    task = Task("toy", shown, held_out, id="t", program="inc")
    (record,) = evaluate(scorer_for({"t": "rot inc"}, 0.5), TOY, [task], replace(CONFIG, beam=30)).records
    assert (record.greedy, record.consistent, record.oracle, record.exact) == (False, False, True, False)
    assert record.program == "rot inc"
    (record,) = evaluate(scorer_for({"t": "inc"}, 0.5), TOY, [task], replace(CONFIG, beam=30)).records
    assert (record.greedy, record.consistent, record.oracle, record.exact) == (True, True, True, True)


def test_consistent_skips_what_the_shown_examples_refute() -> None:
    task = TOY.task("inc inc", id="t")
    scorer = scorer_for({"t": "inc inc inc"}, 0.6)
    (record,) = evaluate(scorer, TOY, [task], replace(CONFIG, beam=40)).records
    assert (record.greedy, record.consistent) == (False, True)
    assert record.program == "inc inc"


class WatchedDomain(ToyDomain):
    """Notes on which programs run on held-out inputs."""

    def __init__(self, held_out: set[tuple[int, ...]]) -> None:
        self._held_out = held_out
        self.shapes: list[tuple[tuple[int, ...], bool]] = []

    def run_batch(self, tokens_PT: Any, inputs_PKN: Any, *, fuel: int = 0) -> Any:
        lists = inputs_PKN.reshape(-1, inputs_PKN.shape[-1]).tolist()
        self.shapes.append((tokens_PT.shape, any(tuple(cells) in self._held_out for cells in lists)))
        return super().run_batch(tokens_PT, inputs_PKN, fuel=fuel)


def test_held_out_examples_decide_nothing_in_the_search() -> None:
    task = TOY.task("inc inc", id="t")
    # Values of 8 are beyond those of probe inputs: what runs on them, runs on the held-out ones.
    lies = tuple(Example((8, 8, number), (0, 0, 0)) for number in range(3))
    scorer = scorer_for({"t": "inc inc"}, 0.6)
    honest = evaluate(scorer, TOY, [task], CONFIG).records[0]
    domain = WatchedDomain({example.input for example in lies})
    lied_to = evaluate(scorer, domain, [replace(task, held_out=lies)], CONFIG).records[0]
    assert honest.consistent
    assert not lied_to.consistent
    assert not lied_to.oracle
    same = ("program", "num_candidates", "num_consistent", "exact")
    assert [getattr(honest, name) for name in same] == [getattr(lied_to, name) for name in same]
    # Only programs that satisfy the shown examples are run on held-out ones, after the search.
    assert [shape[0] for shape, held_out in domain.shapes if held_out] == [honest.num_consistent, 1]


def test_affine_and_floor() -> None:
    maps = [TOY.task("rot inc", seed=3, id="map")]
    inputs = np.random.default_rng(0).integers(-3, 4, (12, 3)).tolist()
    pairs = tuple(Example(tuple(x), tuple(abs(v) for v in x)) for x in inputs)
    tasks = [*maps, Task("toy", pairs[:6], pairs[6:], id="abs")]
    scorer = scorer_for({"map": "rot", "abs": "rot"})
    map_, other = evaluate(scorer, TOY, tasks, CONFIG).records
    assert (map_.plain, map_.plain_computed) == (True, True)
    assert (other.plain, other.plain_computed, other.floor) == (False, True, False)
    assert (other.kind, other.num_tokens, other.exact) == (None, None, None)
    given = evaluate(scorer, TOY, tasks, CONFIG, plain=[False, True]).records
    assert [(record.plain, record.plain_computed) for record in given] == [(False, False), (True, False)]
    # With six examples shown the floor has no choice but the map itself.
    task = TOY.task("rot inc", seed=3, id="map")
    shown = replace(task, examples=task.examples + task.held_out[:2], held_out=task.held_out[2:])
    assert evaluate(scorer, TOY, [shown], CONFIG).records[0].floor is True


def test_the_floor_may_fit_the_shown_examples_and_be_wrong() -> None:
    shown = (Example((1, 2, 3), (1, 2, 3)), Example((0, 0, 0), (0, 0, 0)))
    held_out = (Example((-1, -2, -3), (1, 2, 3)),)
    task = Task("toy", shown, held_out, id="abs")
    (record,) = evaluate(scorer_for({"abs": "rot"}), TOY, [task], CONFIG).records
    assert record.floor is False


def test_no_held_out_examples_are_said() -> None:
    task = replace(TOY.task("inc", id="t"), held_out=())
    evaluation = evaluate(scorer_for({"t": "inc"}), TOY, [task], CONFIG)
    assert evaluation.records[0].consistent
    assert evaluation.to_json()["num_without_held_out"] == 1
    assert "1 tasks have no held-out examples" in evaluation.render()


def test_batches_do_not_matter_and_progress_counts() -> None:
    texts = ["inc", "rot", "dec dec", "rot inc", "neg inc", "dec"]
    tasks = [TOY.task(text, seed=number, id=str(number)) for number, text in enumerate(texts)]
    scorer = scorer_for({str(number): text for number, text in enumerate(texts)}, 0.5)
    done: list[int] = []
    few = evaluate(scorer, TOY, tasks, replace(CONFIG, max_rows=16), progress=done.append)
    many = evaluate(scorer, TOY, tasks, CONFIG)
    assert done == [2, 4, 6]
    assert [replace(record, seconds=0) for record in few.records] == [
        replace(record, seconds=0) for record in many.records
    ]


def test_bad_tasks_are_one_message() -> None:
    with pytest.raises(InputError, match="no tasks"):
        evaluate(scorer_for({"t": "inc"}), TOY, [], CONFIG)
    task = replace(TOY.task("inc", id="t"), program="jump")
    with pytest.raises(InputError, match="task t, program: the reference is no program: unknown command"):
        evaluate(scorer_for({"t": "inc"}), TOY, [task], CONFIG)


def test_real_c() -> None:
    domain = domains.get("c")
    text = "int * func_1(int a[]) { int p_0; for (p_0 = 0; p_0 <= 3; p_0++) { a[p_0] += 1; } return a; }"
    tokens = domain.text.to_tokens(domain.text.parse(text))
    inputs = np.random.default_rng(0).integers(-4, 5, (10, 5)).astype(np.int32)
    outputs, _ = domain.machine.run_batch(tokens[None], inputs)
    pairs = zip(inputs.tolist(), outputs[0].tolist(), strict=True)
    examples = tuple(Example(tuple(x), tuple(y)) for x, y in pairs)
    # The reference's names differ from those the search gives; it is the same program.
    task = Task("c", examples[:5], examples[5:], "t", text.replace("p_0", "i"))
    scorer = ReferenceScorer(
        {"t": tokens}, domain.grammar.num_tokens, bos=domain.grammar.bos, eos=domain.grammar.eos
    )
    evaluation = evaluate(scorer, domain, [task], SearchConfig(beam=4, max_tokens=60))
    (record,) = evaluation.records
    assert (record.greedy, record.consistent, record.oracle, record.exact) == (True, True, True, True)
    assert (record.kind, record.num_tokens, record.plain) == ("For-only", len(tokens) - 1, True)
    assert isinstance(evaluation, Evaluation)
