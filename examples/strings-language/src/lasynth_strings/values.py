"""Texts: what programs read and return.

Shapes: K examples, N `MAX_LENGTH` characters.
"""

from __future__ import annotations

import random
import re
import string
from collections.abc import Sequence
from typing import Final

import numpy as np

from lasynth.domains.base import Array, Values
from lasynth.errors import InputError

__all__ = ["MAX_LENGTH", "VALUES", "decode", "encode", "variants"]

MAX_LENGTH: Final = 32
_CLASSES: Final = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
_RUN: Final = re.compile("|".join(f"[{characters}]+" for characters in _CLASSES))


def read(obj: object, where: str) -> str:
    """A text of 0 to 32 printable ASCII characters.

    Raises:
        InputError: anything else.
    """
    if not isinstance(obj, str):
        raise InputError("this is not a text", where, 'Write a text: "Ada Lovelace".')
    if not (obj.isascii() and obj.isprintable()):
        raise InputError("a character is not printable ASCII", where, "Use the characters from space to ~.")
    if len(obj) > MAX_LENGTH:
        raise InputError(f"the text has {len(obj)} characters", where, f"Give {MAX_LENGTH} at most.")
    return obj


def encode(texts: Sequence[str]) -> Array:
    """`[K, N]`: texts as bytes, padded by 0."""
    rows = b"".join(text.encode("ascii").ljust(MAX_LENGTH, b"\0") for text in texts)
    return np.frombuffer(rows, dtype=np.uint8).reshape(len(texts), MAX_LENGTH)


def decode(characters_N: Array) -> str:
    """The text of one row of `encode`."""
    return characters_N.tobytes().rstrip(b"\0").decode("ascii")


def variants(text: str, num: int, rng: random.Random) -> list[str]:
    """Texts of the same form: other letters and digits, and runs of letters of other lengths."""

    def redraw(found: re.Match[str]) -> str:
        run = found[0]
        characters = next(characters for characters in _CLASSES if run[0] in characters)
        length = len(run) if run.isdigit() or len(run) == 1 else rng.randint(2, 8)
        return "".join(rng.choices(characters, k=length))

    return [_RUN.sub(redraw, text)[:MAX_LENGTH] for _ in range(num)]


def _more(inputs_KN: Array, num: int, seed: int) -> Array:
    rng = random.Random(seed)
    texts = [decode(row) for row in inputs_KN]
    return encode([text for _ in range(num) for text in variants(rng.choice(texts), 1, rng)])


VALUES: Final = Values(
    read=read,
    obstacle=lambda example, first: None,  # any text may become any other
    encode=encode,
    decode=decode,
    more=_more,
    dtype=np.uint8,
    noun="text",
    read_text=read,
    to_text=str,
    to_json=str,
)
