"""Karel as a `Language` (`docs/karel.md`). Inputs and outputs are worlds (`lasynth.domains.karel.world`)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from lasynth.domains.base import Cutting, Language, Machine, Records, Syntax, Text, View
from lasynth.domains.karel import grammar, parts
from lasynth.domains.karel.bank import bank
from lasynth.domains.karel.ends import ComputedEnds
from lasynth.domains.karel.floor import StraightLineFloor
from lasynth.domains.karel.generator import KarelTaskGenerator
from lasynth.domains.karel.kinds import kind_of
from lasynth.domains.karel.machine import run_batch
from lasynth.domains.karel.mask import MASKING, TABLES
from lasynth.domains.karel.msr import is_record, task_json
from lasynth.domains.karel.parser import from_tokens, parse, to_tokens
from lasynth.domains.karel.printer import format_program
from lasynth.domains.karel.simplify import simplify_all
from lasynth.domains.karel.values import VALUES
from lasynth.domains.karel.world import World
from lasynth.domains.kit.parts import run_partial
from lasynth.domains.unlearned import Ranking

__all__ = ["LANGUAGE"]


def _show_pairs(pairs: Sequence[tuple[World, World]], titles: Sequence[str]) -> None:
    from lasynth.domains.karel.terminal import show_pairs  # it loads rich, which only people need

    show_pairs(pairs, titles)


def _show_worlds(worlds: Sequence[World], titles: Sequence[str]) -> None:
    from lasynth.domains.karel.terminal import show_worlds

    show_worlds(worlds, titles)


def _draw_run(text: str, world: Any) -> str:
    from lasynth.domains.karel.draw import run_svg

    return run_svg(parse(text), world)


LANGUAGE: Final = Language(
    name="karel",
    dialect="karel",
    grammar=Syntax(
        bos=grammar.BOS,
        eos=grammar.EOS,
        num_tokens=grammar.NUM_TOKENS,
        lexeme=grammar.lexeme,
        mask=MASKING.mask,
        allowed_along=MASKING.allowed_along,
        kind=lambda tokens: kind_of(tokens).label,
    ),
    text=Text(parse=parse, format=format_program, to_tokens=to_tokens, from_tokens=from_tokens),
    values=VALUES,
    machine=Machine(run_batch=run_batch, run_partial=partial(run_partial, TABLES, run_batch)),
    cutting=Cutting(
        beginnings=parts.beginnings,
        chain=parts.chain,
        exchangeable=parts.EXCHANGEABLE,
        pieces=parts.short_programs,
    ),
    simplify=lambda tokens_PT, inputs_KN: simplify_all(tokens_PT),
    tasks=KarelTaskGenerator,
    floor=StraightLineFloor(),
    bank=bank,
    ends=ComputedEnds(),
    ranking=Ranking(unseen=10.0, shift=0.5, scale=0.9),
    records=Records(matches=is_record, read=task_json),
    view=View(show_pairs=_show_pairs, show_values=_show_worlds, draw_run=_draw_run),
)
