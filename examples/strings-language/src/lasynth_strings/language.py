"""The language as one value. The entry point in `pyproject.toml` names it."""

from __future__ import annotations

from functools import partial
from typing import Final

from lasynth.domains.base import Cutting, Language, Machine, Syntax
from lasynth.domains.kit import parts
from lasynth_strings.grammar import BOS, EOS, LEXEMES, MASKING, NUM_TOKENS, TABLES, all_pieces
from lasynth_strings.machine import STATES, run_batch
from lasynth_strings.tasks import Kind, StringTaskGenerator, kinds_of
from lasynth_strings.text import TEXT
from lasynth_strings.values import VALUES

__all__ = ["LANGUAGE"]

LANGUAGE: Final = Language(
    name="strings",
    dialect="strings",
    grammar=Syntax(
        bos=BOS,
        eos=EOS,
        num_tokens=NUM_TOKENS,
        lexeme=LEXEMES.__getitem__,
        mask=MASKING.mask,
        allowed_along=MASKING.allowed_along,
        kind=lambda tokens: Kind(kinds_of(tokens[None])[0]).label,
        fence="python",
    ),
    text=TEXT,
    values=VALUES,
    machine=Machine(run_batch=run_batch, run_partial=partial(parts.run_partial, TABLES, run_batch)),
    cutting=Cutting(
        beginnings=partial(parts.beginnings, TABLES),
        chain=partial(parts.chain, TABLES),
        pieces=all_pieces,
        states=STATES,
    ),
    tasks=StringTaskGenerator,
)
