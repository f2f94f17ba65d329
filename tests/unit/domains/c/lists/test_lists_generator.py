from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from lasynth import domains
from lasynth.config import read
from lasynth.data.dataset import Dataset
from lasynth.data.filters import Split
from lasynth.data.generate import generate, make_shard
from lasynth.data.statistics import Statistics
from lasynth.data.verify import verify_shards
from lasynth.domains.c.lists.constructs import CONSTRUCTS
from lasynth.domains.c.lists.generator import ListsTaskGenerator
from lasynth.domains.c.lists.grammar import EOS, FIRST_INT, lexeme
from lasynth.domains.c.lists.kinds import Kind, kind_of
from lasynth.domains.c.lists.layout import OUTPUT_WIDTH, input_width
from lasynth.domains.c.lists.machine import run_batch
from lasynth.domains.c.lists.parser import parse, to_tokens
from lasynth.errors import InputError
from lasynth.places import place_of

CONFIG = ListsTaskGenerator(simplify=False)


@pytest.fixture(autouse=True)
def _language(monkeypatch: pytest.MonkeyPatch) -> None:
    """The parts of a language that data sets need, so that nothing else matters here."""
    grammar = SimpleNamespace(
        eos=EOS,
        num_tokens=FIRST_INT,
        lexemes=lambda num=FIRST_INT: tuple(map(lexeme, range(num))),
    )
    language: Any = SimpleNamespace(
        name="c-lists",
        dialect="lists",
        grammar=grammar,
        machine=SimpleNamespace(run_batch=run_batch),
        generator=lambda: ListsTaskGenerator,
    )
    get = domains.get
    monkeypatch.setattr(domains, "get", lambda name: language if name == "c-lists" else get(name))


def test_settings_are_read_and_written() -> None:
    assert read(ListsTaskGenerator, CONFIG.to_dict()) == CONFIG
    assert ListsTaskGenerator.named("lists-short").sampler.name == "lists-short"
    with pytest.raises(InputError, match="unknown name"):
        ListsTaskGenerator.named("paper")
    with pytest.raises(InputError, match="unknown program source"):
        CONFIG.with_source("csmith")


def test_a_shard_is_made_written_read_and_verified(tmp_path: Path) -> None:
    statistics = generate(str(tmp_path), ListsTaskGenerator(), num_tasks=60, seed=3, num_shards=2)
    dataset = Dataset.open(str(tmp_path))
    assert len(dataset) + statistics.num_repeated == 60
    assert dataset.inputs_PKN.shape[1:] == (10, input_width(2))
    assert dataset.outputs_PKN.shape[1:] == (10, OUTPUT_WIDTH)
    assert dataset.inputs_PKN.dtype == np.int32
    assert dataset.num_shown == 5
    shards = [place_of(path) for path in sorted(tmp_path.glob("*.parquet"))]
    assert verify_shards(shards) == 60
    assert statistics.acceptance > 0.7
    assert "to a number" in statistics.to_text()
    assert "cells of a list" in statistics.to_text()


def test_a_shard_is_a_function_of_its_settings() -> None:
    first, counts = make_shard(CONFIG, split="train", num_tasks=50, seed=1, shard=0)
    again, _ = make_shard(CONFIG, split="train", num_tasks=50, seed=1, shard=0)
    other, _ = make_shard(CONFIG, split="train", num_tasks=50, seed=1, shard=1)
    for field in dataclasses.fields(first):
        assert (getattr(first, field.name) == getattr(again, field.name)).all()
    assert not set(first.hashes_P) >= set(other.hashes_P)
    assert set(counts) <= {*ListsTaskGenerator.REASONS, "drawn", "kept", "accepted"}


def test_no_behaviour_is_in_two_splits() -> None:
    seen: dict[str, set[int]] = {}
    for split, num_tasks in ((Split.TRAIN, 400), (Split.VALID, 40), (Split.TEST, 40)):
        table, _ = make_shard(CONFIG, split=split, num_tasks=num_tasks, seed=2, shard=0)
        assert len(set(table.hashes_P)) == len(table)
        seen[split] = set(table.hashes_P)
    assert not seen["train"] & seen["valid"]
    assert not seen["train"] & seen["test"]
    assert not seen["valid"] & seen["test"]


def test_references_do_what_the_sampled_programs_do() -> None:
    drawn = CONFIG.draw(5, 0, 200, Counter())
    drawn = drawn.rows(drawn.verdicts_P == 0)
    references_PT, same_P = CONFIG.references(drawn)
    assert same_P.all()
    assert (run_batch(references_PT, drawn.inputs_PKN)[0] == drawn.outputs_PKN).all()


def test_every_verdict_has_a_reason() -> None:
    assert {verdict.name.lower() for verdict in ListsTaskGenerator.VERDICTS if verdict} <= set(
        ListsTaskGenerator.REASONS
    )


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("return k;", Kind.SEQ_ONLY),
        ("if (k) { return 1; } return 2;", Kind.IF_ONLY),
        ("return k > 1 ? 2 : 3;", Kind.SEQ_ONLY),
        ("while (k > 1) { k /= 2; } return k;", Kind.FOR_ONLY),
        ("for (int i = 0; i < 3; i++) { k++; } return k;", Kind.FOR_ONLY),
        ("while (k > 1) { if (k == 4) { return 0; } k--; } return k;", Kind.MIXTURE),
    ],
)
def test_kinds(body: str, kind: Kind) -> None:
    assert kind_of(to_tokens(parse(f"int f(int k) {{ {body} }}"))) == kind


def test_constructs_and_depths() -> None:
    text = """
    int f(const int a[], int n, int k, int out[]) {
        int m = 0;
        for (int i = 0; i < n; i++) {
            while (k > 0) {
                if (a[i] % k == 0 && i > 1) {
                    out[m++] = a[i];
                    return m;
                }
                k--;
            }
        }
        return m;
    }
    """
    tokens_PT = to_tokens(parse(text))[None]
    found = {name for name, uses in ListsTaskGenerator.constructs_of(tokens_PT).items() if uses[0]}
    assert found == {
        *("to a list", "for", "while", "if", "&&", "* / %", "a number", "a[i++]"),
        *("nested loops", "early return"),
    }
    assert tuple(ListsTaskGenerator.constructs_of(tokens_PT)) == CONSTRUCTS
    assert [int(depth[0]) for depth in ListsTaskGenerator.depths_of(tokens_PT)] == [3, 2]


def test_statistics_of_tasks_without_lists() -> None:
    sampler = dataclasses.replace(CONFIG.sampler, signatures=(0, 0, 0, 0, 0, 1))
    config = dataclasses.replace(CONFIG, sampler=sampler)
    table, _ = make_shard(config, split="train", num_tasks=20, seed=1, shard=0)
    assert ListsTaskGenerator.figures_of(table.inputs_PKN) == {}
    statistics = Statistics.of(Dataset(table))
    assert statistics.num_tasks == 20
