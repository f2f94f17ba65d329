"""Real records of the public benchmark: every run is reproduced, every tensor is equal bit for bit."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from karel_worlds import sample_or_skip

from lasynth.domains.karel.codec import from_tensor, from_tensor_text, to_tensor, to_tensor_text
from lasynth.domains.karel.grammar import NUM_TOKENS
from lasynth.domains.karel.language import LANGUAGE
from lasynth.domains.karel.machine import run_batch
from lasynth.domains.karel.mask import MASKING
from lasynth.domains.karel.msr import read_msr
from lasynth.domains.karel.parser import from_tokens, parse
from lasynth.domains.karel.printer import format_program, format_tokens, to_json
from lasynth.domains.karel.trace import run_traced
from lasynth.domains.karel.world import World, same_worlds
from lasynth.task import Task

NUM_RECORDS, NUM_PAIRS = 25, 150


@pytest.fixture(scope="module")
def raw() -> list[dict[str, Any]]:
    return [json.loads(line) for line in sample_or_skip().read_text().splitlines()]


def test_all_pairs_replay_actions_included() -> None:
    pairs = 0
    for record in read_msr(sample_or_skip()):
        traces = run_traced(record.tokens[None], record.inputs_KW, snapshots=True)
        assert not traces.statuses_PK.any()
        assert np.array_equal(traces.worlds_PKW[0], record.outputs_KW)
        assert traces.snapshots_PKAW is not None
        after_PKW, _ = run_batch(record.tokens[None], record.inputs_KW)
        assert same_worlds(after_PKW[0], record.outputs_KW).all()
        for example, actions in enumerate(record.actions):
            num = int(traces.num_actions_PK[0, example])
            assert traces.actions_PKA[0, example, :num].tolist() == actions.tolist()
            assert np.array_equal(traces.snapshots_PKAW[0, example, 0], record.inputs_KW[example])
            assert np.array_equal(traces.snapshots_PKAW[0, example, num], record.outputs_KW[example])
            pairs += 1
    assert pairs == NUM_PAIRS


def test_grids_and_tensors_come_back_as_they_were(raw: list[dict[str, Any]]) -> None:
    seen = 0
    for record in raw:
        for example in record["examples"]:
            for side in ("inp", "out"):
                world = World.from_json(example[f"{side}grid_json"])
                assert world.to_json() == example[f"{side}grid_json"]
                assert to_tensor_text(world) == example[f"{side}grid_tensor"]
                assert from_tensor_text(example[f"{side}grid_tensor"]) == world
                ones = [int(entry.split(":")[0]) for entry in example[f"{side}grid_tensor"].split()]
                tensor = to_tensor(world.to_array(), dtype=np.float32)
                assert np.flatnonzero(tensor).tolist() == sorted(ones)
                assert np.array_equal(from_tensor(tensor), world.to_array())
                assert World.from_text(world.to_text()) == world
                seen += 1
    assert seen == 2 * NUM_PAIRS


def test_programs_are_read_and_printed_in_all_forms(raw: list[dict[str, Any]]) -> None:
    for record in raw:
        program = parse(" ".join(record["program_tokens"]))
        assert format_tokens(program).split() == record["program_tokens"]
        assert to_json(program) == record["program_json"]
        assert parse(json.dumps(record["program_json"])) == program
        assert parse(format_program(program)) == program


def test_the_mask_offers_every_real_token() -> None:
    for record in read_msr(sample_or_skip()):
        allowed_BTV = MASKING.allowed_along(record.tokens[None], NUM_TOKENS)
        assert np.take_along_axis(allowed_BTV, record.tokens[None, :, None], axis=2).all()


def test_tasks_have_five_shown_examples_and_one_held_out() -> None:
    tasks = list(Task.stream(sample_or_skip()))
    assert len(tasks) == NUM_RECORDS
    for task in tasks:
        assert (len(task.examples), len(task.held_out)) == (5, 1)
        assert Task.from_json(json.loads(json.dumps(task.to_json()))) == task
        inputs_KW, outputs_KW = LANGUAGE.encode(task.examples)
        tokens = LANGUAGE.text.tokens_of(task.program or "")
        assert np.array_equal(LANGUAGE.machine.run_batch(tokens[None], inputs_KW)[0][0], outputs_KW)


def test_simplified_programs_do_the_same() -> None:
    shorter = 0
    for record in read_msr(sample_or_skip()):
        tokens_PT = LANGUAGE.simplify(record.tokens[None], record.inputs_KW)
        after_PKW, statuses_PK = run_batch(tokens_PT, record.inputs_KW)
        assert not statuses_PK.any()
        assert np.array_equal(after_PKW[0], record.outputs_KW), format_program(from_tokens(record.tokens))
        shorter += tokens_PT.shape[1] < len(record.tokens)
    assert shorter > 0
