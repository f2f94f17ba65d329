"""Restricted C as a `Language` (`docs/c-subset.md`)."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lasynth.domains.base import Checker, Cutting, Language, Machine, Syntax, Text, Tokens, View
from lasynth.domains.c import grammar, parts
from lasynth.domains.c.bank import bank
from lasynth.domains.c.ends import ComputedEnds
from lasynth.domains.c.floor import AffineFloor
from lasynth.domains.c.generator import CTaskGenerator
from lasynth.domains.c.hidden import hidden_branch
from lasynth.domains.c.kinds import kind_of
from lasynth.domains.c.machine import run_batch
from lasynth.domains.c.mask import MASKING, TABLES
from lasynth.domains.c.origin import own_odds
from lasynth.domains.c.parser import from_tokens, parse, to_tokens
from lasynth.domains.c.printer import format_program
from lasynth.domains.c.simplify import simplify_one
from lasynth.domains.c.values import VALUES, largest_value
from lasynth.domains.kit.parts import run_partial
from lasynth.domains.kit.rows import padded
from lasynth.domains.unlearned import Ranking, Solver

__all__ = ["LANGUAGE"]


def _simplify(tokens_PT: Tokens, inputs_KN: npt.NDArray[Any]) -> Tokens:
    around = {"num_cells": inputs_KN.shape[1], "max_value": largest_value(inputs_KN), "examples": inputs_KN}
    return padded([simplify_one(tokens, **around) for tokens in tokens_PT], grammar.EOS)


def _find_compiler() -> Checker:
    from lasynth.domains.c.compiler import Compiler  # what it needs of the system is for answers only

    return Compiler.find()


def _cvc5(time_limit: float) -> Solver:
    from lasynth.domains.c.sygus import SygusSolver  # it starts processes

    return SygusSolver(time_limit=time_limit)


# The cells of an unknown list: the partial program does not parse, or its run failed.
_NOT_KNOWN: Final = int(np.iinfo(np.int32).max)

LANGUAGE: Final = Language(
    name="c",
    dialect="restricted",
    wider="c-lists",
    own_odds=own_odds,
    grammar=Syntax(
        bos=grammar.BOS,
        eos=grammar.EOS,
        num_tokens=grammar.FIRST_INT + 17,  # literals 0 to 16
        lexeme=grammar.lexeme,
        mask=MASKING.mask,
        allowed_along=MASKING.allowed_along,
        kind=lambda tokens: kind_of(tokens).label,
        open_ended=True,
        fence="c",
    ),
    text=Text(parse=parse, format=format_program, to_tokens=to_tokens, from_tokens=from_tokens),
    values=VALUES,
    machine=Machine(
        run_batch=run_batch, run_partial=partial(run_partial, TABLES, run_batch, unknown=_NOT_KNOWN)
    ),
    cutting=Cutting(beginnings=parts.beginnings, chain=parts.chain, exchangeable=parts.EXCHANGEABLE),
    simplify=_simplify,
    tasks=CTaskGenerator,
    floor=AffineFloor(),
    solvers={"cvc5": _cvc5},
    bank=bank,
    ends=ComputedEnds(),
    ranking=Ranking(floor=4.0, shift=-0.5),
    hidden_branch=hidden_branch,
    checker=_find_compiler,
    view=View(checked="Checked", machine="the built-in machine"),
)
