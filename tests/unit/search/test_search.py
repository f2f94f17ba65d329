from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar

import numpy as np
import pytest
from toy_language import TOY, ReferenceScorer, TableScorer, toy_problem

from lasynth import domains
from lasynth.domains.kit.rows import padded
from lasynth.errors import InputError
from lasynth.outcome import StopReason
from lasynth.search import (
    Beam,
    Budget,
    Engine,
    Problem,
    Proposals,
    Sampling,
    Scorer,
    SearchConfig,
    SearchResult,
    search,
)

V, EOS = TOY.grammar.num_tokens, TOY.grammar.eos
TEXTS = ("inc inc", "rot", "neg inc dec", "rot dec inc rot", "dec")
ENGINES = [Beam, Sampling]
every_engine = pytest.mark.parametrize("engine", ENGINES)


def toy_problems() -> list[Problem]:
    return [toy_problem(text, seed=number, id=str(number)) for number, text in enumerate(TEXTS)]


def reference_scorer(problems: list[Problem], confidence: float = 0.7) -> ReferenceScorer:
    references = [(problem, TOY.text.tokens_of(text)) for problem, text in zip(problems, TEXTS, strict=False)]
    return ReferenceScorer(references, confidence=confidence)


def random_scorer(problems: list[Problem]) -> TableScorer:
    tables = []
    for number, problem in enumerate(problems):
        logits = np.random.default_rng(number).normal(0, 1, (3, V, V))
        logits[..., EOS] += 1
        tables.append((problem, logits))
    return TableScorer(tables)


def plain(result: SearchResult) -> list[object]:
    """The part of a result that must not depend on the clock."""
    return [
        *((p.tokens.tolist(), p.score, p.consistent, p.behaviour, p.order) for p in result.proposals),
        *(p.tokens.tolist() for p in result.candidates),
        result.num_proposed,
        result.stop_reason,
    ]


@dataclasses.dataclass
class Says:
    """An engine that proposes the given programs for every problem, one at a time."""

    texts: Sequence[str]
    name: str = "says"
    width: int = 8
    reason: StopReason | None = None
    before: Callable[[Budget], None] | None = None
    problems: ClassVar[list[Problem]] = []

    def propose(self, problems: Sequence[Problem], budget: Budget) -> Iterator[Proposals]:
        self.problems[:] = problems
        for rank, text in enumerate(self.texts):
            if self.before is not None:
                self.before(budget)
            if budget.expired():
                budget.end_all(StopReason.TIME_LIMIT)
                return
            live = np.flatnonzero(budget.live())
            tokens = padded([TOY.text.tokens_of(text)] * len(live), EOS)
            yield Proposals(live, tokens, np.full(len(live), -float(rank)))
        if self.reason is not None:
            budget.end_all(self.reason)


def texts_of(proposals: Sequence[object]) -> list[str]:
    return [TOY.text.of_tokens(proposal.tokens) for proposal in proposals]  # type: ignore[attr-defined]


@every_engine
def test_what_the_model_prefers_is_found(engine: Callable[..., Engine]) -> None:
    problems = toy_problems()
    config = SearchConfig(max_tokens=12, enough=None)
    results = search([engine(scorer=reference_scorer(problems), width=16)], problems, config)
    for text, result in zip(TEXTS, results, strict=True):
        texts = texts_of(result.proposals)
        assert text in texts
        assert result.candidates[0].consistent
        assert len(texts) == len(set(texts)) == result.num_distinct <= 16
        assert len({p.behaviour for p in result.candidates}) == len(result.candidates)
        scores = [proposal.score for proposal in result.proposals]
        assert scores == sorted(scores, reverse=True)
        assert result.stop_reason in (StopReason.EXHAUSTED, StopReason.MAX_LENGTH)


