"""A hash of a sequence of numbers, for what programs do: equal behaviours have equal hashes."""

from __future__ import annotations

from lasynth.compiled import njit

__all__ = ["joined", "mixed"]

# Two polynomial hashes modulo primes make one of 62 bits; no product leaves 64 bits.
_PRIME, _OTHER_PRIME = 2147483647, 2147483629
_BASE, _OTHER_BASE = 1103515245, 1664525001


@njit(cache=True, nogil=True)
def mixed(first: int, second: int, word: int) -> tuple[int, int]:
    """The two hashes of a sequence, 1 and 1 at its beginning, once a number from 0 to 2**32 follows."""
    return (first * _BASE + word) % _PRIME, (second * _OTHER_BASE + word) % _OTHER_PRIME


@njit(cache=True, nogil=True)
def joined(first: int, second: int) -> int:
    """Both hashes as one number from 0 to 2**62."""
    return first << 31 | second
