from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from toy_language import TOY, toy_problem

from lasynth.domains.base import Array
from lasynth.domains.unlearned import Ranking
from lasynth.search import Proposal, SearchConfig, search
from lasynth.search.given import Given
from lasynth.search.posterior import functions, information
from lasynth.search.problem import Problem
from lasynth.search.question import Fitting, num_different, question
from lasynth.task import Task

MUCH = 1000.0  # nats that the outputs hold
RANKING = Ranking(per_token=0.5, unseen=4.0, shift=0.0, scale=1.0)


def proposal(length: int, behaviour: int, engine: str = "beam") -> Proposal:
    return Proposal(np.zeros(length, dtype=np.int32), -1.0, True, behaviour, 0, engine)


def test_the_confidence_is_the_share_of_all_weights() -> None:
    found = functions([proposal(4, 0), proposal(6, 1), proposal(6, 1)], RANKING, MUCH)
    weights = np.exp([-2.0, np.log(2) - 3.0])
    assert [len(function.programs) for function in found] == [1, 2]
    shares = weights / (weights.sum() + np.exp(-4.0))
    assert [function.confidence for function in found] == pytest.approx(shares.tolist())


def test_many_programs_of_one_function_outweigh_a_shorter_one() -> None:
    found = functions([proposal(4, 0), *(proposal(5, 1) for _ in range(3))], RANKING, MUCH)
    assert [function.programs[0].behaviour for function in found] == [1, 0]


def test_a_long_program_is_not_sure_where_it_is_the_only_one() -> None:
    sure, unsure = (functions([proposal(length, 0)], RANKING, MUCH)[0].confidence for length in (1, 40))
    assert sure > 0.9
    assert unsure < 0.01


def test_a_program_of_the_floor_counts_for_more() -> None:
    ranking = Ranking(per_token=0.5, floor=4.0)
    found = functions([proposal(4, 0), proposal(9, 1, "floor")], ranking, MUCH)
    assert [function.programs[0].engine for function in found] == ["floor", "beam"]


def test_what_explains_little_is_not_sure() -> None:
    little, much = (functions([proposal(2, 0)], RANKING, held)[0].confidence for held in (0.0, MUCH))
    assert little < 0.4 < 0.9 < much


def test_what_outputs_hold_is_the_entropy_of_the_cells_that_change() -> None:
    inputs = np.array([[1, 2, 3], [4, 2, 3], [1, 5, 3], [2, 2, 3]])
    outputs = np.array([[1, 0, 7], [4, 0, 8], [1, 0, 7], [2, 0, 8]])
    assert information(inputs, outputs) == pytest.approx(4 * np.log(2))
    assert information(inputs[:1], outputs[:1]) == 0.0
    assert information(inputs[:, :2], outputs) == pytest.approx(4 * np.log(2) + 1.5 * 4 * np.log(2))


def test_nothing_that_fits_is_no_function() -> None:
    assert functions([], RANKING, MUCH) == []


def fitting(*texts: str) -> list[Proposal]:
    return [
        Proposal(TOY.text.tokens_of(text), -float(len(text)), True, order, order, "beam")
        for order, text in enumerate(texts)
    ]


def test_a_question_tells_the_leading_functions_apart() -> None:
    problem = toy_problem("inc")
    asked = question([Fitting(functions(fitting("inc", "dec", "inc inc"), RANKING, MUCH), problem)])
    assert asked is not None
    given = np.array([[asked.input]], dtype=np.int32)
    outputs = [
        tuple(TOY.machine.run_batch(TOY.text.tokens_of(text)[None], given[0])[0][0, 0].tolist())
        for text in ("inc", "dec", "inc inc")
    ]
    assert [output for output, _ in asked.answers] == outputs
    shares = [share for _, share in asked.answers]
    assert shares == sorted(shares, reverse=True)


def test_a_question_that_may_take_a_hidden_branch_tells_more() -> None:
    problem = toy_problem("inc")
    further = TOY.values.more(problem.inputs_KN, 256, 0)
    wanted = {tuple(row) for row in further[[70, 90]].tolist()}

    def hidden_branch(shown: Array, inputs: Array) -> Array:
        assert shown is problem.inputs_KN
        return np.array([float(tuple(row) in wanted) for row in inputs.tolist()])

    language = replace(TOY, hidden_branch=hidden_branch)
    found = functions(fitting("inc", "dec"), RANKING, MUCH)
    asked = question([Fitting(found, replace(problem, language=language))])
    plain = question([Fitting(found, problem)])
    assert asked is not None
    assert plain is not None
    assert tuple(np.ravel(asked.input).tolist()) in wanted
    assert asked.answers[0][1] == pytest.approx(plain.answers[0][1])


