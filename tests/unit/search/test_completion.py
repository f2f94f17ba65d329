from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from toy_language import ReferenceScorer, toy_problem

from lasynth import domains
from lasynth.domains.base import Language, Tokens
from lasynth.domains.karel.world import World
from lasynth.outcome import StopReason
from lasynth.search import Beam, Budget, Completion, Problem, SearchConfig, SearchResult, completion, search
from lasynth.search.completion import complete, one_token_changed

C, KAREL = domains.get("c"), domains.get("karel")
LOOP = "for (int i = 0; i < 5; i++) { if (a[i] < 0) { a[i] = 0; } }"
WANTED = LOOP + " a[2] += a[1]; a[0] = 3;"
NEARLY = LOOP + " a[4]--; a[0] = 1;"
LISTS = np.random.default_rng(5).integers(-4, 5, (10, 5)).astype(np.int32)


def problem_of(language: Language, program: str, shown: np.ndarray, held_out: np.ndarray) -> Problem:
    """A problem with the outputs of a program for some inputs."""
    tokens = language.text.tokens_of(program)[None]
    (outputs,), (more,) = (language.machine.run_batch(tokens, inputs)[0] for inputs in (shown, held_out))
    return Problem(language, shown, outputs, (held_out, more))


PROBLEM = problem_of(C, WANTED, LISTS[:5], LISTS[5:])


def completed(*programs: str, problem: Problem = PROBLEM) -> list[completion.Completed]:
    return complete(problem, [problem.language.text.tokens_of(program) for program in programs])


def right(problem: Problem, tokens: Tokens) -> bool:
    return bool(problem.right([tokens])[0])


def searched(
    text: str, *engines: Completion, patience: float = 1.0, time_limit_s: float | None = None
) -> SearchResult:
    """The result of a search with a model that prefers a program, followed by engines."""
    scorer = ReferenceScorer([(PROBLEM, C.text.tokens_of(text))], confidence=0.99)
    beam = Beam(scorer=scorer, width=4, patience=patience)
    config = SearchConfig(max_tokens=120, enough=None, time_limit_s=time_limit_s)
    return search([beam, *engines], [PROBLEM], config)[0]


def test_a_loop_is_kept_and_the_rest_found() -> None:
    assert not right(PROBLEM, C.text.tokens_of(NEARLY))
    found = completed(NEARLY, "a[1] = 0;")
    assert found
    best = C.text.of_tokens(found[0].tokens)
    assert "for" in best
    assert right(PROBLEM, found[0].tokens), best
    assert PROBLEM.consistent([one.tokens for one in found]).all()
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_a_token_is_exchanged_where_nothing_else_helps() -> None:
    found = completed(NEARLY.replace("a[i] < 0", "a[i] > 0"))
    assert right(PROBLEM, found[0].tokens)


def test_no_token_is_exchanged_when_the_time_is_over() -> None:
    wrong = C.text.tokens_of(NEARLY.replace("a[i] < 0", "a[i] > 0"))
    asked = []

    def expired() -> bool:
        asked.append(True)
        return True

    assert complete(PROBLEM, [wrong], expired=expired) == []
    assert len(asked) == 1


def test_one_token_is_changed_at_a_time() -> None:
    programs_PT = np.array([[2, 3, 2, 0], [4, 0, 0, 0]])
    changed = one_token_changed(programs_PT, [(2, 3, 9), (5, 4)])
    assert sorted(changed.tolist()) == [[2, 2, 2, 0], [2, 3, 3, 0], [3, 3, 2, 0]]
    assert one_token_changed(programs_PT[:0], [(2, 3)]).shape == (0, 4)


def test_without_programs_it_is_the_floor() -> None:
    wanted = LISTS.copy()
    wanted[:, 0] = LISTS[:, 1] - LISTS[:, 2]
    (only,) = completed(problem=(problem := Problem(C, LISTS, wanted)))
    assert right(problem, only.tokens)
    assert completed(problem=Problem(C, LISTS[:5], np.abs(LISTS[:5]))) == []


def test_karel_walks_on_from_where_the_loop_ends() -> None:
    rooms = [World.from_text(["." * 9, f"{'.' * start}>{'.' * (8 - start)}"]) for start in range(1, 6)]
    text = "DEF run m( WHILE c( frontIsClear c) w( move w) turnLeft move putMarker m)"
    worlds = np.array([room.to_array() for room in rooms])
    problem = problem_of(KAREL, text, worlds[:4], worlds[4:])
    assert completed(problem=problem) == []
    nearly = "DEF run m( WHILE c( frontIsClear c) w( move w) turnRight turnRight m)"
    found = completed(nearly, problem=problem)
    assert right(problem, found[0].tokens)
    assert found[0].num_added == len(KAREL.text.tokens_of("DEF run m( turnLeft move putMarker m)")) - 1


def test_a_language_that_cannot_be_cut_or_has_no_floor_has_no_completions() -> None:
    assert completed("dec", problem=toy_problem("inc")) == []  # it has no floor
    assert (
        completed(problem=dataclasses.replace(PROBLEM, language=dataclasses.replace(C, cutting=None))) == []
    )


@pytest.mark.parametrize("asked", [False, True])
def test_the_search_completes_where_it_is_asked_to(asked: bool) -> None:
    result = searched(NEARLY, *[Completion()] * asked)
    added = [proposal for proposal in result.proposals if proposal.num_added]
    assert bool(added) == asked == result.candidates[0].consistent
    assert all(proposal.consistent for proposal in added)
    assert {proposal.engine for proposal in added} == ({"completion"} if asked else set())
    # The counts agree with the answer: what is solved has a consistent program, which was proposed.
    assert bool(result.num_consistent) == asked
    assert result.num_consistent <= result.num_distinct <= result.num_proposed
    assert result.num_proposed == searched(NEARLY).num_proposed + len(added)


def test_what_the_model_found_itself_is_not_completed() -> None:
    # Few programs rank high besides the reference: the search must not end with the first of them.
    result = searched(WANTED, Completion(), patience=100)
    assert not any(proposal.num_added for proposal in result.proposals)
    assert result.candidates[0].consistent


def test_completion_ends_with_the_clock() -> None:
    budget = dataclasses.replace(Budget.of(2), expired=lambda: True)
    assert list(Completion().propose([PROBLEM, PROBLEM], budget)) == []
    assert budget.reasons == [StopReason.TIME_LIMIT] * 2


def test_what_explains_less_than_it_costs_is_not_taken() -> None:
    # Any two examples are fitted by some affine map.
    two = LISTS[:2]
    rearranged = problem_of(C, WANTED, two, two).outputs_KN[:, ::-1]
    assert completed(problem=Problem(C, two, rearranged)) == []
    three = np.concatenate([np.full((2, 1), 3, dtype=np.int32), two[:, 1:]], axis=1)
    assert completed(problem=Problem(C, two, three))
