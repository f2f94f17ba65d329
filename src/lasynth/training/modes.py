"""What belongs to the process and not to a run: random generators, rounding, memory."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

__all__ = ["denormals_flushed", "memory_kept", "random_state", "set_random_state"]

# Of <malloc.h>, and the largest int, which is as much as glibc takes here.
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _MOST = -1, -3, 2**31 - 1


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


def memory_kept() -> None:
    """Let the process keep the memory of large arrays that are freed, where glibc manages it.

    It gives arrays of more than 32 MiB back to the system each time, which then clears every page of the next
    one. The gradients of a large model are such arrays, once an update.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, _MOST)
        mallopt(_TRIM_THRESHOLD, _MOST)
