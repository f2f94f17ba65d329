"""Random streams for compiled code: one a program, each started from (seed, number) alone.

A stream is one 64-bit word, advanced by xorshift (Marsaglia, 2003, the triple 13, 7, 17) and read
through its high bits; the words to start from come from SplitMix64 (Steele et al., 2014).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from lasynth.compiled import njit

__all__ = ["Stream", "chance", "draw_below", "mix", "mix_words", "pick", "program_keys"]

Stream = npt.NDArray[np.uint64]

_13, _7, _17, _11 = np.uint64(13), np.uint64(7), np.uint64(17), np.uint64(11)
_UNIT = 2.0**-53


def mix(words: Stream) -> Stream:
    """One step of SplitMix64 from each of the words, so that 0 is no fixed point as it is of `mix_words`."""
    return mix_words(words + np.uint64(0x9E3779B97F4A7C15))


def mix_words(words: Stream) -> Stream:
    """SplitMix64's finaliser: words of which every bit depends on every bit of the given ones."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))


def program_keys(seed: int, first: int, count: int) -> Stream:
    """Where the streams of items `first`, `first + 1`... begin: `[count]` words, none of them 0.

    Args:
        seed: any integer from 0; only its low 64 bits count.
        first: the first item.
        count: how many.
    """
    numbers = np.arange(first, first + count, dtype=np.uint64)
    words: Stream = mix(mix(np.array([seed & (2**64 - 1)], dtype=np.uint64)) ^ mix(numbers))
    return np.where(words == 0, np.uint64(1), words)


@njit(cache=True, nogil=True)
def _uniform(stream: Stream) -> float:
    """The next number of a stream, from 0 up to but without 1; `stream` is `[1]`, changed in place."""
    word = stream[0]
    word ^= word << _13
    word ^= word >> _7
    word ^= word << _17
    stream[0] = word
    return float(word >> _11) * _UNIT


@njit(cache=True, nogil=True)
def chance(stream: Stream, probability: float) -> bool:
    """True with this probability."""
    return _uniform(stream) < probability


@njit(cache=True, nogil=True)
def draw_below(stream: Stream, limit: int) -> int:
    """A number from 0 to `limit - 1`, all equally likely."""
    return int(_uniform(stream) * limit)


@njit(cache=True, nogil=True)
def pick(stream: Stream, cumulative: npt.NDArray[np.float64]) -> int:
    """The index of a weight, by the running sums of the weights, the last of which is 1."""
    number = _uniform(stream)
    index = 0
    while number >= cumulative[index]:
        index += 1
    return index
