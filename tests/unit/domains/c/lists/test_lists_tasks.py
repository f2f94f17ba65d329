from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from lasynth.domains.base import Status
from lasynth.domains.c.lists.behaviour import behaviours
from lasynth.domains.c.lists.emit import emit
from lasynth.domains.c.lists.grammar import EOS
from lasynth.domains.c.lists.layout import (
    LIST_WIDTH,
    LISTS_AT,
    MAX_CELLS,
    NUM_LISTS_AT,
    NUM_NUMBERS_AT,
    NUMBER,
    NUMBERS_AT,
)
from lasynth.domains.c.lists.machine import run_batch
from lasynth.domains.c.lists.parser import parse
from lasynth.domains.c.lists.sampling.recipe import Recipe, Role
from lasynth.domains.c.lists.sampling.sampler import Sampled
from lasynth.domains.c.lists.sampling.settings import ListsSamplerSettings
from lasynth.domains.c.lists.tasks import Verdict, draw_tasks
from lasynth.domains.generator import Drawn

SETTINGS = ListsSamplerSettings()


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    return draw_tasks(SETTINGS, 6, 0, 1500)


@pytest.fixture(scope="module")
def accepted(drawn: Drawn) -> Drawn:
    return drawn.rows(drawn.verdicts_P == Verdict.ACCEPTED)


def tasks_of(
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    recipe: Recipe,
    count: int = 30,
    settings: ListsSamplerSettings = SETTINGS,
) -> Drawn:
    """Tasks of one given program."""
    tokens_PT = np.tile(np.append(emit(parse(text)), EOS), (count, 1)).astype(np.int32)
    recipes_PR = np.tile(np.array(recipe.row(), dtype=np.int32), (count, 1))
    monkeypatch.setattr(
        "lasynth.domains.c.lists.tasks.sample_programs", lambda *_: Sampled(tokens_PT, recipes_PR)
    )
    return draw_tasks(settings, 0, 0, count)


def test_a_task_is_a_function_of_its_number(drawn: Drawn) -> None:
    part = draw_tasks(SETTINGS, 6, 700, 30)
    for field in dataclasses.fields(Drawn):
        assert (getattr(part, field.name) == getattr(drawn, field.name)[700:730]).all()


def test_most_programs_become_tasks_and_none_is_invalid(drawn: Drawn) -> None:
    assert (drawn.verdicts_P == Verdict.ACCEPTED).mean() > 0.8
    assert (drawn.verdicts_P != Verdict.INVALID).all()


def test_examples_are_what_the_program_does(accepted: Drawn) -> None:
    outputs_PKM, statuses_PK = run_batch(accepted.tokens_PT, accepted.inputs_PKN)
    assert (statuses_PK == Status.OK).all()
    assert (outputs_PKM == accepted.outputs_PKN).all()
    assert (behaviours(accepted.tokens_PT, accepted.inputs_PKN) == accepted.hashes_P).all()


def test_examples_are_distinct_and_of_one_kind(accepted: Drawn) -> None:
    for inputs_KL in accepted.inputs_PKN:
        assert len(np.unique(inputs_KL, axis=0)) == len(inputs_KL)
        assert len(np.unique(inputs_KL[:, [NUM_LISTS_AT, NUM_NUMBERS_AT]], axis=0)) == 1


def test_shown_outputs_show_something(accepted: Drawn) -> None:
    for outputs_KM in accepted.outputs_PKN:
        shown = outputs_KM[:5]
        booleans = (outputs_KM[:, 0] == NUMBER).all() and np.isin(outputs_KM[:, 1], (0, 1)).all()
        assert len(np.unique(shown, axis=0)) >= (2 if booleans else 3)
        assert (shown[:, 0] != 0).any()


def test_lists_have_different_lengths_and_many_values(accepted: Drawn) -> None:
    lists = accepted.inputs_PKN[accepted.inputs_PKN[:, 0, NUM_LISTS_AT] > 0][:, :, LISTS_AT:][
        :, :, :LIST_WIDTH
    ]
    lengths = lists[:, :, 0]
    assert lengths.min() == 0
    assert 12 < lengths.max() <= 20 < MAX_CELLS
    assert np.mean([len(np.unique(row)) > 2 for row in lengths]) > 0.9
    assert lists[:, :, 1:].max() > 99
    assert lists[:, :, 1:].min() < -50
    assert np.mean(np.abs(lists[:, :, 1:][lists[:, :, 1:] != 0]) <= 20) > 0.5


