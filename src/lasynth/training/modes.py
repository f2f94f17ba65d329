"""What belongs to the process and not to a run: random generators, and how the processor rounds."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

__all__ = ["denormals_flushed", "random_state", "set_random_state"]


def random_state(device: torch.device) -> list[Tensor]:
    """The state of the generators that dropout draws from."""
    there = [torch.get_rng_state()]
    return [*there, torch.cuda.get_rng_state(device)] if device.type == "cuda" else there


def set_random_state(state: list[Tensor], device: torch.device) -> None:
    """Put a state of `random_state` back."""
    torch.set_rng_state(state[0])
    if device.type == "cuda" and len(state) > 1:
        torch.cuda.set_rng_state(state[1], device)


@contextmanager
def denormals_flushed() -> Iterator[None]:
    """Denormal numbers are zero meanwhile, and afterwards what they were to the caller.

    Gradients hold such numbers, with which products of matrices take many times as long.
    """
    before = sys.float_info.min / 2 == 0.0
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(before)
