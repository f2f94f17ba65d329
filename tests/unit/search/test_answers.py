from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from toy_language import TOY, toy_problem

from lasynth.domains.base import Language, Status
from lasynth.errors import CheckerError
from lasynth.outcome import Candidate, Check, StopReason, Verdict
from lasynth.search import Problem, SearchResult
from lasynth.search.answers import answers, checker_of
from lasynth.search.verify import Proposal


class Checker:
    """A checker that rejects every program with a rotation."""

    name = "other machine"

    def run_many(self, programs, inputs, *, timeout_s=0.0):  # type: ignore[no-untyped-def]
        tokens = [TOY.text.to_tokens(program) for program in programs]
        outputs = np.concatenate([TOY.machine.run_batch(each[None], inputs)[0] for each in tokens])
        statuses = np.zeros(outputs.shape[:2], dtype=np.uint8)
        statuses[["rot" in program for program in programs]] = 1
        return outputs, statuses


class Broken(Checker):
    """Has no results; whether it never will have any is up to a test."""

    lasting = False
    calls = 0

    def run_many(self, programs, inputs, *, timeout_s=0.0):  # type: ignore[no-untyped-def]
        type(self).calls += 1
        raise CheckerError("no room", lasting=self.lasting)


class Slow(Checker):
    """Comes to no end with a program that has a rotation."""

    def run_many(self, programs, inputs, *, timeout_s=0.0):  # type: ignore[no-untyped-def]
        outputs, statuses = super().run_many(programs, inputs)
        statuses[statuses == 1] = Status.OUT_OF_FUEL
        return outputs, statuses


def missing() -> Checker:
    raise CheckerError("none was found")


def proposals(*texts: str) -> list[Proposal]:
    right = toy_problem("inc").consistent([TOY.text.tokens_of(text) for text in texts])
    return [
        Proposal(TOY.text.tokens_of(text), -float(order), bool(fits), order, order, "beam")
        for order, (text, fits) in enumerate(zip(texts, right, strict=True))
    ]


def problem_of(language: Language) -> Problem:
    return dataclasses.replace(toy_problem("inc"), language=language)


def test_nothing_is_simplified_when_the_time_is_over() -> None:
    language = dataclasses.replace(TOY, simplify=lambda tokens, inputs: TOY.text.tokens_of("inc")[None])
    found = proposals("inc inc dec")
    result = SearchResult(tuple(found), tuple(found), 1, StopReason.EXHAUSTED, 0.0)
    for over, text in ((False, "inc"), (True, "inc inc dec")):
        (best,) = answers(result, problem_of(language), most=8, expired=lambda over=over: over).candidates
        assert (best.text, best.consistent) == (text, True)


def answered(found: list[Proposal], problem: Problem) -> tuple[Candidate, ...]:
    result = SearchResult(tuple(found), tuple(found), len(found), StopReason.EXHAUSTED, 0.0)
    return answers(result, problem, most=8).candidates


def test_answers_say_what_has_checked_them() -> None:
    found = answered(proposals("inc inc dec", "dec"), toy_problem("inc"))
    assert [(c.text, c.consistent, c.verified_by, c.engine) for c in found] == [
        ("inc inc dec", True, "machine", "beam"),
        ("dec", False, None, "beam"),
    ]
    assert found[0].num_tokens == 3
    assert found[0].program[-1] == TOY.grammar.eos


def test_of_the_others_those_that_reproduce_more_come_first() -> None:
    found = proposals("inc", "dec", "rot", "inc inc", "rot rot")
    counts = {"inc": 3, "dec": 1, "rot": 2, "inc inc": 0, "rot rot": 2}
    counted = [
        dataclasses.replace(one, num_right=count) for one, count in zip(found, counts.values(), strict=True)
    ]
    ordered = answered(counted, toy_problem("inc"))
    assert [(c.text, c.num_right) for c in ordered] == [
        ("inc", 3),
        ("rot", 2),
        ("rot rot", 2),
        ("dec", 1),
        ("inc inc", 0),
    ]
    assert [c.consistent for c in ordered] == [True, False, False, False, False]


def test_what_the_checker_refutes_stands_behind() -> None:
    language = dataclasses.replace(TOY, checker=Checker)
    checked = proposals("rot rot rot inc", "inc", "dec")
    found = answered(checked, problem_of(language))
    differs = Check(Verdict.DIFFERS, "other machine gives other results than the built-in machine")
    assert [(c.text, c.verified_by, c.check) for c in found] == [
        ("inc", "other machine", Check(Verdict.PASSED)),
        ("rot rot rot inc", None, differs),
        ("dec", None, None),
    ]
    assert [c.consistent for c in found] == [True, False, False]


def test_a_run_that_takes_too_long_is_not_wrong() -> None:
    language = dataclasses.replace(TOY, checker=Slow)
    found = answered(proposals("rot rot rot inc", "inc"), problem_of(language))
    not_checked = Check(Verdict.NOT_CHECKED, "a run by other machine took too long")
    assert [(c.text, c.consistent, c.verified_by, c.check) for c in found] == [
        ("inc", True, "other machine", Check(Verdict.PASSED)),
        ("rot rot rot inc", True, "machine", not_checked),
    ]


@pytest.mark.parametrize(("checker", "reason"), [(Broken, "no room"), (missing, "none was found")])
def test_the_machine_stands_in_for_a_checker_that_cannot_run(checker: Any, reason: str) -> None:
    language = dataclasses.replace(TOY, checker=checker)
    (found,) = answered(proposals("inc"), problem_of(language))
    assert (found.consistent, found.verified_by) == (True, "machine")
    assert found.check == Check(Verdict.NOT_CHECKED, reason)


@pytest.mark.parametrize(("lasting", "calls"), [(True, 1), (False, 3)])
def test_only_an_error_that_lasts_is_the_last(
    lasting: bool, calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Broken, "lasting", lasting)
    monkeypatch.setattr(Broken, "calls", 0)
    language = dataclasses.replace(TOY, checker=Broken)
    for _ in range(3):
        (found,) = answered(proposals("inc"), problem_of(language))
        assert found.check == Check(Verdict.NOT_CHECKED, "no room")
    assert Broken.calls == calls


@pytest.mark.parametrize(("lasting", "calls"), [(True, 1), (False, 3)])
def test_a_search_for_a_checker_that_hangs_is_made_once(lasting: bool, calls: int) -> None:
    made = []

    def find() -> Checker:
        made.append(1)
        raise CheckerError("it took longer than 5 s", lasting=lasting)

    language = dataclasses.replace(TOY, checker=find)
    for _ in range(3):
        assert str(checker_of(language)) == "it took longer than 5 s"
    assert len(made) == calls


def test_what_is_found_is_kept() -> None:
    language = dataclasses.replace(TOY, checker=Checker)
    assert checker_of(language) is checker_of(language)
    assert checker_of(TOY) is None


def test_a_shorter_program_is_taken_only_where_it_fits_the_examples() -> None:
    for shorter, wanted in (("inc", ["inc"]), ("dec", ["inc inc dec", "dec inc inc"])):
        language = dataclasses.replace(
            TOY, simplify=lambda tokens, inputs, text=shorter: TOY.text.tokens_of(text)[None]
        )
        both = proposals("inc inc dec", "dec inc inc")
        found = answered(both, problem_of(language))
        assert [c.text for c in found] == wanted  # equal programs give one answer
