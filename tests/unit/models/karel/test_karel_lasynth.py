"""LaSynth for Karel: both paths agree; what its executor may and may not change."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from karel_batch import batch, mixed, programs, spread
from karel_worlds import random_programs
from model_checks import assert_incremental_equals, assert_rows_can_be_reordered, assert_rows_can_join

from lasynth.domains.karel.grammar import EOS, NUM_TOKENS, token_of
from lasynth.domains.karel.language import LANGUAGE
from lasynth.domains.karel.world import FACING
from lasynth.models import KarelConfig, build
from lasynth.models.executor import NoExecutor
from lasynth.models.karel.lasynth import KarelLaSynth
from lasynth.models.karel.planes import (
    OUTSIDE_PLANE,
    ROBOT_PLANES,
    WALL_PLANE,
    north_up,
    to_planes,
    to_worlds,
)

CONFIG = KarelConfig(
    NUM_TOKENS, embedding=8, hidden=16, pair=16, reading=24, decoder=12, channels=4, blocks=1
)
VARIANTS = {
    "LaSynth": {},
    "CNN": {"encoder": "conv"},
    "NoPartialExecutor": {"executor": "end"},
    "NoExecutor": {"executor": "never"},
    "NoAttentionInDecoding": {"history": False},
    "two layers": {"decoder_layers": 2},
}


def small(**parts: object) -> KarelLaSynth:
    torch.manual_seed(0)
    model = build(replace(CONFIG, **parts))  # type: ignore[arg-type]
    # Larger weights than usual, so that an error in a path is visible.
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(1.5)
    return model.eval()


@pytest.mark.parametrize("parts", VARIANTS.values(), ids=VARIANTS.keys())
@torch.no_grad()
def test_fused_equals_incremental(parts: dict[str, object]) -> None:
    model = small(**parts)
    tokens, lengths, inputs, outputs = batch()
    fused = spread(model(tokens, lengths, inputs, outputs), tokens.shape)
    assert_incremental_equals(fused, model, (tokens, lengths, inputs, outputs))


@pytest.mark.parametrize("parts", VARIANTS.values(), ids=VARIANTS.keys())
@torch.no_grad()
def test_row_does_not_depend_on_its_batch(parts: dict[str, object]) -> None:
    model = small(**parts)
    tokens, lengths, inputs, outputs = batch()
    together = spread(model(tokens, lengths, inputs, outputs), tokens.shape)
    order = torch.tensor([3, 0, 2, 1])
    permuted = spread(model(tokens[order], lengths[order], inputs[order], outputs[order]), tokens.shape)
    torch.testing.assert_close(permuted, together[order], rtol=1e-4, atol=1e-5)
    for row in range(len(tokens)):
        only, length = slice(row, row + 1), int(lengths[row])
        # Alone, a row is cropped to its own worlds.
        alone = model(tokens[only, :length], lengths[only], inputs[only], outputs[only])
        torch.testing.assert_close(alone.logits_PV, together[row, :length], rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_rows_of_a_search_can_be_reordered() -> None:
    assert_rows_can_be_reordered(small(), batch(), after=5)


@pytest.mark.parametrize("encoder", ["frame", "conv"])
@torch.no_grad()
def test_rows_of_searches_can_join_whatever_the_sizes_of_their_worlds(encoder: str) -> None:
    assert_rows_can_join(small(encoder=encoder), mixed(6), after=7)


@torch.no_grad()
def test_result_does_not_know_where_north_is_nor_the_order_of_examples() -> None:
    model = small()
    tokens, lengths, inputs, outputs = batch()
    expected = model(tokens, lengths, inputs, outputs).logits_PV
    turns = torch.arange(inputs.shape[0] * inputs.shape[1]).view(inputs.shape[:2]) % 4
    turned = model(tokens, lengths, north_up(inputs, turns), north_up(outputs, turns)).logits_PV
    torch.testing.assert_close(turned, expected, rtol=1e-4, atol=1e-5)
    order = torch.tensor([2, 0, 1])
    permuted = model(tokens, lengths, inputs[:, order], outputs[:, order]).logits_PV
    torch.testing.assert_close(permuted, expected, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_executor_copies_walls_and_leaves_one_robot_on_a_free_cell() -> None:
    model = small()
    tokens, lengths, inputs, outputs = batch()
    result = model(tokens, lengths, inputs, outputs)
    beliefs = result.beliefs_XK
    given = model.values.certain(inputs)[result.row_X]
    assert len(beliefs) > len(tokens)
    walls = slice(WALL_PLANE, OUTSIDE_PLANE + 1)
    assert torch.equal(beliefs[:, :, walls], given[:, :, walls])
    robot = beliefs[:, :, ROBOT_PLANES]
    torch.testing.assert_close(robot.sum((2, 3, 4)), torch.ones(beliefs.shape[:2]))
    assert (robot.sum(2) * given[:, :, walls].sum(2)).sum() < 1e-6
    # The machine accepts a world that is read from a belief.
    worlds = to_worlds(beliefs, inputs[result.row_X]).flatten(0, 1).numpy()
    stay = np.full((1, 8), EOS, dtype=np.int32)
    stay[0, :5] = [token_of(text) for text in ("DEF", "run", "m(", "turnLeft", "m)")]
    after, _ = LANGUAGE.machine.run_batch(stay, worlds)
    np.testing.assert_array_equal(after[0, :, FACING], (worlds[:, FACING] + 3) % 4)


@torch.no_grad()
def test_no_change_is_believed_at_first() -> None:
    torch.manual_seed(0)
    model = build(KarelConfig(NUM_TOKENS))
    tokens, lengths, inputs, outputs = batch()
    result = model(tokens, lengths, inputs, outputs)
    found = to_worlds(result.beliefs_XK, inputs[result.row_X])
    assert torch.equal(found, inputs[result.row_X])


@torch.no_grad()
def test_decoding_sees_latent_execution() -> None:
    """If the executor's result is replaced, logits change after the first statement, not before."""
    model = small()
    tokens, lengths, inputs, outputs = batch()
    before = spread(model(tokens, lengths, inputs, outputs), tokens.shape)
    wanted = to_planes(outputs, *model.values.certain(inputs).shape[-2:])

    class Oracle(NoExecutor):
        def forward(self, belief: torch.Tensor, told: torch.Tensor, values: object) -> torch.Tensor:
            return wanted[: len(belief)] if len(belief) == len(wanted) else belief

    model.executor = Oracle()
    after = spread(model(tokens, lengths, inputs, outputs), tokens.shape)
    end = 4  # DEF run m( move
    torch.testing.assert_close(after[0, :end], before[0, :end])
    assert (after[0, end] - before[0, end]).abs().max() > 1e-4