@pytest.mark.parametrize(
    ("text", "verdict"),
    {
        "int f(const int a[], int n) { return 3; }": Verdict.CONSTANT,
        "int f(const int a[], int n) { return a[n]; }": Verdict.FAILS,
        "int f(const int a[], int n, int out[]) { return 0; }": Verdict.EMPTY,
        "void f(int a[], int n) { }": Verdict.IDENTITY,
        "int f(const int a[], int n) { if (n < 9) { return n / 5 * 3; } return a[64]; }": Verdict.FEW_OUTPUTS,
        "int f(const int a[], int n) { if (n > 3) { return a[64]; } return n; }": Verdict.ACCEPTED,
        "int f(const int a[], int n) { return n > 63; }": Verdict.CONSTANT,
    }.items(),
)
def test_verdicts(monkeypatch: pytest.MonkeyPatch, text: str, verdict: Verdict) -> None:
    found = tasks_of(monkeypatch, text, Recipe(1, 0)).verdicts_P
    assert np.mean(found == verdict) > 0.6, [Verdict(one) for one in found]


def test_inputs_that_do_not_matter_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "int f(const int a[], int n, int k) { return k * 2; }"
    found = tasks_of(monkeypatch, text, Recipe(1, 0, roles=[Role.ANY])).verdicts_P
    assert (found == Verdict.IGNORES).all()
    text = "int f(const int a[], int n, const int b[], int n_b) { return n; }"
    found = tasks_of(monkeypatch, text, Recipe(2, 0)).verdicts_P
    assert np.isin(found, (Verdict.IGNORES, Verdict.FEW_OUTPUTS)).all()


def test_an_output_that_is_a_number_of_the_input_is_the_identity(monkeypatch: pytest.MonkeyPatch) -> None:
    found = tasks_of(monkeypatch, "int f(int k) { return k; }", Recipe(0, 0, roles=[Role.NUMBER])).verdicts_P
    assert (found == Verdict.IDENTITY).all()


def test_conditions_are_seen_both_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    body = "for (int i = 0; i < n; i++) { if (a[i] > 17) { return i; } } return n;"
    text = f"int f(const int a[], int n) {{ {body} }}"
    kept = dataclasses.replace(SETTINGS, p_cover=0.0)
    shares = []
    for settings in (kept, dataclasses.replace(SETTINGS, p_cover=1.0)):
        found = tasks_of(monkeypatch, text, Recipe(1, 2), 200, settings)
        shown = found.inputs_PKN[found.verdicts_P == 0][:, :5, LISTS_AT:][:, :, :LIST_WIDTH]
        inside = np.arange(MAX_CELLS) < shown[:, :, :1]
        values = np.where(inside, shown[:, :, 1:], 0)
        shares.append(((values == 18).any(axis=(1, 2)) | (values == 17).any(axis=(1, 2))).mean())
        assert ((values > 17).any(axis=(1, 2))).mean() > 0.5
    assert shares[1] > shares[0] + 0.1


def test_inputs_suit_the_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    body = "int s = k - k_1; for (int i = 0; i < n; i++) { s += a[i] * b[i]; } return s;"
    text = f"int f(const int a[], int n, const int b[], int n_b, int k, int k_1) {{ {body} }}"
    recipe = Recipe(
        2,
        1,
        is_sorted=True,
        not_negative=True,
        least=2,
        same_length=True,
        longest=6,
        roles=[Role.INDEX, Role.DIVISOR],
    )
    found = tasks_of(monkeypatch, text, recipe)
    inputs = found.inputs_PKN[found.verdicts_P == 0].reshape(-1, found.inputs_PKN.shape[2])
    first, second = inputs[:, LISTS_AT:][:, :LIST_WIDTH], inputs[:, LISTS_AT + LIST_WIDTH :]
    assert (first[:, 0] == second[:, 0]).all()
    assert first[:, 0].min() >= 2
    assert first[:, 0].max() == 6
    assert first.min() >= 0
    for row in (*first, *second):
        assert (np.diff(row[1 : 1 + row[0]]) >= 0).all()
    assert (inputs[:, NUMBERS_AT] < first[:, 0]).all()
    assert inputs[:, NUMBERS_AT + 1].min() >= 2
