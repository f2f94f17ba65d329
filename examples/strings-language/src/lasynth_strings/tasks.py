"""Random tasks: a program of a few statements, and texts of one form that it changes.

Item i is a function of (seed, settings, i) alone. Shapes: P programs, T tokens, K examples, N `MAX_LENGTH`.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from typing import Annotated, Any, ClassVar, Final

import numpy as np
import numpy.typing as npt
from msgspec import Meta

from lasynth.config import Share
from lasynth.domains.base import Array, Bools, Status, Tokens
from lasynth.domains.generator import Drawn, TaskGenerator
from lasynth.domains.kit.rows import ended, padded
from lasynth.domains.settings import Choices, SamplerSettings
from lasynth_strings.grammar import EOS, TERMINALS, all_pieces
from lasynth_strings.machine import run_batch
from lasynth_strings.values import MAX_LENGTH, encode, variants

__all__ = ["Kind", "StringSettings", "StringTaskGenerator", "kinds_of"]

_FORMS: Final = (
    *("Ada Lovelace", "Lovelace, Ada", "ada.lovelace@mail.org", "2024-12-10", "10/12/1815"),
    *("(020) 7946-0018", "AB-1234-C", "report_final.txt", "Room 12, Floor 3"),
)
_CONSTANT: Final = ("out += ", "CHAR")
_TERMINALS: Final = np.array(TERMINALS)
_CONSTRUCTS: Final = {
    "constant": "CHAR",
    "slice": "SLICE",
    "index": "INDEX",
    "split": "SPLIT",
    "case": "CASE",
}


class Verdict(IntEnum):
    """What became of a drawn program."""

    ACCEPTED = 0
    FAILS = 1
    IDENTITY = 2
    CONSTANT = 3


class Kind(IntEnum):
    """How many statements a program has."""

    ONE = 0
    TWO = 1
    MORE = 2

    @property
    def label(self) -> str:
        """The name that tables show."""
        return ("1 statement", "2 statements", "3 or more statements")[self]


def kinds_of(tokens_PT: Tokens) -> npt.NDArray[np.uint8]:
    """`[P]` numbers of `Kind`."""
    num_P = (_TERMINALS[tokens_PT] == "out += ").sum(axis=1)
    kinds_P: npt.NDArray[np.uint8] = np.clip(num_P - 1, Kind.ONE, Kind.MORE).astype(np.uint8)
    return kinds_P


@dataclass(frozen=True, slots=True)
class StringSettings(SamplerSettings):
    """What random programs are like.

    Attributes:
        name: of the setting.
        statements: weights of 1, 2, 3... statements.
        p_constant: that a statement is a constant.
    """

    NAMED: ClassVar[Mapping[str, Mapping[str, Any]]] = {"small": {}}

    name: str = "small"
    statements: Choices = (2, 3, 3, 1)
    p_constant: Share = 0.3

    def sample(self, rng: random.Random) -> list[int]:
        """The tokens of a random program."""
        (num,) = rng.choices(range(1, len(self.statements) + 1), self.statements)
        forms = _statements()
        copies = sorted(forms.keys() - {_CONSTANT})
        drawn = [_CONSTANT if rng.random() < self.p_constant else rng.choice(copies) for _ in range(num)]
        return [*(token for form in drawn for token in rng.choice(forms[form])), EOS]


@cache
def _statements() -> dict[tuple[str, ...], list[list[int]]]:
    """The statements of each form (its terminals). Forms are drawn first: most statements are of one form."""
    forms: dict[tuple[str, ...], list[list[int]]] = {}
    for tokens in all_pieces():
        statement = ended(tokens, EOS).tolist()[:-1]
        forms.setdefault(tuple(TERMINALS[token] for token in statement), []).append(statement)
    return forms


@cache
def _probes() -> Array:
    """Texts of every form, to tell behaviours apart."""
    rng = random.Random(0)
    return encode([text for form in _FORMS for text in (form, *variants(form, 4, rng))])


def _behaviours(tokens_PT: Tokens) -> npt.NDArray[np.int64]:
    """`[P]`: a hash of what each program does to the probes."""
    outputs_PKN, _ = run_batch(tokens_PT, _probes())  # a run that fails has an empty output
    digests = [hashlib.blake2b(outputs.tobytes(), digest_size=8).digest() for outputs in outputs_PKN]
    return np.frombuffer(b"".join(digests), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class StringTaskGenerator(TaskGenerator):
    """What tasks are like.

    Attributes:
        sampler: what the programs are like.
        num_examples: inputs a task, half of them shown and half held out.
    """

    DOMAIN: ClassVar = "strings"
    VERDICTS: ClassVar = Verdict
    KINDS: ClassVar = Kind
    REASONS: ClassVar = {
        "fails": "fails on an input",
        "identity": "the output is the input",
        "constant": "the output is always the same",
        "other_split": "belongs to another split",
        "repeated_text": "same text as another",
        "repeated_behaviour": "same behaviour as another",
    }
    VALUES: ClassVar = np.uint8

    sampler: StringSettings = field(default_factory=StringSettings)
    num_examples: Annotated[int, Meta(ge=2, le=100)] = 8

    kinds_of = staticmethod(kinds_of)

    @property
    def num_cells(self) -> int:
        """N."""
        return MAX_LENGTH

    def draw(self, seed: int, first: int, count: int, counts: Counter[str]) -> Drawn:
        """See `TaskGenerator`."""
        streams = [random.Random(f"{seed} {number}") for number in range(first, first + count)]
        tokens_PT = padded([self.sampler.sample(rng) for rng in streams], EOS)
        inputs_PKN = np.stack(
            [encode(variants(rng.choice(_FORMS), self.num_examples, rng)) for rng in streams]
        )
        outputs_PKN, statuses_PK = run_batch(tokens_PT, inputs_PKN)
        verdicts_P = np.select(
            [
                (statuses_PK != Status.OK).any(axis=1),
                (outputs_PKN == inputs_PKN).all(axis=(1, 2)),
                (outputs_PKN == outputs_PKN[:, :1]).all(axis=(1, 2)),
            ],
            [Verdict.FAILS, Verdict.IDENTITY, Verdict.CONSTANT],
            Verdict.ACCEPTED,
        )
        plain_P = np.zeros(count, dtype=np.bool_)
        return Drawn(
            tokens_PT, inputs_PKN, outputs_PKN, _behaviours(tokens_PT), plain_P, verdicts_P.astype(np.uint8)
        )

    @staticmethod
    def constructs_of(tokens_PT: Tokens) -> dict[str, Bools]:
        """See `TaskGenerator`."""
        return {
            name: (_TERMINALS[tokens_PT] == terminal).any(axis=1) for name, terminal in _CONSTRUCTS.items()
        }
