"""Problems that wait take the place of those that are done; a problem may have its own limit."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from toy_language import TOY, ReferenceScorer, TableScorer, toy_problem

from lasynth.outcome import StopReason
from lasynth.search import Beam, Budget, Engine, Problem, Sampling, SearchConfig, SearchResult, search

V, EOS = TOY.grammar.num_tokens, TOY.grammar.eos
PROBLEMS = [toy_problem("inc", seed=number) for number in range(7)]


def scorer_of(problems: list[Problem]) -> TableScorer:
    """Problems whose searches end after different numbers of steps."""
    tables = []
    for number, problem in enumerate(problems):
        logits = np.random.default_rng(number).normal(0, 1, (3, V, V))
        logits[..., EOS] += (-1, 4, 1)[number % 3]
        tables.append((problem, logits))
    return TableScorer(tables)


def plain(result: SearchResult) -> list[object]:
    found = [(p.tokens.tolist(), p.score, p.consistent, p.order) for p in result.proposals]
    return [*found, result.num_proposed, result.stop_reason]


@pytest.mark.parametrize("engine", [Beam, Sampling])
@pytest.mark.parametrize("together", [1, 2, 5])
def test_results_do_not_depend_on_how_many_are_searched_at_a_time(
    engine: Callable[..., Engine], together: int
) -> None:
    scorer = scorer_of(PROBLEMS)
    config = SearchConfig(max_tokens=20, enough=None, max_rows=4 * len(PROBLEMS))
    all_at_once = search([engine(scorer=scorer, width=4)], PROBLEMS, config)
    config = dataclasses.replace(config, max_rows=4 * together + 3)
    some = search([engine(scorer=scorer, width=4)], PROBLEMS, config)
    assert list(map(plain, some)) == list(map(plain, all_at_once))
    assert len({result.num_proposed for result in some}) + len({str(r.stop_reason) for r in some}) > 2


def test_a_place_is_filled_at_the_next_step() -> None:
    steps, rows = [], []
    for problem in PROBLEMS:
        scorer = scorer_of(PROBLEMS)
        search([Beam(scorer=scorer, width=4)], [problem], SearchConfig(max_tokens=20, enough=None))
        steps.append(scorer.num_steps)
        rows.append(scorer.num_rows_stepped)
    scorer = scorer_of(PROBLEMS)
    search([Beam(scorer=scorer, width=4)], PROBLEMS, SearchConfig(max_tokens=20, enough=None, max_rows=8))
    assert scorer.num_rows_stepped == sum(rows)
    # Two places; each is given to the first problem that waits as soon as it is free.
    ends = [0, 0]
    for taken in steps:
        ends[ends.index(min(ends))] += taken
    assert len(set(steps)) > 1
    assert scorer.num_steps == max(ends)


def test_problems_are_begun_in_blocks_and_ended_ones_not_at_all() -> None:
    scorer = scorer_of(PROBLEMS)
    begun: list[int] = []
    start = scorer.start

    def counted(inputs: np.ndarray, outputs: np.ndarray) -> object:
        begun.append(len(inputs))
        return start(inputs, outputs)

    scorer.start = counted  # type: ignore[method-assign, assignment]
    budget = dataclasses.replace(Budget.of(len(PROBLEMS), max_tokens=20), max_rows=12)
    budget.end(1, StopReason.ENOUGH_FOUND)
    budget.end(5, StopReason.ENOUGH_FOUND)
    found = [
        int(p) for part in Beam(scorer=scorer, width=4).propose(PROBLEMS, budget) for p in part.problem_P
    ]
    assert begun == [3, 2]
    assert set(found) == {0, 2, 3, 4, 6}


@pytest.mark.parametrize("engine", [Beam, Sampling])
def test_each_problem_has_its_own_limit(engine: Callable[..., Engine]) -> None:
    scorer = scorer_of(PROBLEMS)
    config = SearchConfig(max_tokens=12, enough=None, max_rows=12)
    limits = [None, 1, 3, 40, 5, None, 2]
    asked = [
        dataclasses.replace(problem, max_tokens=limit)
        for problem, limit in zip(PROBLEMS, limits, strict=True)
    ]
    engines = [engine(scorer=scorer, width=4)]
    cut = 0
    for limit, result in zip(limits, search(engines, asked, config), strict=True):
        most = min(limit or 12, 12)
        alone = PROBLEMS[limits.index(limit)] if limit is not None else None
        assert all(len(p.tokens) <= most for p in result.proposals)
        if alone is not None:
            (same,) = search(engines, [alone], dataclasses.replace(config, max_tokens=most))
            assert plain(result) == plain(same)
            cut += result.stop_reason == StopReason.MAX_LENGTH
    assert cut


def test_only_what_is_right_on_held_out_examples_counts_for_enough() -> None:
    # All shown inputs are alike in every cell, so `rot` does nothing there; only the held-out ones tell.
    whole = toy_problem("inc")
    shown = np.array([[1, 1, 1]], dtype=np.int32)
    problem = Problem(TOY, shown, shown + 1, whole.held_out)
    scorer = ReferenceScorer([(problem, TOY.text.tokens_of("rot inc"))], confidence=0.6)
    beam, config = Beam(scorer=scorer, width=16), SearchConfig(max_tokens=6, enough=1)
    (first,) = search([beam], [problem], config)
    (right,) = search([beam], [problem], dataclasses.replace(config, with_held_out=True))
    (every,) = search([beam], [problem], dataclasses.replace(config, enough=None))
    assert first.stop_reason == right.stop_reason == StopReason.ENOUGH_FOUND
    assert first.num_proposed <= right.num_proposed < every.num_proposed
    fine = [p for p in right.proposals if p.consistent and problem.right([p.tokens])[0]]
    wrong = [p for p in every.proposals if p.consistent and not problem.right([p.tokens])[0]]
    assert wrong
    # All programs that are as short as the first right one are there.
    length = min(len(p.tokens) for p in fine)
    of_length = [p.tokens.tolist() for p in every.proposals if len(p.tokens) <= length]
    assert sorted(of_length) == sorted(p.tokens.tolist() for p in right.proposals)