def test_consistent_is_what_running_the_program_says() -> None:
    problems = toy_problems()
    verdicts = set()
    beam = Beam(scorer=random_scorer(problems), width=24)
    results = search([beam], problems, SearchConfig(enough=None))
    for problem, result in zip(problems, results, strict=True):
        for proposal in result.proposals:
            assert proposal.tokens[-1] == EOS
            assert list(proposal.tokens).count(EOS) == 1
            outputs, statuses = TOY.machine.run_batch(proposal.tokens[None], problem.inputs_KN)
            right = not statuses.any() and bool((outputs[0] == problem.outputs_KN).all())
            assert proposal.consistent == right
            verdicts.add(proposal.consistent)
        flags = [proposal.consistent for proposal in result.candidates]
        assert flags == sorted(flags, reverse=True)
        assert result.num_consistent == sum(proposal.consistent for proposal in result.proposals)
    assert verdicts == {True, False}


def test_programs_of_equal_behaviour_are_one_candidate() -> None:
    # The shown inputs are symmetric, so rot has no effect on them; the probes distinguish the programs.
    problem = Problem(TOY, np.array([[1, 1, 1]], dtype=np.int32), np.array([[2, 2, 2]], dtype=np.int32))
    beam = Beam(scorer=ReferenceScorer([(problem, TOY.text.tokens_of("inc"))], confidence=0.3), width=60)
    (result,) = search([beam], [problem], SearchConfig(max_tokens=4, enough=None))
    by_text = dict(zip(texts_of(result.proposals), result.proposals, strict=True))
    assert by_text["inc"].behaviour == by_text["inc inc dec"].behaviour
    assert by_text["rot inc"].behaviour == by_text["inc rot"].behaviour != by_text["inc"].behaviour
    assert by_text["rot inc"].consistent
    kept = texts_of([p for p in result.candidates if p.consistent])
    assert kept[0] == "inc"
    assert "inc inc dec" not in kept
    assert len({"rot inc", "inc rot"} & set(kept)) == 1
    (blind,) = search([beam], [problem], SearchConfig(max_tokens=4, enough=None, num_probes=0))
    assert texts_of([p for p in blind.candidates if p.consistent]) == ["inc"]


@every_engine
def test_a_problem_does_not_depend_on_those_beside_it(engine: Callable[..., Engine]) -> None:
    problems = toy_problems()
    # One has longer lists and one fewer examples, so that they are not searched together.
    problems[1] = toy_problem("rot", num_cells=5)
    shorter = problems[2].inputs_KN[:2], problems[2].outputs_KN[:2]
    problems[2] = dataclasses.replace(problems[2], inputs_KN=shorter[0], outputs_KN=shorter[1])
    engines = [engine(scorer=random_scorer(problems), width=7)]
    config = SearchConfig(max_tokens=15)
    results = [plain(result) for result in search(engines, problems, config)]
    assert [plain(result) for result in search(engines, problems[::-1], config)] == results[::-1]
    few_rows = dataclasses.replace(config, max_rows=14)
    assert [plain(result) for result in search(engines, problems, few_rows)] == results


def test_it_stops_when_enough_are_consistent() -> None:
    problems = toy_problems()
    engines = [Beam(scorer=reference_scorer(problems), width=32)]
    config = SearchConfig(max_tokens=20, enough=1)
    few = many = 0
    for result in search(engines, problems, config):
        assert result.stop_reason == StopReason.ENOUGH_FOUND
        assert result.num_consistent >= 1
        few += result.num_proposed
    for result in search(engines, problems, dataclasses.replace(config, enough=None)):
        assert result.stop_reason != StopReason.ENOUGH_FOUND
        many += result.num_proposed
    assert few < many


@every_engine
def test_the_time_limit_ends_a_search_with_what_it_has(engine: Callable[..., Engine]) -> None:
    problems = toy_problems()[:2]
    ticks = itertools.count()
    # Every call of this clock takes a second: two problems have 2 x 2 seconds.
    config = SearchConfig(max_tokens=100, time_limit_s=2, enough=None)
    engines = [engine(scorer=random_scorer(problems), width=8)]
    results = search(engines, problems, config, clock=lambda: float(next(ticks)))
    assert {result.stop_reason for result in results} == {StopReason.TIME_LIMIT}
    assert all(len(p.tokens) <= 3 for result in results for p in result.proposals)
    assert any(result.proposals for result in results)
    assert all(4 <= result.seconds <= 6 for result in results)
    assert next(ticks) <= 8


