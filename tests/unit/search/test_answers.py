from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from toy_language import TOY, toy_problem

from lasynth.domains.base import Language
from lasynth.search import Problem
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
    def run_many(self, programs, inputs, *, timeout_s=0.0):  # type: ignore[no-untyped-def]
        raise OSError("no room")


def proposals(*texts: str) -> list[Proposal]:
    right = toy_problem("inc").consistent([TOY.text.tokens_of(text) for text in texts])
    return [
        Proposal(TOY.text.tokens_of(text), -float(order), bool(fits), order, order, "beam")
        for order, (text, fits) in enumerate(zip(texts, right, strict=True))
    ]


def problem_of(language: Language) -> Problem:
    return dataclasses.replace(toy_problem("inc"), language=language)


def test_answers_say_what_has_checked_them() -> None:
    found = answers(proposals("inc inc dec", "dec"), toy_problem("inc"), length_bias=0.1, most=8)
    assert [(c.text, c.consistent, c.verified_by, c.engine) for c in found] == [
        ("inc inc dec", True, "machine", "beam"),
        ("dec", False, None, "beam"),
    ]
    assert found[0].num_tokens == 3
    assert found[0].program[-1] == TOY.grammar.eos


def test_what_the_checker_refutes_stands_behind() -> None:
    language = dataclasses.replace(TOY, checker=Checker)
    checked = proposals("rot rot rot inc", "inc", "dec")
    found = answers(checked, problem_of(language), length_bias=0.1, most=8)
    assert [(c.text, c.verified_by) for c in found] == [
        ("inc", "other machine"),
        ("rot rot rot inc", None),
        ("dec", None),
    ]
    assert [c.consistent for c in found] == [True, False, False]


@pytest.mark.parametrize("checker", [Broken, lambda: None])
def test_the_machine_stands_in_for_a_checker_that_cannot_run(checker: object) -> None:
    language = dataclasses.replace(TOY, checker=checker)  # type: ignore[arg-type]
    (found,) = answers(proposals("inc"), problem_of(language), length_bias=0.1, most=8)
    assert (found.consistent, found.verified_by) == (True, "machine")
    assert checker_of(language) is checker_of(language)


def test_a_shorter_program_is_taken_only_where_it_fits_the_examples() -> None:
    for shorter, wanted in (("inc", ["inc"]), ("dec", ["inc inc dec", "dec inc inc"])):
        language = dataclasses.replace(
            TOY, simplify=lambda tokens, inputs, text=shorter: TOY.text.tokens_of(text)[None]
        )
        both = proposals("inc inc dec", "dec inc inc")
        found = answers(both, problem_of(language), length_bias=0.1, most=8)
        assert [c.text for c in found] == wanted  # equal programs give one answer
