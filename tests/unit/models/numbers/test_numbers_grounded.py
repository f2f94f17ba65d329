"""Grounded decoding of `lists`: the machine's results where a partial program has any."""

from __future__ import annotations

import numpy as np
import torch
from lists_batch import NUM_TOKENS, tokens_of

from lasynth.models.grounded import Grounded, GroundedState
from lasynth.models.kinds import build
from lasynth.models.numbers.features import NUM_FEATURES, THERE, believed_numbers
from lasynth.models.numbers.lasynth import NumbersLaSynth
from lasynth.models.synthesizer import Synthesizer
from lasynth.task import Example, Task

TASK = Task("c-lists", (Example((3, -70, 5), (1,)), Example((8,), (2, 2)), Example((), ())))


def scorer() -> Grounded:
    torch.manual_seed(0)
    config = NumbersLaSynth.Config(NUM_TOKENS, embedding=8, hidden=16, decoder=12)
    return Grounded(Synthesizer(build(config), config, name="small"))


def fed(text: str) -> tuple[np.ndarray, GroundedState]:
    """The log-probabilities and the state after statements."""
    model = scorer()
    inputs, outputs = TASK.language.encode(TASK.examples)
    state = model.start(inputs[None], outputs[None])
    for token in [model.bos, *tokens_of(text)[:-1]]:
        log_probs, state = model.step(state, np.array([token]))
    return log_probs, state


def believed(state: GroundedState) -> list[list[int]]:
    lists = []
    for cells in state.inner.belief_MK[state.inner.memory_R[0]]:
        assert set(cells[:, THERE].tolist()) <= {0.0, 1.0}
        numbers, chances = believed_numbers(cells[:, :NUM_FEATURES])
        there = cells[:, THERE] > 0
        assert (chances[there] == 1).all()
        lists.append(numbers[there].tolist())
    return lists


def test_a_list_changed_in_place_is_known() -> None:
    log_probs, state = fed("<in place> for ( int v_0 = 0 ; v_0 < n ; v_0 ++ ) { a [ v_0 ] *= 7 ; }")
    assert believed(state) == [[21, -490, 35], [56], []]
    assert np.isfinite(log_probs).any()


def test_a_program_that_fails_is_given_up() -> None:
    log_probs, _ = fed("<in place> a [ 1 ] = 7 ;")
    assert (log_probs == -np.inf).all()


def test_a_program_without_its_return_has_a_belief_and_goes_on() -> None:
    text = "<number> int v_0 = 0 ; for ( int v_1 = 0 ; v_1 < n ; v_1 ++ ) { v_0 += a [ v_1 ] ; }"
    log_probs, state = fed(text)
    assert np.isfinite(log_probs).any()
    cells = state.inner.belief_MK[state.inner.memory_R[0]]
    assert 0 < cells[0, 0, THERE] < 1
    _, state = fed(f"{text} return v_0 ;")
    assert believed(state) == [[-62], [8], [0]]