def test_no_time_at_all_is_no_error() -> None:
    ticks = itertools.count(0, 100)
    problems = toy_problems()[:1]
    (result,) = search(
        [Beam(scorer=random_scorer(problems))],
        problems,
        SearchConfig(time_limit_s=1),
        clock=lambda: float(next(ticks)),
    )
    assert result.stop_reason == StopReason.TIME_LIMIT
    assert result.candidates == result.proposals == ()


def test_the_programs_of_a_longer_patience_are_cut_to_the_beam() -> None:
    problems = toy_problems()
    scorer = random_scorer(problems)
    config = SearchConfig(max_tokens=20, enough=None)
    for short, long in zip(
        search([Beam(scorer=scorer, width=4)], problems, config),
        search([Beam(scorer=scorer, width=4, patience=4.0)], problems, config),
        strict=True,
    ):
        assert len(long.proposals) <= 4
        assert long.num_proposed >= short.num_proposed
        # Pairwise, the longer search's programs are at least as likely.
        pairs = zip(short.proposals, long.proposals, strict=False)
        assert all(a.score <= b.score for a, b in pairs)


def test_engines_follow_each_other_and_sign_their_proposals() -> None:
    found_before: list[list[str]] = []

    def before(budget: Budget) -> None:
        found_before.append(texts_of(budget.found(0)))

    engines = [Says(["dec", "inc"], "first"), Says(["inc", "rot"], "second", before=before)]
    (result,) = search(engines, [toy_problem("inc")], SearchConfig(enough=None))
    # A program from two engines is one proposal, that of the first, but counts as proposed twice.
    assert [
        (p.engine, text) for p, text in zip(result.proposals, texts_of(result.proposals), strict=True)
    ] == [
        ("first", "dec"),
        ("first", "inc"),
        ("second", "rot"),
    ]
    assert result.num_proposed == 4
    assert result.num_distinct == 3
    assert result.num_consistent == 1
    assert found_before[0] == ["dec", "inc"]
    assert texts_of(result.candidates)[0] == "inc"


def test_engines_get_problems_without_what_is_held_out() -> None:
    problem = toy_problem("inc")
    assert problem.held_out is not None
    engine = Says(["inc"])
    search([engine], [problem])
    (seen,) = engine.problems
    assert seen.held_out is None
    assert np.array_equal(seen.inputs_KN, problem.inputs_KN)


def test_consistent_proposals_are_told_as_they_are_found() -> None:
    told: list[object] = []
    engine = Says(
        ["dec", "inc", "inc inc dec"], before=lambda budget: told.append("asked"), name="one", width=1
    )
    problems = [toy_problem("inc", num_cells=4), toy_problem("inc"), toy_problem("dec", num_cells=4)]
    search(
        [engine],
        problems,
        SearchConfig(enough=None),
        on_proposal=lambda number, proposal: told.append((number, TOY.text.of_tokens(proposal.tokens))),
    )
    # Problems of one shape are searched together, then the others; numbers are positions in the list.
    assert told == [
        *("asked", (2, "dec"), "asked", (0, "inc"), "asked", (0, "inc inc dec")),
        *("asked", "asked", (1, "inc"), "asked", (1, "inc inc dec")),
    ]


def test_a_cancelled_search_returns_what_it_has_and_starts_no_further_engine() -> None:
    cancelled = False

    def cancel(_: int, proposal: object) -> None:
        nonlocal cancelled
        cancelled = True

    started: list[Budget] = []
    engines = [Says(["dec", "inc", "rot"]), Says(["rot rot"], before=started.append)]
    (result,) = search(engines, [toy_problem("inc")], on_proposal=cancel, cancelled=lambda: cancelled)
    assert result.stop_reason == StopReason.CANCELLED
    assert texts_of(result.proposals) == ["dec", "inc"]
    assert not started


