from __future__ import annotations

import numpy as np

from lasynth.domains.base import Status
from lasynth.search.frontier import Finished
from lasynth.search.testing import ToyDomain
from lasynth.search.verify import Verifier, right_examples

TOY = ToyDomain()


def finished(*programs: tuple[int, str, float]) -> Finished:
    tokens = [TOY.text.to_tokens(TOY.text.parse(text)) for _, text, _ in programs]
    padded = np.full((len(tokens), 8), TOY.grammar.eos, dtype=np.int32)
    for row, program in zip(padded, tokens, strict=True):
        row[: len(program)] = program
    return Finished(
        np.array([task for task, _, _ in programs]), padded, np.array([score for _, _, score in programs])
    )


def test_repeats_are_counted_and_dropped() -> None:
    verifier = Verifier(TOY, [TOY.task("inc"), TOY.task("dec")], num_probes=4, seed=0)
    first = verifier.check(finished((0, "inc", -1), (0, "inc", -1), (0, "dec inc inc", -2), (1, "inc", -3)))
    again = verifier.check(finished((0, "inc", -1), (1, "dec", -4)))
    assert [(task, p.consistent, p.behaviour, p.order) for task, p in first] == [
        (0, True, 0, 0),
        (0, True, 0, 1),
        (1, False, 0, 0),
    ]
    assert [(task, p.consistent, p.behaviour, p.order) for task, p in again] == [(1, True, 1, 1)]
    assert verifier.num_proposed == [4, 2]
    assert [len(proposals) for proposals in verifier.proposals] == [2, 2]
    assert verifier.check(finished((1, "dec", -4))) == []


def test_what_a_failed_run_leaves_behind_is_no_behaviour() -> None:
    class Overflowing(ToyDomain):
        def run_batch(self, tokens_PT, inputs_PKN, *, fuel=0):  # type: ignore[no-untyped-def]
            outputs, statuses = super().run_batch(tokens_PT, inputs_PKN)
            return outputs, np.full_like(statuses, Status.OVERFLOW)

    verifier = Verifier(Overflowing(), [TOY.task("inc")], num_probes=2, seed=0)
    found = verifier.check(finished((0, "inc", -1), (0, "dec", -2)))
    assert [(p.consistent, p.behaviour) for _, p in found] == [(False, 0), (False, 0)]


def test_right_is_ok_and_as_wanted() -> None:
    outputs = np.zeros((1, 2, 3), dtype=np.int32)
    statuses = np.array([[Status.OK, Status.OVERFLOW]], dtype=np.uint8)
    assert right_examples(outputs, statuses, outputs).tolist() == [[True, False]]
    wanted = np.array([[0, 0, 0], [0, 1, 0]])
    assert right_examples(outputs, statuses * 0, wanted).tolist() == [[True, False]]
