from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from lasynth import domains
from lasynth.errors import InputError
from lasynth.outcome import StopReason
from lasynth.search import Method, SearchConfig, SearchResult, search
from lasynth.search.testing import ReferenceScorer, TableScorer, ToyDomain
from lasynth.task import Example, Task

TOY = ToyDomain()
V, EOS = TOY.grammar.num_tokens, TOY.grammar.eos
TEXTS = ("inc inc", "rot", "neg inc dec", "rot dec inc rot", "dec")


def toy_tasks() -> list[Task]:
    return [TOY.task(text, seed=number, id=str(number)) for number, text in enumerate(TEXTS)]


def reference_scorer(tasks: list[Task], confidence: float = 0.7) -> ReferenceScorer:
    tokens = {task.id: TOY.text.to_tokens(TOY.text.parse(task.program or "")) for task in tasks}
    return ReferenceScorer(tokens, V, confidence=confidence)


def random_scorer(tasks: list[Task]) -> TableScorer:
    tables = {}
    for task in tasks:
        logits = np.random.default_rng(int(task.id or 0)).normal(0, 1, (3, V, V))
        logits[..., EOS] += 1
        tables[task.id] = logits
    return TableScorer(tables)


def plain(result: SearchResult) -> list[object]:
    """What must not depend on the clock."""
    return [
        *((p.tokens.tolist(), p.score, p.consistent, p.behaviour, p.order) for p in result.proposals),
        *(p.tokens.tolist() for p in result.candidates),
        result.num_proposed,
        result.stop_reason,
    ]


@pytest.mark.parametrize("method", list(Method))
def test_what_the_model_prefers_is_found(method: Method) -> None:
    tasks = toy_tasks()
    config = SearchConfig(method=method, beam=16, max_tokens=12, enough=None)
    for task, result in zip(tasks, search(reference_scorer(tasks), TOY, tasks, config), strict=True):
        texts = [TOY.text.format(TOY.text.from_tokens(proposal.tokens)) for proposal in result.proposals]
        assert task.program in texts
        assert result.candidates[0].consistent
        assert len(texts) == len(set(texts)) == result.num_distinct <= config.width
        assert len({p.behaviour for p in result.candidates}) == len(result.candidates)
        scores = [proposal.score for proposal in result.proposals]
        assert scores == sorted(scores, reverse=True)
        assert result.stop_reason in (StopReason.EXHAUSTED, StopReason.MAX_LENGTH)


def test_consistent_is_what_running_the_program_says() -> None:
    tasks = toy_tasks()
    verdicts = set()
    for task, result in zip(
        tasks, search(random_scorer(tasks), TOY, tasks, SearchConfig(beam=24, enough=None)), strict=True
    ):
        inputs, wanted = TOY.encode(task.examples)
        for proposal in result.proposals:
            assert proposal.tokens[-1] == EOS
            assert list(proposal.tokens).count(EOS) == 1
            outputs, statuses = TOY.machine.run_batch(proposal.tokens[None], inputs)
            assert proposal.consistent == (not statuses.any() and bool((outputs[0] == wanted).all()))
            verdicts.add(proposal.consistent)
        flags = [proposal.consistent for proposal in result.candidates]
        assert flags == sorted(flags, reverse=True)
        assert result.num_consistent == sum(proposal.consistent for proposal in result.proposals)
    assert verdicts == {True, False}


def test_programs_of_equal_behaviour_are_one_candidate() -> None:
    # The shown inputs are symmetric, so that rot does nothing to them; the probes tell them apart.
    task = Task("toy", (Example((1, 1, 1), (2, 2, 2)),), id="0")
    tokens = {"0": TOY.text.to_tokens(TOY.text.parse("inc"))}
    scorer = ReferenceScorer(tokens, V, confidence=0.3)
    (result,) = search(scorer, TOY, [task], SearchConfig(beam=60, max_tokens=4, enough=None))
    by_text = {TOY.text.format(TOY.text.from_tokens(p.tokens)): p for p in result.proposals}
    assert by_text["inc"].behaviour == by_text["inc inc dec"].behaviour
    assert by_text["rot inc"].behaviour == by_text["inc rot"].behaviour != by_text["inc"].behaviour
    assert by_text["rot inc"].consistent
    kept = [TOY.text.format(TOY.text.from_tokens(p.tokens)) for p in result.candidates if p.consistent]
    assert kept[0] == "inc"
    assert "inc inc dec" not in kept
    assert len({"rot inc", "inc rot"} & set(kept)) == 1
    (blind,) = search(scorer, TOY, [task], SearchConfig(beam=60, max_tokens=4, enough=None, num_probes=0))
    assert [TOY.text.format(TOY.text.from_tokens(p.tokens)) for p in blind.candidates if p.consistent] == [
        "inc"
    ]


@pytest.mark.parametrize("method", list(Method))
def test_a_task_does_not_depend_on_those_beside_it(method: Method) -> None:
    tasks = toy_tasks()
    # One has longer lists and one more examples, so that they are not verified together.
    tasks[1] = dataclasses.replace(TOY.task("rot", num_cells=5), id="1")
    tasks[2] = dataclasses.replace(tasks[2], examples=tasks[2].examples[:2])
    scorer = random_scorer(tasks)
    config = SearchConfig(method=method, beam=7, max_tokens=15)
    results = search(scorer, TOY, tasks, config)
    assert [plain(result) for result in search(scorer, TOY, tasks[::-1], config)] == [
        plain(result) for result in results[::-1]
    ]
    few_rows = dataclasses.replace(config, max_rows=14)
    assert few_rows.tasks_together in (2, 14)
    assert [plain(result) for result in search(scorer, TOY, tasks, few_rows)] == [plain(r) for r in results]


