"""Random programs of `lists`: idioms, and statements drawn one by one, in one style or another.

Program i is a function of (seed, settings, i) alone: each program has its own random stream. Plans make up a
body of idioms (`plans`), idioms are C with holes (`templates`, `idioms`), and fillings are small expressions
(`fillings`).

Shapes: P programs, T tokens.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np

from lasynth.domains.c.lists.emit import emit_list
from lasynth.domains.c.lists.grammar import EOS, LISTS, NUMBERS
from lasynth.domains.c.lists.sampling.draw import Draw, Unfit, Weights, sums
from lasynth.domains.c.lists.sampling.plans import body_of_list, body_of_number, body_of_place
from lasynth.domains.c.lists.sampling.recipe import RECIPE_SIZE, Recipe
from lasynth.domains.c.lists.sampling.settings import ListsSamplerSettings
from lasynth.domains.c.lists.sampling.style import styled
from lasynth.domains.c.lists.syntax import Cell, Name, Program, Result, Room
from lasynth.domains.c.lists.tokens import parameters_of
from lasynth.domains.c.lists.trees import nodes
from lasynth.domains.random import program_keys
from lasynth.errors import ProgramError
from lasynth.grammar import IntArray

__all__ = ["Sampled", "sample_programs", "sample_trees"]

_MAX_TRIES: Final = 2000  # programs that do not fit, in a row
# How many lists and numbers the signatures take.
_TAKES: Final = ((1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (0, 1))
_P_TWO_NUMBERS: Final = 0.2  # of functions of numbers alone
_BODIES: Final = {
    Result.NUMBER: body_of_number,
    Result.LIST: body_of_list,
    Result.IN_PLACE: body_of_place,
}
_RESULTS: Final = (Result.NUMBER, Result.LIST, Result.IN_PLACE)


@dataclass(frozen=True, slots=True, eq=False)
class Sampled:
    """Random programs.

    Attributes:
        tokens_PT: ended and padded by EOS.
        recipes_PR: what inputs each is for (`lasynth.domains.c.lists.sampling.recipe`).
    """

    tokens_PT: IntArray
    recipes_PR: IntArray


def sample_programs(settings: ListsSamplerSettings, seed: int, first: int, count: int) -> Sampled:
    """Programs `first` to `first + count - 1` of a seed.

    Args:
        settings: the distribution of programs.
        seed: any integer from 0.
        first: the number of the first program.
        count: the number of programs, P.

    Raises:
        RuntimeError: programs of these settings almost never fit.
    """
    tokens_PT = np.full((count, settings.max_tokens), EOS, dtype=np.int32)
    recipes_PR = np.zeros((count, RECIPE_SIZE), dtype=np.int32)
    tables = _tables(settings)
    for row, key in enumerate(program_keys(seed, first, count).tolist()):
        _, tokens, recipe = _sample(key, settings, tables)
        tokens_PT[row, : len(tokens)] = tokens
        recipes_PR[row] = recipe.row()
    return Sampled(tokens_PT, recipes_PR)


def sample_trees(
    settings: ListsSamplerSettings, seed: int, first: int, count: int
) -> list[tuple[Program, Recipe]]:
    """The same programs as trees."""
    tables = _tables(settings)
    found = [_sample(key, settings, tables) for key in program_keys(seed, first, count).tolist()]
    return [(program, recipe) for program, _, recipe in found]


def _tables(settings: ListsSamplerSettings) -> dict[str, Weights]:
    """Running sums of all weights."""
    values: dict[str, Any] = {field.name: getattr(settings, field.name) for field in fields(settings)}
    return {name: sums(value) for name, value in values.items() if isinstance(value, tuple)}


def _sample(
    key: int, settings: ListsSamplerSettings, tables: dict[str, Weights]
) -> tuple[Program, list[int], Recipe]:
    """One program, as a tree and as tokens, and what inputs it is for."""
    draw = Draw(key, settings, tables)
    signature = draw.pick("signatures")
    num_lists, num_numbers = _TAKES[signature]
    if num_lists == 0:
        num_numbers += draw.chance(_P_TWO_NUMBERS)
        result = _RESULTS[draw.pick("number_result")]
    else:
        result = _RESULTS[draw.pick("results")]
    for _ in range(_MAX_TRIES):
        draw.begin(num_lists, num_numbers)
        try:
            statements = styled(draw, _BODIES[result](draw))
            program = Program(result, parameters_of(result, num_lists, num_numbers), _rooms_first(statements))
            tokens = emit_list(program)
        except (Unfit, ProgramError):
            continue
        if len(tokens) <= settings.max_tokens and _uses_all(program, draw.recipe, num_lists, num_numbers):
            return program, tokens, draw.recipe
    raise RuntimeError(f"no program of its kind has room in {settings.max_tokens} tokens")


def _rooms_first(statements: tuple[Any, ...]) -> tuple[Any, ...]:
    rooms = dict.fromkeys(node for node in statements if isinstance(node, Room))
    return (*rooms, *(node for node in statements if not isinstance(node, Room)))


def _uses_all(program: Program, recipe: Recipe, num_lists: int, num_numbers: int) -> bool:
    """Whether a program uses every parameter."""
    if len(recipe.roles) < num_numbers:
        return False
    wanted = {*LISTS[1:num_lists], *NUMBERS[:num_numbers]}
    if not wanted:
        return True
    used = {
        one.name if isinstance(one, Name) else one.list
        for one in nodes(program.statements)
        if isinstance(one, Name | Cell)
    }
    return wanted <= used