def test_nothing_is_asked_where_no_input_tells_them_apart() -> None:
    problem = toy_problem("inc")
    assert question([Fitting(functions(fitting("inc", "inc inc dec"), RANKING, MUCH), problem)]) is None
    assert question([Fitting(functions(fitting("inc"), RANKING, MUCH), problem)]) is None
    assert question([Fitting([], problem)]) is None


def test_a_question_is_asked_of_the_functions_of_two_languages_together() -> None:
    sure = Ranking(shift=3.0)
    first = Fitting(functions(fitting("inc", "dec"), RANKING, MUCH), toy_problem("inc"))
    second = Fitting(functions(fitting("inc inc dec", "inc inc inc"), sure, MUCH), toy_problem("inc"))
    confidence = second.functions[0].confidence
    assert confidence > first.functions[0].confidence
    assert num_different([first, second]) == 3
    assert num_different([first]) == 2
    asked = question([first, second])
    assert asked is not None
    assert len(asked.answers) == 3
    shares = [share for _, share in asked.answers]
    assert sum(shares) == pytest.approx(1.0)
    # `inc` is a function of both.
    assert shares[0] > confidence
    none = Fitting([], toy_problem("inc"))
    assert question([none, first]) == question([first])
    assert num_different([none, none]) == 0


def test_a_question_is_an_input_of_the_narrowest_language_wherever_that_stands() -> None:
    # Lists of other lengths are inputs of the wider language only, and it is the first for large values.
    examples = [([9, 1, 2], [9, 2, 2]), ([5, 7, 8], [5, 8, 8])]
    wide, narrow = (Problem.of(Task.of(examples, domain=name)) for name in ("c-lists", "c"))
    texts = [
        f"int * func_1(int a[]) {{ {body} return a; }}" for body in ("a[1]++;", "if (a[1] < 9) { a[1]++; }")
    ]
    found = functions(
        [
            Proposal(narrow.language.text.tokens_of(text), -1.0, True, order, order, "beam")
            for order, text in enumerate(texts)
        ],
        RANKING,
        MUCH,
    )
    asked = question([Fitting([], wide), Fitting(found, narrow)])
    assert asked == question([Fitting(found, narrow), Fitting([], wide)])
    assert asked is not None
    assert len(asked.input) == 3
    assert asked.input[1] >= 9


def test_given_programs_are_proposed_under_the_name_of_who_found_them() -> None:
    first, second = fitting("inc", "inc dec inc")
    known = [first, Proposal(second.tokens, -2.0, True, 1, 1, "completion", num_added=2)]
    engines = Given.of(known)
    assert [engine.name for engine in engines] == ["beam", "completion"]
    (result,) = search(engines, [toy_problem("inc")], SearchConfig(enough=None))
    found = [(one.tokens.tolist(), one.engine, one.num_added, one.consistent) for one in result.proposals]
    assert found == [
        (first.tokens.tolist(), "beam", 0, True),
        (second.tokens.tolist(), "completion", 2, True),
    ]


def test_a_question_is_asked_of_functions_without_any_weight() -> None:
    heavy = Ranking(per_token=400.0, unseen=0.0)
    found = functions(fitting("inc inc inc", "dec dec dec"), heavy, 0.0)
    assert [function.share for function in found] == [0.0, 0.0]
    asked = question([Fitting(found, toy_problem("inc"))])
    assert asked is not None
    assert [share for _, share in asked.answers] == [0.5, 0.5]


def test_a_question_is_asked_beside_a_function_that_is_certain() -> None:
    certain = functions(
        fitting("inc", "dec dec dec dec"), Ranking(per_token=8.0, unseen=200.0, scale=4.0), MUCH
    )
    assert certain[0].confidence == 1.0
    asked = question([Fitting(certain, toy_problem("inc"))])
    assert asked is not None
    assert sum(share for _, share in asked.answers) == pytest.approx(1.0)
