"""Random Karel programs and worlds for the tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lasynth.domains.karel.grammar import ACTION_NAMES, CONDITION_NAMES, EOS, MAX_TIMES
from lasynth.domains.karel.parser import to_tokens
from lasynth.domains.karel.syntax import (
    Action,
    Block,
    Condition,
    If,
    IfElse,
    Program,
    Repeat,
    Statement,
    While,
)
from lasynth.domains.karel.world import Facing, Hero, World, WorldArray
from lasynth.grammar import IntArray

# Real records of the benchmark are next to the repository, not in it, because their licence is unknown.
SAMPLE = Path(__file__).resolve().parents[2] / "shared" / "karel" / "msr_sample.jsonl"


def sample_or_skip() -> Path:
    if not SAMPLE.is_file():
        pytest.skip("no real records: ../shared/karel/msr_sample.jsonl is not there")
    return SAMPLE


def random_program(
    rng: np.random.Generator, *, max_depth: int = 3, times: tuple[int, int] = (0, MAX_TIMES)
) -> Program:
    """A program of any constructs, with `not` before any condition and counts from `times` (inclusive)."""
    return Program(_block(rng, max_depth, times))


def random_programs(seed: int, num: int, **options: Any) -> IntArray:
    """`[num, T]` programs."""
    rng = np.random.default_rng(seed)
    rows = [to_tokens(random_program(rng, **options)) for _ in range(num)]
    tokens_PT = np.full((num, max(map(len, rows))), EOS, dtype=np.int32)
    for row, tokens in zip(tokens_PT, rows, strict=True):
        row[: len(tokens)] = tokens
    return tokens_PT


def random_world(rng: np.random.Generator, *, max_count: int = 9, min_side: int = 1) -> World:
    rows, cols = (int(side) for side in rng.integers(min_side, 17, 2))
    places = [(row, col) for row in range(rows) for col in range(cols)]
    hero = places[rng.integers(len(places))]
    wall_share, marker_share = rng.choice([0, 0.1, 0.3]), rng.choice([0, 0.1, 0.5])
    walls = tuple(place for place in places if place != hero and rng.random() < wall_share)
    free = [place for place in places if place not in set(walls)]
    markers = tuple(
        (*place, int(rng.integers(1, max_count + 1))) for place in free if rng.random() < marker_share
    )
    return World(rows, cols, Hero(*hero, Facing(rng.integers(4))), walls, markers)


def random_worlds(seed: int, num: int, *, max_count: int = 9, min_side: int = 1) -> WorldArray:
    """`[num, W]` worlds."""
    rng = np.random.default_rng(seed)
    worlds = [random_world(rng, max_count=max_count, min_side=min_side) for _ in range(num)]
    return np.array([world.to_array() for world in worlds])


def _block(rng: np.random.Generator, depth: int, times: tuple[int, int]) -> Block:
    return tuple(_statement(rng, depth, times) for _ in range(1 + rng.integers(3)))


def _statement(rng: np.random.Generator, depth: int, times: tuple[int, int]) -> Statement:
    if depth == 0 or rng.random() < 0.5:
        return Action(ACTION_NAMES[rng.integers(5)])
    condition = Condition(CONDITION_NAMES[rng.integers(5)], bool(rng.random() < 0.3))
    body = _block(rng, depth - 1, times)
    match rng.integers(4):
        case 0:
            return Repeat(int(rng.integers(times[0], times[1] + 1)), body)
        case 1:
            return While(condition, body)
        case 2:
            return If(condition, body)
        case _:
            return IfElse(condition, body, _block(rng, depth - 1, times))
