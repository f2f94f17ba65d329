from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from lasynth.domains.base import Status
from lasynth.domains.c.lists import grammar
from lasynth.domains.c.lists.behaviour import probe_inputs
from lasynth.domains.c.lists.machine import run_batch
from lasynth.domains.c.lists.sampling import fillings, nested, plans, sampler, templates
from lasynth.domains.c.lists.sampling.draw import Draw, Unfit
from lasynth.domains.c.lists.sampling.fillings import fill
from lasynth.domains.c.lists.sampling.recipe import NUM_LISTS, NUM_NUMBERS
from lasynth.domains.c.lists.sampling.sampler import sample_programs
from lasynth.domains.c.lists.sampling.settings import ListsSamplerSettings
from lasynth.domains.c.lists.sampling.templates import Idiom, Places
from lasynth.domains.c.lists.syntax import Cell, Name
from lasynth.errors import InputError

NAMES = tuple(ListsSamplerSettings.NAMED)
IDIOMS = [
    pytest.param(result, num_lists, idiom, id=f"{num_lists} lists, {result}: {idiom.name}")
    for (result, num_lists), idioms in plans.TABLES.items()
    for idiom in idioms
]


def draw_of(key: int, settings: ListsSamplerSettings | None = None) -> Draw:
    settings = settings or ListsSamplerSettings()
    return Draw(key, settings, sampler._tables(settings))


@pytest.mark.parametrize("name", NAMES)
def test_a_program_is_a_function_of_its_number(name: str) -> None:
    settings = ListsSamplerSettings.named(name)
    whole = sample_programs(settings, 3, 0, 40)
    part = sample_programs(settings, 3, 25, 15)
    assert (whole.tokens_PT[25:] == part.tokens_PT).all()
    assert (whole.recipes_PR[25:] == part.recipes_PR).all()
    assert (sample_programs(settings, 4, 0, 40).tokens_PT != whole.tokens_PT).any()


@pytest.mark.parametrize("name", NAMES)
def test_programs_are_of_the_grammar_and_most_run(name: str) -> None:
    found = sample_programs(ListsSamplerSettings.named(name), 1, 0, 1500)
    ok = 0
    for tokens, recipe in zip(found.tokens_PT, found.recipes_PR, strict=True):
        probes = probe_inputs(int(recipe[NUM_LISTS]), int(recipe[NUM_NUMBERS]))
        _, statuses = run_batch(tokens[None], probes)
        assert (statuses != Status.INVALID).all()
        ok += (statuses == Status.OK).mean()
    assert ok / len(found.tokens_PT) > 0.75


@pytest.mark.parametrize(("result", "num_lists", "idiom"), IDIOMS)
def test_an_idiom_makes_programs(result: str, num_lists: int, idiom: Idiom) -> None:
    made = 0
    for key in range(1, 25):
        draw = draw_of(key)
        draw.begin(num_lists, key % 2 if num_lists else 1)
        try:
            piece = templates.instantiate(draw, idiom, result, Places(), fill)
        except Unfit:
            continue
        made += 1
        assert (piece.result is None) == (result == "place")
        assert draw.before == []
    assert made > 12


@pytest.mark.parametrize("idioms", [nested.CONDITIONS, nested.VALUES])
def test_an_inner_loop_stands_before_the_statement(idioms: tuple[Idiom, ...]) -> None:
    for idiom in idioms:
        draw = draw_of(7)
        draw.begin(2, 0)
        names = {"x": Cell("a", Name("i")), "i": Name("i")}
        piece = templates.instantiate(draw, idiom, "number", Places(names=names), fill)
        assert piece.statements
        assert piece.result is not None
        assert not piece.returns


def test_every_idiom_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: Counter[Idiom] = Counter()
    instantiate = templates.instantiate

    def counted(draw: Draw, idiom: Idiom, *arguments: object) -> object:
        drawn[idiom] += 1
        return instantiate(draw, idiom, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(plans, "instantiate", counted)
    sample_programs(ListsSamplerSettings(), 2, 0, 6000)
    idioms = {idiom for table in plans.TABLES.values() for idiom in table}
    assert len(idioms) > 200
    assert idioms <= set(drawn)


def test_every_kind_of_condition_and_value_can_be_made() -> None:
    x, i = Cell("a", Name("i")), Name("i")
    made = (("conditions", fillings._condition), ("values", fillings._value))
    for weights, make in made:
        for kind in range(len(getattr(ListsSamplerSettings(), weights))):
            found = set()
            for key in range(1, 60):
                draw = draw_of(key)
                draw.begin(2, 1)
                found.add(make(draw, kind, x, i, Places()))
            assert found - {None}, (weights, kind)


def test_settings_weigh_what_is_drawn() -> None:
    changes = {"signatures": (0, 0, 0, 0, 0, 1), "number_result": (0, 1)}
    found = sample_programs(ListsSamplerSettings.named("lists", **changes), 0, 0, 60)
    assert (found.tokens_PT[:, 0] == grammar.token_of("<list>")).all()
    assert (found.recipes_PR[:, NUM_LISTS] == 0).all()
    assert (found.recipes_PR[:, NUM_NUMBERS] >= 1).all()


def test_programs_have_room_or_are_refused() -> None:
    settings = ListsSamplerSettings(max_tokens=48)
    found = sample_programs(settings, 0, 0, 200)
    assert found.tokens_PT.shape == (200, 48)
    assert (found.tokens_PT[:, -1] == grammar.EOS).all()
    only = {"signatures": (1, 0, 0, 0, 0, 0), "results": (0, 1, 0), "list_plans": (0, 1, 0, 0, 0)}
    two_lists = ListsSamplerSettings.named("lists", max_tokens=32, **only)
    with pytest.raises(RuntimeError, match="has room in 32 tokens"):
        sample_programs(two_lists, 0, 0, 5)


def test_wrong_settings_are_refused() -> None:
    with pytest.raises(InputError, match="unknown name"):
        ListsSamplerSettings.named("list")
    with pytest.raises(InputError, match="weights of shapes"):
        ListsSamplerSettings(shapes=(1.0, 1.0))
    with pytest.raises(InputError, match="all weights of results are 0"):
        ListsSamplerSettings(results=(0, 0, 0))


def test_literals_are_small() -> None:
    tokens_PT = sample_programs(ListsSamplerSettings(), 5, 0, 2000).tokens_PT
    literals = tokens_PT[tokens_PT >= grammar.FIRST_INT] - grammar.FIRST_INT
    assert literals.max() <= 1000
    assert np.mean(literals <= 9) > 0.85
    assert (literals > 20).any()
