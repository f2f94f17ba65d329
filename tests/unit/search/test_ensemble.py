from __future__ import annotations

import pytest

from lasynth.errors import InputError
from lasynth.search import SearchConfig, SearchResult, search
from lasynth.search.ensemble import Choice, ensemble
from lasynth.search.testing import ReferenceScorer, ToyDomain
from lasynth.task import Example, Task

TOY = ToyDomain()
CONFIG = SearchConfig(beam=6, max_tokens=8, enough=None)


def scorer_of(*texts: str) -> ReferenceScorer:
    """Prefers the first program for task "0", the second for task "1"..."""
    tokens = {str(number): TOY.text.to_tokens(TOY.text.parse(text)) for number, text in enumerate(texts)}
    return ReferenceScorer(tokens, TOY.grammar.num_tokens, confidence=0.95)


def flat_task(number: int = 0) -> Task:
    """Nobody can see from the examples whether the list is rotated."""
    examples = tuple(Example((value,) * 3, (value + 1,) * 3) for value in (0, 1, 2))
    return Task("toy", examples, (), str(number))


def first(result: SearchResult) -> str:
    return TOY.text.format(TOY.text.from_tokens(result.proposals[0].tokens))


def test_the_majority_decides_and_of_equals_the_shorter() -> None:
    scorers = [scorer_of("inc"), scorer_of("rot inc inc dec"), scorer_of("inc rot")]
    (result,) = ensemble(scorers, TOY, [flat_task()], CONFIG)
    assert first(result) == "inc rot"
    assert result.candidates[0] is result.proposals[0]


def test_a_scorer_that_finds_nothing_has_no_vote() -> None:
    scorers = [scorer_of("inc"), scorer_of("dec dec dec"), scorer_of("neg inc inc inc")]
    config = SearchConfig(beam=1, max_tokens=8, enough=None)
    assert first(ensemble(scorers, TOY, [flat_task()], config)[0]) == "inc"


def test_the_shortest_wins_where_that_is_asked_for() -> None:
    scorers = [scorer_of("rot inc"), scorer_of("inc rot"), scorer_of("inc")]
    (result,) = ensemble(scorers, TOY, [flat_task()], CONFIG, choice=Choice.SHORTEST)
    assert first(result) == "inc"
    lengths = [len(p.tokens) for p in result.proposals if p.consistent]
    assert lengths == sorted(lengths)
    assert len(lengths) > 1


def test_proposals_are_those_of_all_scorers_once_with_the_best_score() -> None:
    tasks = [flat_task(), flat_task(1)]
    scorers = [scorer_of("inc", "rot inc"), scorer_of("inc rot", "inc")]
    alone = [search(scorer, TOY, tasks, CONFIG) for scorer in scorers]
    merged = ensemble(scorers, TOY, tasks, CONFIG)
    for number, result in enumerate(merged):
        scores: dict[bytes, float] = {}
        for found in alone:
            for proposal in found[number].proposals:
                key = proposal.tokens.tobytes()
                scores[key] = max(scores.get(key, -1e9), proposal.score)
        assert {p.tokens.tobytes(): p.score for p in result.proposals} == scores
        consistent = [p.consistent for p in result.proposals]
        assert consistent == sorted(consistent, reverse=True)
        assert result.num_proposed == sum(found[number].num_proposed for found in alone)


def test_one_scorer_and_no_scorer() -> None:
    (result,) = ensemble([scorer_of("rot inc")], TOY, [flat_task()], CONFIG)
    assert first(result) == "rot inc"
    with pytest.raises(InputError, match="no models"):
        ensemble([], TOY, [flat_task()], CONFIG)
    with pytest.raises(InputError, match="unknown choice"):
        ensemble([scorer_of("inc")], TOY, [flat_task()], CONFIG, choice="longest")
