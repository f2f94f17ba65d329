from __future__ import annotations

import numpy as np
import pytest
from toy_language import TOY, ReferenceScorer

from lasynth.errors import InputError
from lasynth.search import Beam, Choice, Problem, SearchConfig, SearchResult, Votes, search

CONFIG = SearchConfig(max_tokens=8, enough=None)


def flat_problem(number: int = 0) -> Problem:
    """A problem whose examples do not show whether the list is rotated."""
    inputs = np.array([[value] * 3 for value in (number, number + 1, number + 2)], dtype=np.int32)
    return Problem(TOY, inputs, inputs + 1)


PROBLEMS = [flat_problem(), flat_problem(1)]


def beam_of(*texts: str, width: int = 6) -> Beam:
    """A beam that prefers the first program for the first problem, the second for the second."""
    references = [(problem, TOY.text.tokens_of(text)) for problem, text in zip(PROBLEMS, texts, strict=False)]
    return Beam(scorer=ReferenceScorer(references, confidence=0.95), width=width)


def chosen(beams: list[Beam], choice: Choice | str = Choice.MAJORITY) -> SearchResult:
    (result,) = search(beams, PROBLEMS[:1], CONFIG, choose=Votes(choice))
    return result


def first(result: SearchResult) -> str:
    return TOY.text.of_tokens(result.proposals[0].tokens)


def test_the_majority_decides_and_of_equals_the_shorter() -> None:
    result = chosen([beam_of("inc"), beam_of("rot inc inc dec"), beam_of("inc rot")])
    assert first(result) == "inc rot"
    assert result.candidates[0] is result.proposals[0]


def test_a_scorer_that_finds_nothing_has_no_vote() -> None:
    beams = [beam_of(text, width=1) for text in ("inc", "dec dec dec", "neg inc inc inc")]
    assert first(chosen(beams)) == "inc"


def test_the_shortest_wins_where_that_is_asked_for() -> None:
    result = chosen([beam_of("rot inc"), beam_of("inc rot"), beam_of("inc")], Choice.SHORTEST)
    assert first(result) == "inc"
    lengths = [len(p.tokens) for p in result.proposals if p.consistent]
    assert lengths == sorted(lengths)
    assert len(lengths) > 1


def test_proposals_are_those_of_all_scorers_once_with_the_best_score() -> None:
    beams = [beam_of("inc", "rot inc"), beam_of("inc rot", "inc")]
    alone = [search([beam], PROBLEMS, CONFIG) for beam in beams]
    together = search(beams, PROBLEMS, CONFIG, choose=Votes())
    for number, result in enumerate(together):
        scores: dict[bytes, float] = {}
        for found in alone:
            for proposal in found[number].proposals:
                key = proposal.tokens.tobytes()
                scores[key] = max(scores.get(key, -1e9), proposal.score)
        assert {p.tokens.tobytes(): p.score for p in result.proposals} == scores
        consistent = [p.consistent for p in result.proposals]
        assert consistent == sorted(consistent, reverse=True)
        assert result.num_proposed == sum(found[number].num_proposed for found in alone)


def test_one_scorer_and_an_unknown_choice() -> None:
    assert first(chosen([beam_of("rot inc")])) == "rot inc"
    with pytest.raises(InputError, match=r"unknown choice .longest.\. Known: shortest, majority"):
        Votes("longest")
