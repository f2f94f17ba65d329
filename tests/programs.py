"""Programs for tests: from text, and at random by a walk along the next-token mask.

The walk is unlike the data of a model: it goes wherever the grammar allows, to literals of any size and to
unset variables.
"""

from __future__ import annotations

import re

import numpy as np

from lasynth.domains.c.grammar import EOS, FIRST_INT, lexeme, token_of
from lasynth.domains.c.mask import MASKING
from lasynth.grammar import IntArray

MAX_TOKENS = 120
_LEXEME = re.compile(r"\+\+|--|[-+<>=!]=|&&|\|\||\w+|\S")
_NUM_LITERALS = 6  # used by the walk: one of them is a bad index for a list of 5


def tokens_of(text: str) -> IntArray:
    """The tokens of a body with canonical names, ended by EOS; it need not be a program."""
    return np.array([*(token_of(word) for word in _LEXEME.findall(text)), EOS], dtype=np.int32)


def text_of(tokens: IntArray) -> str:
    """The lexemes of a program, separated by blanks."""
    return " ".join(lexeme(int(token)) for token in tokens[tokens != EOS])


def random_programs(seed: int, count: int, *, max_tokens: int = MAX_TOKENS, huge: bool = True) -> IntArray:
    """`[count, max_tokens]` random programs, a pure function of the arguments.

    With `huge` a few literals are near the largest integer, so that sums overflow and loops run out of
    fuel. Otherwise literals are 0 to 5.
    """
    rng = np.random.default_rng(seed)
    weights = np.ones(FIRST_INT + _NUM_LITERALS)
    weights[FIRST_INT:] = 0.3
    for text, weight in {
        "int": 2.0,
        "for": 2.0,
        "if": 2.0,
        "++": 0.5,
        "--": 0.5,
        "&&": 0.4,
        "||": 0.4,
    }.items():
        weights[token_of(text)] = weight
    weights[EOS] = 0.2
    closing = weights.copy()
    closing[[EOS, token_of("}")]] = 1e6
    closing[[token_of(text) for text in ("for", "if", "else", "&&", "||")]] = 1e-6
    found: list[IntArray] = []
    while len(found) < count:
        mask = MASKING.mask(2 * count, len(weights))
        tokens_PT = np.zeros((2 * count, max_tokens), dtype=np.int32)
        for position in range(max_tokens):
            odds = mask.allowed() * (weights if position < max_tokens // 3 else closing)
            # An exponential race: the largest of -E / weight, with E exponential, is a draw by weight.
            with np.errstate(divide="ignore"):
                tokens_PT[:, position] = np.argmin(rng.exponential(size=odds.shape) / odds, axis=1)
            mask.advance(tokens_PT[:, position])
        found += [tokens for tokens, ended in zip(tokens_PT, mask.finished, strict=True) if ended]
    programs_PT = np.array(found[:count])
    if huge:
        chosen_PT = (programs_PT >= FIRST_INT) & (rng.random(programs_PT.shape) < 0.03)
        programs_PT[chosen_PT] = np.iinfo(np.int32).max - rng.integers(0, 100, chosen_PT.sum())
    return programs_PT


def random_inputs(seed: int, shape: tuple[int, ...], *, max_value: int = 4) -> IntArray:
    """Values from `-max_value` to `max_value`."""
    return np.random.default_rng(seed).integers(-max_value, max_value, shape, dtype=np.int32, endpoint=True)
