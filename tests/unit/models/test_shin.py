"""Shin et al.: traces that the interpreter reproduces, and code from them by two equal paths."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from karel_batch import mixed, spread
from karel_worlds import random_programs, random_worlds
from model_checks import assert_incremental_equals, assert_rows_can_be_reordered, assert_rows_can_join

from lasynth.domains.base import Status
from lasynth.domains.karel.grammar import NUM_TOKENS
from lasynth.domains.karel.steps import LEAP, ask
from lasynth.domains.karel.trace import run_traced
from lasynth.domains.karel.world import World, same_worlds
from lasynth.models.baselines.shin import CodeModel
from lasynth.models.baselines.shin_trace import Proposed, TraceModel
from lasynth.models.baselines.shin_world import END, START, Steps

SIZES = {"hidden": 24, "channels": 3, "blocks": 1, "example": 16, "embedding": 8, "decoder": 12, "grid": 8}
ENCODERS = ("frame", "conv")


def tracer_of(encoder: str = "frame", **more: int) -> TraceModel:
    torch.manual_seed(0)
    model = _larger(TraceModel(TraceModel.Config(NUM_TOKENS, encoder=encoder, **SIZES, **more)))
    with torch.no_grad():
        model.output.bias[END] += 2.0  # so that traces end
    return model


def code_of(encoder: str = "frame") -> CodeModel:
    torch.manual_seed(0)
    return _larger(CodeModel(CodeModel.Config(NUM_TOKENS, encoder=encoder, **SIZES)))


def _larger(model):
    # Larger weights than usual, so that an error in a path is visible.
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(2.0)
    return model.eval()


def runs() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inputs, outputs and actions of runs that end with OK."""
    tokens, worlds = random_programs(4, 60, max_depth=2, times=(0, 4)), random_worlds(5, 8, min_side=3)
    traces = run_traced(tokens, worlds)
    fine = traces.statuses_PK == Status.OK
    inputs = np.broadcast_to(worlds, (len(tokens), *worlds.shape))
    longest = int(traces.num_actions_PK[fine].max())
    return inputs[fine], traces.worlds_PKW[fine], traces.actions_PKA[fine][:, :longest]


def test_steps_follow_the_interpreter() -> None:
    inputs, outputs, actions = runs()
    assert len(inputs) > 30
    steps = Steps.of(*(torch.from_numpy(array) for array in (inputs, outputs, actions)))
    last = steps.lengths_N.cumsum(0) - 1
    assert np.array_equal(steps.worlds_Q[last].numpy(), outputs)
    assert np.array_equal(steps.worlds_Q[torch.cat([last.new_zeros(1), last[:-1] + 1])].numpy(), inputs)
    assert (steps.actions_NS[torch.arange(len(inputs)), steps.lengths_N - 1] == END).all()
    leap = torch.full((len(inputs), 1), LEAP)
    leaps = Steps.of(torch.from_numpy(inputs), torch.from_numpy(outputs), leap)
    assert np.array_equal(leaps.worlds_Q.numpy().reshape(-1, 2, 328)[:, 1], outputs)


def test_the_robot_is_asked_what_conditions_say() -> None:
    world = World.from_text("#.\n>#\n1.")
    answers = ask(world.to_array()[None])[0]
    assert answers.tolist() == [False, False, True, False]


@pytest.mark.parametrize("encoder", ENCODERS)
@torch.no_grad()
def test_the_beam_scores_traces_as_training_does(encoder: str) -> None:
    model = tracer_of(encoder, max_actions=12)
    inputs, outputs, _ = runs()
    inputs, outputs = inputs[:7], outputs[:7]
    proposed = model.propose(inputs, outputs)
    assert np.isfinite(proposed.score_NW[:, 0]).any()
    for slot in range(proposed.score_NW.shape[1]):
        there = np.flatnonzero(np.isfinite(proposed.score_NW[:, slot]))
        given = (torch.from_numpy(array[there]) for array in (inputs, outputs, proposed.actions_NWA[:, slot]))
        logits, steps = model(*given)
        logits[..., [LEAP, START]] = -torch.inf
        chosen = logits.log_softmax(-1).gather(-1, steps.actions_NS[..., None])[..., 0]
        scores = (chosen * steps.inside_NS).sum(1)
        torch.testing.assert_close(
            scores, torch.from_numpy(proposed.score_NW[there, slot]), rtol=1e-4, atol=1e-4
        )