def test_enough_of_one_engine_spares_the_next() -> None:
    started: list[Budget] = []
    engines = [Says(["inc"]), Says(["inc rot"], before=started.append)]
    (result,) = search(engines, [toy_problem("inc")], SearchConfig(enough=1))
    assert result.stop_reason == StopReason.ENOUGH_FOUND
    assert not started
    results = search(engines, [toy_problem("inc"), toy_problem("dec", seed=1)], SearchConfig(enough=1))
    assert [result.stop_reason for result in results] == [StopReason.ENOUGH_FOUND, StopReason.EXHAUSTED]
    (budget,) = started
    assert budget.live().tolist() == [False, True]


def test_the_first_engine_leaves_time_for_the_last() -> None:
    now_s = 0.0
    ends: dict[str, float] = {}

    def wait(name: str) -> Callable[[Budget], None]:
        def until_expired(budget: Budget) -> None:
            nonlocal now_s
            while not budget.expired():
                now_s += 0.25
            ends[name] = now_s

        return until_expired

    engines = [Says(["inc"], before=wait("first")), Says(["inc"], before=wait("last"))]
    (result,) = search(engines, [toy_problem("inc")], SearchConfig(time_limit_s=10), clock=lambda: now_s)
    assert ends == {"first": 6.0, "last": 10.0}
    assert result.stop_reason == StopReason.TIME_LIMIT
    assert result.seconds == 10.0


def test_the_first_engine_says_why_the_search_ended() -> None:
    engines = [Says(["inc"], reason=StopReason.MAX_LENGTH), Says(["dec"])]
    (result,) = search(engines, [toy_problem("inc")])
    assert result.stop_reason == StopReason.MAX_LENGTH
    (result,) = search(engines[::-1], [toy_problem("inc")])
    assert result.stop_reason == StopReason.EXHAUSTED


def test_no_problems_no_results_and_no_engines_no_search() -> None:
    assert search([Says([])], []) == []
    with pytest.raises(InputError, match="nothing to search with"):
        search([], toy_problems())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_tokens": 0}, "max_tokens is 0"),
        ({"enough": 0}, "enough is 0"),
        ({"time_limit_s": 0.0}, "time limit"),
        ({"seed": -1}, "seed is -1"),
    ],
)
def test_bad_options_are_one_message(options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        SearchConfig(**options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda scorer: Beam(scorer=scorer, width=0), "beam is 0"),
        (lambda scorer: Beam(scorer=scorer, patience=float("nan")), "patience is nan"),
        (lambda scorer: Sampling(scorer=scorer, width=0), "sample is 0"),
    ],
)
def test_bad_engines_are_one_message(make: Callable[[Scorer], Engine], message: str) -> None:
    with pytest.raises(InputError, match=message):
        make(random_scorer(toy_problems()))


PROGRAMS_C = (
    "int * func_1(int a[]) { int p_0; for (p_0 = 0; p_0 <= 3; p_0++) { a[p_0] += 1; } return a; }",
    "int * func_1(int a[]) { int l_0 = 0; l_0 = a[0]; a[0] = a[4]; a[4] = l_0; return a; }",
    "int * func_1(int a[]) { if (a[0] > a[1] - 2) { a[0] = (a[1] - 3); } else { --a[2]; } return a; }",
)


@every_engine
def test_programs_are_found_in_real_c(engine: Callable[..., Engine]) -> None:
    c = domains.get("c")
    references = []
    for number, text in enumerate(PROGRAMS_C):
        tokens = c.text.tokens_of(text)
        inputs = np.random.default_rng(number).integers(-4, 5, (5, 5)).astype(np.int32)
        outputs, statuses = c.machine.run_batch(tokens[None], inputs)
        assert not statuses.any()
        references.append((Problem(c, inputs, outputs[0]), tokens))
    engines = [engine(scorer=ReferenceScorer(references, confidence=0.95), width=8)]
    config = SearchConfig(max_tokens=80, enough=None)
    results = search(engines, [problem for problem, _ in references], config)
    for (_, tokens), result in zip(references, results, strict=True):
        assert any(p.tokens.tolist() == tokens.tolist() for p in result.proposals)
        assert result.candidates[0].consistent
        for proposal in result.proposals:  # the mask allows only programs
            assert c.text.parse(c.text.of_tokens(proposal.tokens))