@pytest.mark.parametrize(("executor", "count"), [("end", 1), ("never", 0)])
@torch.no_grad()
def test_ablations_differ_in_their_part_only(executor: str, count: int) -> None:
    full, ablated = small(), small(executor=executor)
    names = {name for name, _ in full.named_parameters()}
    without = {name for name in names if not name.startswith("executor.")}
    assert {name for name, _ in ablated.named_parameters()} == (names if count else without)
    ablated.load_state_dict(full.state_dict(), strict=False)
    tokens, lengths, inputs, outputs = batch()
    result = ablated(tokens, lengths, inputs, outputs)
    assert torch.bincount(result.row_X, minlength=len(tokens)).tolist() == [count] * len(tokens)
    # With an executor that keeps the world, decoding is the same as without an executor.
    full.executor = NoExecutor()
    kept = full(tokens, lengths, inputs, outputs)
    torch.testing.assert_close(result.logits_PV, kept.logits_PV, rtol=1e-4, atol=1e-5)


def test_schedule_by_cases() -> None:
    tokens, lengths = programs()
    fires = build(CONFIG).schedule.along(tokens)
    for row in range(len(tokens)):
        words = [int(token) for token in tokens[row, : lengths[row]]]
        ends = fires[row].nonzero()[:, 0].tolist()
        # After each end, and only there, closing the program gives a complete program.
        assert ends[-1] == len(words) - 3
    assert fires.sum(1).tolist() == [3, 2, 2, 1]


def test_schedule_steps_as_it_runs_along() -> None:
    tokens = torch.from_numpy(random_programs(2, 60).astype(np.int64))
    schedule = build(CONFIG).schedule
    along = schedule.along(tokens)
    state = torch.zeros(len(tokens), schedule.state_size, dtype=torch.long)
    for position in range(tokens.shape[1]):
        state, runs = schedule.step(state, tokens[:, position])
        assert torch.equal(runs, along[:, position])
    rows, positions = along.nonzero(as_tuple=True)
    _, _, inputs, _ = batch()
    worlds = inputs[:1].expand(len(tokens), -1, -1).numpy()
    mask = LANGUAGE.grammar.mask(len(tokens), NUM_TOKENS)
    closable = np.zeros(tuple(tokens.shape), dtype=bool)
    ended = np.zeros(len(tokens), dtype=bool)
    for position in range(tokens.shape[1]):
        ended |= tokens[:, position].numpy() == EOS
        mask.advance(tokens[:, position].numpy())
        closable[:, position] = ~ended & mask.allowed()[:, token_of("m)")]
    np.testing.assert_array_equal(along.numpy(), closable)
    assert len(rows) > len(tokens)
    lengths = positions.numpy() + 1
    assert len(
        LANGUAGE.machine.run_partial(tokens.numpy().astype(np.int32), worlds, rows.numpy(), lengths)[0]
    )
