"""`solve` with engines that need no model; the others are tested with the command line and the models."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
import torch
from toy_language import TOY, ReferenceScorer, toy_problem

from lasynth import api, domains
from lasynth.domains.base import Language
from lasynth.errors import InputError
from lasynth.outcome import StopReason
from lasynth.search import Beam, Completion, Engine, FloorSearch, Problem, search
from lasynth.search.composition import Composition
from lasynth.search.engine import Budget, Proposals
from lasynth.search.enumeration import Enumeration
from lasynth.task import Task

REVERSED = [([1, 2, 3], [3, 2, 1]), ([0, 4, 5], [5, 4, 0]), ([2, 2, 7], [7, 2, 2])]


def toy_task(text: str) -> Task:
    problem = toy_problem(text, seed=3, num_cells=4)
    pairs = zip(problem.inputs_KN.tolist(), problem.outputs_KN.tolist(), strict=True)
    return Task.of(pairs, domain="toy")


def test_the_floor_solves_without_a_model() -> None:
    told: list[str] = []
    outcome = api.solve(REVERSED, engines=["floor"], on_candidate=told.append)
    assert outcome.solved
    (best,) = outcome.candidates
    assert (best.engine, best.consistent, best.completed) == ("floor", True, False)
    assert best.verified_by is not None
    assert api.run(best, [7, 8, 9]) == (9, 8, 7)
    assert len(told) == 1
    assert outcome.stop_reason == StopReason.EXHAUSTED


def test_a_language_of_others_is_solved_by_what_it_offers(toy: Language) -> None:
    assert api.default_engines(toy_task("inc")) == ["enumeration"]
    outcome = api.solve(toy_task("rot rot inc"))
    best = outcome.candidates[0]
    assert (best.engine, best.verified_by, best.num_tokens) == ("enumeration", "machine", 3)
    assert sorted(best.text.split()) == ["inc", "rot", "rot"]
    assert api.run(best, [1, 2, 3, 4], domain="toy") == (4, 5, 2, 3)


def test_engines_may_be_given_themselves(toy: Language) -> None:
    task = toy_task("rot inc")
    scorer = ReferenceScorer([(toy_problem("rot inc", seed=3, num_cells=4), TOY.text.tokens_of("inc rot"))])
    outcome = api.solve(
        task, engines=[Beam(scorer=scorer, width=4, name="mine"), "enumeration"], max_tokens=8
    )
    assert {candidate.engine for candidate in outcome.candidates} >= {"mine"}
    assert outcome.candidates[0].consistent


@pytest.mark.parametrize(("threads", "wanted"), [(None, 1), (1, 1), (2, 2)])
def test_torch_has_few_threads_while_a_task_is_solved(
    toy: Language, threads: int | None, wanted: int
) -> None:
    found = []
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        api.solve(
            toy_task("inc"), threads=threads, on_candidate=lambda _: found.append(torch.get_num_threads())
        )
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
    assert found
    assert set(found) == {wanted}


def test_a_search_may_be_cancelled(toy: Language) -> None:
    told: list[str] = []
    outcome = api.solve(toy_task("inc"), on_candidate=told.append, cancelled=lambda: bool(told))
    assert outcome.stop_reason == StopReason.CANCELLED
    assert outcome.solved
    assert told == ["inc"]


def test_a_task_that_nothing_reproduces_is_not_solved() -> None:
    outcome = api.solve([([1, -2], [1, 2]), ([-3, 3], [3, 3]), ([0, -1], [0, 1])], engines=["floor"])
    assert not outcome.solved
    assert outcome.candidates == ()
    assert outcome.to_json()["outcome"] == "not_solved"


def test_the_programs_of_all_engines_are_ranked_together() -> None:
    inputs = np.random.default_rng(0).integers(-4, 5, (6, 5)).tolist()
    examples = [(x, [max(v, 0) for v in x]) for x in inputs]
    outcome = api.solve(examples, engines=["floor", "composition"], time_limit=20.0)
    confidences = [candidate.confidence or 0.0 for candidate in outcome.candidates]
    assert confidences == sorted(confidences, reverse=True)
    assert outcome.confidence == confidences[0]
    assert outcome.num_functions >= len(confidences) > 0
    best = outcome.candidates[0]
    assert best.engine == "composition"
    assert "if (a[p_0] < 0)" in best.text


def test_an_answered_question_is_one_more_example() -> None:
    wanted = "int * func_1(int a[])\n{\n    a[0] = a[1];\n    return a;\n}\n"
    inputs = [[1, 2, 3], [0, 2, -1]]
    examples = [(given, api.run(wanted, given)) for given in inputs]
    outcome = api.solve(examples, engines=["floor", "composition"], time_limit=20.0)
    for _ in range(8):
        if outcome.question is None:
            break
        before, asked = outcome.num_functions, outcome.question
        assert len(asked.answers) > 1
        outcome = outcome.answer(api.run(wanted, asked.input))
        assert api.run(outcome.candidates[0], asked.input) == api.run(wanted, asked.input)
        assert outcome.solved
    assert before >= outcome.num_functions or outcome.question is None
    further = np.random.default_rng(1).integers(-4, 5, (50, 3)).tolist()
    assert all(api.run(outcome.candidates[0], given) == api.run(wanted, given) for given in further)
    with pytest.raises(InputError, match="answer: cell 1"):
        api.solve(examples, engines=["floor", "composition"], time_limit=20.0).answer(["x", 1, 2])


def test_nothing_is_asked_of_one_function() -> None:
    outcome = api.solve(REVERSED, engines=["floor"])
    assert outcome.question is None
    with pytest.raises(InputError, match="nothing is asked"):
        outcome.answer([1, 2, 3])


@pytest.fixture
def without_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """Solve in both dialects of C, with what needs no model and ends soon."""
    engines = {"c": ["floor"], "c-lists": ["floor", "terms"]}
    monkeypatch.setattr(api, "default_engines", lambda task, model=None: engines[task.domain])


def zeroed(values: list[int]) -> list[int]:
    """Zero in place of values that were there before: no affine map, and a loop that searches."""
    return [0 if value in values[:place] else value for place, value in enumerate(values)]


REPEATS = [[1, 1, 4, 2, 4], [-1, 3, -3, 3, -4], [2, 3, -3, 3, -3], [-1, -1, -2, -2, -1], [4, 4, 4, 3, 3]]


@pytest.mark.usefixtures("without_models")
def test_where_an_answer_is_not_sure_the_wider_dialect_is_tried() -> None:
    seen: list[str] = []
    outcome = api.solve([(one, zeroed(one)) for one in REPEATS], time_limit=20.0, on_candidate=seen.append)
    assert outcome.solved
    assert outcome.task.domain == "c-lists"
    assert outcome.num_proposed >= outcome.num_consistent >= len(seen) > 0
    # A task of the wider dialect itself leaves no more doubt.
    assert outcome.confidence <= api.solve(outcome.task, time_limit=20.0).confidence
    text = outcome.candidates[0].text
    for given in ([3, 1, 3, 3, 1], [0, 2, 2, 1, 0], [1, 2, 3, 4, 1, 4, 4]):
        assert list(api.run(text, given)) == zeroed(given)


def test_the_wider_dialect_is_doubted_by_what_the_examples_are_like() -> None:
    def branch(one: list[int]) -> list[int]:
        return [one[0] - (one[1] >= one[3]), one[1], 4 if one[1] < one[3] else one[2], *one[3:]]

    of_people, random = (Task.of([(one, f(one)) for one in REPEATS]) for f in (sorted, branch))
    assert api._doubt(of_people) == 0
    assert api._doubt(random) > 1
    assert api._doubt(api.in_language(random, "c-lists")) == 1


@pytest.mark.usefixtures("without_models")
def test_a_sure_answer_of_the_own_dialect_is_enough() -> None:
    prepared: list[str] = []

    @contextmanager
    def preparing() -> Iterator[None]:
        prepared.append("a language")
        yield

    examples = [(one, [one[1] - 1, one[0], *one[2:]]) for one in REPEATS if one[1] > -4]
    outcome = api.solve(examples, preparing=preparing)
    assert outcome.sure
    assert outcome.task.domain == "c"
    assert len(prepared) == 1
    assert not api.solve(examples[:1], preparing=preparing).sure
    assert len(prepared) == 3


@pytest.mark.usefixtures("without_models")
def test_a_question_is_asked_of_both_dialects_and_its_answer_goes_on_in_both() -> None:
    # The floor has one affine map for these, and the terms have others.
    outcome = api.solve([(one, zeroed(one)) for one in REPEATS[:2]], time_limit=20.0)
    assert outcome.num_functions > 1
    assert outcome.question is not None
    asked = list(outcome.question.input)
    assert len(asked) == 5
    with pytest.raises(InputError, match="the output has 6 cells"):
        outcome.answer([*asked, 1])
    after = outcome.answer(zeroed(asked))
    assert after.solved
    assert list(api.run(after.candidates[0].text, asked)) == zeroed(asked)
    assert len(after.task.examples) == 3


class Nothing:
    """An engine that proposes nothing."""

    name = "nothing"
    width = 1

    def propose(self, problems: Sequence[Problem], budget: Budget) -> Iterator[Proposals]:
        return iter(())


@pytest.mark.usefixtures("without_models")
def test_a_further_dialect_where_nothing_fits_is_not_searched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[str] = []

    def without_terms(_: Sequence[Engine], problems: Sequence[Problem], *args: Any, **more: Any) -> Any:
        language = problems[0].language
        searched.append(language.name)
        some = [FloorSearch(), Composition.of(language)] if language.name == "c" else [Nothing()]
        return search(some, problems, *args, **more)

    monkeypatch.setattr(api, "search", without_terms)
    outcome = api.solve([(one, zeroed(one)) for one in REPEATS[:2]], time_limit=5.0)
    assert searched == ["c", "c-lists"]
    assert outcome.question is not None
    after = outcome.answer(zeroed(list(outcome.question.input)))
    assert searched == ["c", "c-lists", "c"]
    assert after.solved


def test_engines_by_name() -> None:
    assert isinstance(api.engine("floor", TOY), FloorSearch)
    assert isinstance(api.engine("completion", TOY), Completion)
    assert isinstance(api.engine("enumeration", TOY), Enumeration)
    assert isinstance(api.engine("composition", domains.get("c")), Composition)
    assert not api.needs_model(["floor", "completion", Enumeration()])
    assert api.needs_model(["floor", "beam"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"beam": 0}, "beam: the beam is 0. Give 1 or more."),
        ({"time_limit": 0.0}, "time limit: the time limit is 0.0 seconds. Give more than 0."),
        (
            {"engines": ["magic"]},
            "no engine is called 'magic'. Known for c: beam, sampling, completion, floor",
        ),
        ({"threads": 0}, "threads: the number of threads is 0. Give 1 to 1024."),
        ({"threads": 2000}, "threads: the number of threads is 2000. Give 1 to 1024."),
        ({"engines": []}, "there is nothing to search with"),
    ],
)
def test_bad_options_are_one_message(options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError) as caught:
        api.solve(REVERSED, **options)  # type: ignore[arg-type]
    assert message in str(caught.value)


def test_an_engine_that_needs_a_model_says_so() -> None:
    with pytest.raises(InputError, match="the engine beam needs a model"):
        api.engine("beam", TOY)


def test_a_language_that_offers_nothing_says_so(toy: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    task = toy_task("inc")
    monkeypatch.setattr("toy_language.TOY", dataclasses.replace(TOY, cutting=None))
    domains.get.cache_clear()
    with pytest.raises(InputError, match="toy has no model, no floor and no enumeration"):
        api.default_engines(task)


def test_a_task_that_the_shipped_model_does_not_know_is_solved_without_it(toy: Language) -> None:
    assert api.default_engines(toy_task("inc"), "some model") == ["beam", "enumeration", "completion"]
    of_three, of_five = Task.of(REVERSED), Task.of([([1, 2, 3, 4, 0], [0, 4, 3, 2, 1])])
    assert api.default_engines(of_three) == ["floor", "composition"]
    assert api.default_engines(of_five) == ["floor", "beam", "composition"]
    outcome = api.solve([([1, 2, 9], [9, 2, 1]), ([0, 4, 5], [5, 4, 0])], time_limit=20.0)
    assert outcome.candidates[0].text.count("a[") >= 3
    # Whoever names a model wants that one.
    with pytest.raises(InputError, match="c-small knows lists of 5"):
        api.solve(REVERSED, model="c-small")
