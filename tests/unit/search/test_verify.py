from __future__ import annotations

import dataclasses

import numpy as np
from toy_language import TOY, toy_problem

from lasynth.domains.base import Status, right_examples, right_programs
from lasynth.domains.kit.rows import padded
from lasynth.search import Proposals
from lasynth.search.verify import Verifier


def proposals(*programs: tuple[int, str, float], added: list[int] | None = None) -> Proposals:
    return Proposals(
        np.array([problem for problem, _, _ in programs]),
        padded([TOY.text.tokens_of(text) for _, text, _ in programs], TOY.grammar.eos, 8),
        np.array([score for _, _, score in programs]),
        None if added is None else np.array(added),
    )


def test_repeats_are_counted_and_dropped() -> None:
    verifier = Verifier([toy_problem("inc"), toy_problem("dec")], num_probes=4, seed=0)
    first = verifier.check(proposals((0, "inc", -1), (0, "inc", -1), (0, "dec inc inc", -2), (1, "inc", -3)))
    again = verifier.check(proposals((0, "inc", -1), (1, "dec", -4)))
    assert [(problem, p.consistent, p.behaviour, p.order) for problem, p in first] == [
        (0, True, 0, 0),
        (0, True, 0, 1),
        (1, False, 0, 0),
    ]
    assert [(problem, p.consistent, p.behaviour, p.order) for problem, p in again] == [(1, True, 1, 1)]
    assert verifier.num_proposed == [4, 2]
    assert [len(found) for found in verifier.proposals] == [2, 2]
    assert verifier.check(proposals((1, "dec", -4))) == []


def test_another_engine_may_repeat_and_nothing_runs_twice() -> None:
    verifier = Verifier([toy_problem("inc")], num_probes=4, seed=0)
    verifier.begin("one")
    ((_, first),) = verifier.check(proposals((0, "inc", -1)))

    def fails(*arrays: object) -> None:
        raise AssertionError("it has been run")

    verifier._language = dataclasses.replace(
        TOY,
        machine=dataclasses.replace(TOY.machine, run_batch=fails),  # type: ignore[arg-type]
    )
    verifier.begin("two")
    ((_, again),) = verifier.check(proposals((0, "inc", -5), added=[1]))
    assert (first.engine, first.score, first.num_added, first.order) == ("one", -1, 0, 0)
    assert (again.engine, again.score, again.num_added, again.order) == ("two", -5, 1, 1)
    assert (again.consistent, again.num_right, again.behaviour) == (True, first.num_right, first.behaviour)
    assert verifier.num_proposed == [2]


def test_the_examples_that_a_program_reproduces_are_counted() -> None:
    problem = toy_problem("inc")
    outputs = problem.outputs_KN.copy()
    outputs[1] += 1
    verifier = Verifier([dataclasses.replace(problem, outputs_KN=outputs)], num_probes=4, seed=0)
    found = verifier.check(proposals((0, "inc", -1), (0, "inc inc", -2), (0, "dec", -3)))
    most = len(outputs)
    assert [(p.num_right, p.consistent) for _, p in found] == [(most - 1, False), (1, False), (0, False)]
    assert [
        p.num_right for _, p in Verifier([problem], num_probes=0, seed=0).check(proposals((0, "inc", -1)))
    ] == [most]


def test_what_a_failed_run_leaves_behind_is_no_behaviour() -> None:
    def overflowing(*arrays):  # type: ignore[no-untyped-def]
        outputs, statuses = TOY.machine.run_batch(*arrays)
        return outputs, np.full_like(statuses, Status.OVERFLOW)

    language = dataclasses.replace(TOY, machine=dataclasses.replace(TOY.machine, run_batch=overflowing))
    problem = dataclasses.replace(toy_problem("inc"), language=language)
    verifier = Verifier([problem], num_probes=2, seed=0)
    found = verifier.check(proposals((0, "inc", -1), (0, "dec", -2)))
    assert [(p.consistent, p.behaviour) for _, p in found] == [(False, 0), (False, 0)]


def test_right_is_ok_and_as_wanted() -> None:
    outputs = np.zeros((1, 2, 3), dtype=np.int32)
    statuses = np.array([[Status.OK, Status.OVERFLOW]], dtype=np.uint8)
    assert right_examples(outputs, statuses, outputs).tolist() == [[True, False]]
    assert right_programs(outputs, statuses, outputs).tolist() == [False]
    wanted = np.array([[0, 0, 0], [0, 1, 0]])
    assert right_examples(outputs, statuses * 0, wanted).tolist() == [[True, False]]
