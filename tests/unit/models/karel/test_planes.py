"""Worlds as planes: crops, the benchmark's planes, rotation, and back to worlds."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from karel_worlds import random_program, random_world

from lasynth.domains.karel.machine import run_batch
from lasynth.domains.karel.parser import to_tokens
from lasynth.domains.karel.world import FACING, World
from lasynth.models.karel.encoder import ConvEncoder, FrameEncoder
from lasynth.models.karel.planes import (
    MARKER_PLANE,
    MOST_MARKERS,
    benchmark_planes,
    north_up,
    sides,
    to_planes,
    to_worlds,
)


def worlds(num: int, *, seed: int = 0, largest: int = 16) -> torch.Tensor:
    rng = np.random.default_rng(seed)
    found: list[World] = []
    while len(found) < num:
        world = random_world(rng)
        if max(world.rows, world.cols) <= largest:
            found.append(world)
    return torch.from_numpy(np.array([world.to_array() for world in found]))


def test_benchmark_planes_are_the_tensor_of_the_benchmark() -> None:
    from lasynth.domains.karel.codec import to_tensor_text

    for world_W in worlds(30):
        planes = benchmark_planes(to_planes(world_W))
        places = {f"{place}:1.0" for place in planes.flatten().nonzero()[:, 0].tolist()}
        assert places == set(to_tensor_text(World.from_array(world_W.numpy())).split())
        assert set(planes.unique().tolist()) <= {0.0, 1.0}


def test_planes_and_back() -> None:
    given = worlds(30)
    height, width = sides(given)
    assert torch.equal(to_worlds(to_planes(given, height, width), given), given)


def test_more_than_ten_markers_are_shown_as_ten() -> None:
    world = World.from_text([".>", ".+ +:37"])
    planes = to_planes(torch.from_numpy(world.to_array()))
    assert planes[MARKER_PLANE].max() == MOST_MARKERS


@pytest.mark.parametrize("encoder", [FrameEncoder(16, 8), ConvEncoder(3, 2, 8)], ids=["frame", "conv"])
@torch.no_grad()
def test_crop_gives_what_the_whole_gives(encoder: FrameEncoder | ConvEncoder) -> None:
    given, wanted = worlds(12, largest=9).unflatten(0, (2, 2, 3))
    height, width = sides(given)
    assert max(height, width) <= 11
    cropped = encoder(to_planes(given, height, width), encoder.goals(wanted, height, width))
    whole = encoder(to_planes(given), encoder.goals(wanted, 18, 18))
    assert (whole[0] - whole[1]).abs().max() > 1e-4
    torch.testing.assert_close(cropped, whole, rtol=1e-4, atol=1e-6)


def test_programs_do_not_know_where_north_is() -> None:
    rng = np.random.default_rng(3)
    given = worlds(40)
    turns = torch.from_numpy(rng.integers(0, 4, len(given)))
    turned = north_up(given, turns)
    assert torch.equal(turned[:, FACING].long(), (given[:, FACING].long() - turns) % 4)
    for _ in range(20):
        tokens = to_tokens(random_program(rng))[None]
        (before,), (statuses,) = run_batch(tokens, given.numpy())
        (after,), (others,) = run_batch(tokens, turned.numpy())
        np.testing.assert_array_equal(statuses, others)
        np.testing.assert_array_equal(north_up(torch.from_numpy(before), turns).numpy(), after)


@torch.no_grad()
def test_frame_encoder_does_not_know_where_north_is() -> None:
    encoder = FrameEncoder(16, 8)
    given = worlds(20)
    wanted, _ = run_batch(to_tokens(random_program(np.random.default_rng(5)))[None], given.numpy())
    outputs = torch.from_numpy(wanted)
    turns = torch.arange(20) % 4
    first = encoder(to_planes(given)[None], encoder.goals(outputs, 18, 18))
    turned = [north_up(given, turns), north_up(outputs[0], turns)]
    second = encoder(to_planes(turned[0])[None], encoder.goals(turned[1][None], 18, 18))
    torch.testing.assert_close(first, second, rtol=1e-4, atol=1e-6)