@torch.no_grad()
def test_right_traces_replay() -> None:
    model = tracer_of(max_actions=6, beam=8)
    inputs = random_worlds(9, 40, min_side=3)
    outputs = inputs.copy()
    outputs[::2, 326] = (outputs[::2, 326] + 1) % 4  # to be turned right, or not
    proposed = model.propose(inputs, outputs)
    assert proposed.right_NW.any(axis=1).sum() > 10
    for example, slot in np.argwhere(np.isfinite(proposed.score_NW)):
        actions = torch.from_numpy(proposed.actions_NWA[example, slot][None])
        one = slice(example, example + 1)
        steps = Steps.of(torch.from_numpy(inputs[one]), torch.from_numpy(outputs[one]), actions)
        right = same_worlds(steps.worlds_Q[-1].numpy(), outputs[example])
        assert right == proposed.right_NW[example, slot]


def test_a_right_trace_is_chosen_or_a_leap() -> None:
    actions = np.array([[[1, -1], [2, -1], [3, -1]], [[1, -1], [2, -1], [3, -1]]], dtype=np.int8)
    right = np.array([[False, True, True], [False, False, False]])
    proposed = Proposed(actions, right, np.zeros((2, 3), dtype=np.float32))
    assert proposed.chosen().tolist() == [[2, -1], [LEAP, -1]]
    drawn = {proposed.chosen(np.random.default_rng(seed))[0, 0] for seed in range(20)}
    assert drawn == {2, 3}


@pytest.mark.parametrize("encoder", ENCODERS)
@torch.no_grad()
def test_fused_equals_incremental(encoder: str) -> None:
    model, given = code_of(encoder), mixed(6)
    tokens, lengths, inputs, outputs = given
    fused = spread(model(*given), given[0].shape)
    assert_incremental_equals(fused, model, (tokens, lengths, inputs, outputs))


@torch.no_grad()
def test_rows_and_examples_may_come_in_any_order() -> None:
    model, given = code_of(), mixed(6)
    together = spread(model(*given), given[0].shape)
    order = torch.tensor([3, 0, 5, 2, 4, 1])
    permuted = spread(model(*tuple(array[order] for array in given)), given[0][order].shape)
    torch.testing.assert_close(permuted, together[order], rtol=1e-4, atol=1e-5)
    others = torch.tensor([3, 0, 4, 2, 1])
    tokens, lengths, inputs, outputs = given
    after = spread(model(tokens, lengths, inputs[:, others], outputs[:, others]), tokens.shape)
    torch.testing.assert_close(after, together, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_rows_of_a_search_can_be_reordered() -> None:
    assert_rows_can_be_reordered(code_of(), mixed(6), after=1)


@torch.no_grad()
def test_rows_of_searches_can_join() -> None:
    assert_rows_can_join(code_of(), mixed(6), after=3)


@torch.no_grad()
def test_code_depends_on_the_trace() -> None:
    model, given = code_of(), mixed(6)
    leaps = torch.full((*given[2].shape[:2], 1), LEAP)
    turns = torch.ones((*given[2].shape[:2], 3), dtype=torch.long)
    first, second = (model(*given, None, actions).logits_PV for actions in (leaps, turns))
    assert (first - second).abs().max() > 1e-3


def test_the_first_stage_is_not_learned_by_the_second() -> None:
    model, given = code_of(), mixed(6)
    model(*given).logits_PV.sum().backward()
    learned = {name for name, parameter in model.named_parameters() if parameter.grad is not None}
    assert learned
    assert not any(name.startswith("tracer.") for name in learned)
