"""A batch of Karel tasks for models: handwritten programs with random worlds, before and after the runs."""

from __future__ import annotations

import numpy as np
import torch
from karel_worlds import random_programs, random_world, random_worlds
from torch import Tensor

from lasynth.domains.karel.grammar import EOS, NUM_TOKENS
from lasynth.domains.karel.machine import run_batch
from lasynth.domains.karel.parser import parse, to_tokens
from lasynth.models.lasynth import Forward

PROGRAMS = (
    "DEF run m( move turnLeft putMarker m)",
    "DEF run m( WHILE c( frontIsClear c) w( move w) turnRight m)",
    "DEF run m( IFELSE c( markersPresent c) i( pickMarker i) ELSE e( move e) REPEAT R=3 r( putMarker r) m)",
    "DEF run m( IF c( not c( leftIsClear c) c) i( turnLeft i) m)",
)


def programs() -> tuple[Tensor, Tensor]:
    """Tokens `[B, T]` and lengths `[B]`."""
    rows = [to_tokens(parse(text)) for text in PROGRAMS]
    lengths = torch.tensor([len(row) for row in rows])
    tokens = torch.full((len(rows), int(lengths.max())), EOS)
    for place, row in enumerate(rows):
        tokens[place, : len(row)] = torch.from_numpy(row)
    return tokens, lengths


def batch(num_examples: int = 3, *, seed: int = 1) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Tokens, lengths, and worlds before and after, `[B, K, 328]`."""
    tokens, lengths = programs()
    rng = np.random.default_rng(seed)
    worlds = [[random_world(rng, min_side=2).to_array() for _ in range(num_examples)] for _ in PROGRAMS]
    inputs = np.array(worlds)
    outputs, _ = run_batch(tokens.numpy().astype(np.int32), inputs)
    outputs[..., -1] = 0
    return tokens, lengths, torch.from_numpy(inputs), torch.from_numpy(outputs)


def mixed(num: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Programs of any length and worlds of any size; the outputs are those of other programs."""
    tokens = random_programs(4, num, max_depth=2, times=(0, 4))
    rng = np.random.default_rng(4)
    inputs = random_worlds(5, 60, min_side=3)[rng.integers(0, 60, (num, 5))]
    outputs, _ = run_batch(random_programs(6, num, max_depth=1), inputs)
    outputs[..., -1] = 0
    lengths = (tokens != EOS).sum(1) + 1
    arrays = (tokens.astype(np.int64), lengths, inputs, outputs)
    one, two, three, four = (torch.from_numpy(np.asarray(array)) for array in arrays)
    return one, two, three, four


def spread(result: Forward, shape: torch.Size) -> Tensor:
    """The logits of a forward pass as one table."""
    logits = torch.zeros(*shape, NUM_TOKENS)
    logits[result.row_P, result.position_P] = result.logits_PV
    return logits