def test_it_stops_when_enough_are_consistent() -> None:
    tasks = toy_tasks()
    scorer = reference_scorer(tasks)
    config = SearchConfig(beam=32, max_tokens=20, enough=1)
    results = search(scorer, TOY, tasks, config)
    rows = scorer_rows = 0
    for result in results:
        assert result.stop_reason == StopReason.ENOUGH_FOUND
        assert result.num_consistent >= 1
        rows += result.num_proposed
    for result in search(scorer, TOY, tasks, dataclasses.replace(config, enough=None)):
        assert result.stop_reason != StopReason.ENOUGH_FOUND
        scorer_rows += result.num_proposed
    assert rows < scorer_rows


@pytest.mark.parametrize("method", list(Method))
def test_the_time_limit_ends_a_search_with_what_it_has(method: Method) -> None:
    tasks = toy_tasks()[:2]
    scorer = random_scorer(tasks)
    ticks = itertools.count()
    # Every look at this clock takes a second: two tasks have 2 x 2 of them.
    config = SearchConfig(method=method, beam=8, max_tokens=100, time_limit_s=2, enough=None)
    results = search(scorer, TOY, tasks, config, clock=lambda: float(next(ticks)))
    if method != Method.GREEDY:  # that one may be done before
        assert {result.stop_reason for result in results} == {StopReason.TIME_LIMIT}
        assert all(len(p.tokens) <= 3 for result in results for p in result.proposals)
        assert any(result.proposals for result in results)
        assert all(4 <= result.seconds <= 6 for result in results)
    assert next(ticks) <= 8


def test_no_time_at_all_is_no_error() -> None:
    ticks = itertools.count(0, 100)
    tasks = toy_tasks()[:1]
    (result,) = search(
        random_scorer(tasks), TOY, tasks, SearchConfig(time_limit_s=1), clock=lambda: float(next(ticks))
    )
    assert result.stop_reason == StopReason.TIME_LIMIT
    assert result.candidates == result.proposals == ()


def test_the_programs_of_a_longer_patience_are_cut_to_the_beam() -> None:
    tasks = toy_tasks()
    scorer = random_scorer(tasks)
    one = SearchConfig(beam=4, max_tokens=20, enough=None)
    for short, long in zip(
        search(scorer, TOY, tasks, one),
        search(scorer, TOY, tasks, dataclasses.replace(one, patience=4.0)),
        strict=True,
    ):
        assert len(long.proposals) <= 4
        assert long.num_proposed >= short.num_proposed
        # One for one the longer search's programs are as likely or more so.
        pairs = zip(short.proposals, long.proposals, strict=False)
        assert all(a.score <= b.score for a, b in pairs)


def test_no_tasks_no_results() -> None:
    assert search(random_scorer(toy_tasks()), TOY, []) == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "magic"}, "Known: beam, sample, greedy"),
        ({"beam": 0}, "beam is 0"),
        ({"max_tokens": 0}, "max_tokens is 0"),
        ({"enough": 0}, "enough is 0"),
        ({"time_limit_s": 0.0}, "time limit"),
        ({"patience": float("nan")}, "patience"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_bad_options_are_one_message(options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        SearchConfig(**options)  # type: ignore[arg-type]


PROGRAMS_C = (
    "int * func_1(int a[]) { int p_0; for (p_0 = 0; p_0 <= 3; p_0++) { a[p_0] += 1; } return a; }",
    "int * func_1(int a[]) { int l_0 = 0; l_0 = a[0]; a[0] = a[4]; a[4] = l_0; return a; }",
    "int * func_1(int a[]) { if (a[0] > a[1] - 2) { a[0] = (a[1] - 3); } else { --a[2]; } return a; }",
)


@pytest.mark.parametrize("method", list(Method))
def test_a_given_program_is_found_in_real_c(method: Method) -> None:
    domain = domains.get("c")
    tasks, references = [], {}
    for number, text in enumerate(PROGRAMS_C):
        tokens = domain.text.to_tokens(domain.text.parse(text))
        inputs = np.random.default_rng(number).integers(-4, 5, (5, 5)).astype(np.int32)
        outputs, statuses = domain.machine.run_batch(tokens[None], inputs)
        assert not statuses.any()
        pairs = zip(inputs.tolist(), outputs[0].tolist(), strict=True)
        tasks.append(Task("c", tuple(Example(tuple(x), tuple(y)) for x, y in pairs), id=str(number)))
        references[str(number)] = tokens
    scorer = ReferenceScorer(
        references, domain.grammar.num_tokens, bos=domain.grammar.bos, eos=domain.grammar.eos, confidence=0.95
    )
    config = SearchConfig(method=method, beam=8, max_tokens=80, enough=None)
    for task, result in zip(tasks, search(scorer, domain, tasks, config), strict=True):
        assert any(p.tokens.tolist() == references[task.id or ""].tolist() for p in result.proposals)
        assert result.candidates[0].consistent
        for proposal in result.proposals:  # the mask lets only programs through
            assert domain.text.parse(domain.text.format(domain.text.from_tokens(proposal.tokens)))
