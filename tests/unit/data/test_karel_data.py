"""Data of Karel: the same generation, shards, data set and batches as for C, but with worlds."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from lasynth import domains
from lasynth.config import read
from lasynth.data.batches import Batches
from lasynth.data.dataset import Dataset
from lasynth.data.filters import Split, splits_of
from lasynth.data.generate import generate, make_shard
from lasynth.data.shards import read_info, read_shard
from lasynth.data.statistics import Statistics
from lasynth.domains.base import Status
from lasynth.domains.c.generator import CTaskGenerator
from lasynth.domains.karel.behaviour import behaviours
from lasynth.domains.karel.generator import KarelTaskGenerator
from lasynth.domains.karel.kinds import kinds_of
from lasynth.domains.karel.language import LANGUAGE
from lasynth.errors import InputError, ShardError
from lasynth.runner import ProcessRunner


@pytest.fixture(scope="module")
def config() -> KarelTaskGenerator:
    return KarelTaskGenerator.named("real")


@pytest.fixture(scope="module")
def karel_folder(tmp_path_factory: pytest.TempPathFactory, config: KarelTaskGenerator) -> Path:
    path = tmp_path_factory.mktemp("karel")
    generate(path, config, split="train", num_tasks=300, seed=1, num_shards=2)
    generate(path, config, split="test", num_tasks=60, seed=1)
    return path


@pytest.fixture(scope="module")
def worlds(karel_folder: Path) -> Dataset:
    return Dataset.open(karel_folder, split="train")


def test_every_task_is_as_promised(worlds: Dataset) -> None:
    assert (worlds.domain, worlds.num_shown, worlds.inputs_PKN.shape) == ("karel", 5, (300, 6, 328))
    assert worlds.inputs_PKN.dtype == worlds.outputs_PKN.dtype == np.uint8
    assert worlds.tokens_PT.dtype == np.int16
    tokens_PT = worlds.tokens_PT.astype(np.int32)
    outputs_PKW, statuses_PK = LANGUAGE.machine.run_batch(tokens_PT, worlds.inputs_PKN)
    assert (statuses_PK == Status.OK).all()
    assert (outputs_PKW == worlds.outputs_PKN).all()
    assert (worlds.hashes_P == behaviours(tokens_PT)).all()
    assert (worlds.kinds_P == kinds_of(tokens_PT)).all()
    assert LANGUAGE.floor is not None
    examples = zip(worlds.inputs_PKN, worlds.outputs_PKN, tokens_PT, strict=True)
    straight = [LANGUAGE.floor.is_plain(*example) for example in examples]
    assert worlds.plain_P.tolist() == straight
    assert 0 < sum(straight) < len(straight)


def test_splits_go_by_behaviour_and_only_training_repeats_one(karel_folder: Path) -> None:
    for split in (Split.TRAIN, Split.TEST):
        hashes_P = Dataset.open(karel_folder, split=split).hashes_P
        assert (splits_of(hashes_P) == split).all()
        assert (len(np.unique(hashes_P)) < len(hashes_P)) is (split == Split.TRAIN)


def test_tasks_of_one_behaviour_are_called_apart(worlds: Dataset) -> None:
    names = [task.id for task in worlds.tasks()]
    assert len(set(names)) == len(names)
    for row, behaviour in enumerate(worlds.hashes_P.tolist()):
        earlier = worlds.hashes_P[:row].tolist().count(behaviour)
        assert names[row] == f"{behaviour:016x}" + (f"-{earlier + 1}" if earlier else "")


def test_repeats_can_be_left_out(tmp_path: Path, config: KarelTaskGenerator) -> None:
    once = dataclasses.replace(config, repeats=False)
    statistics = generate(tmp_path, once, num_tasks=200, seed=1, num_shards=2)
    dataset = Dataset.open(tmp_path)
    assert len(np.unique(dataset.hashes_P)) == len(dataset) == 200 - statistics.num_repeated
    assert statistics.rejected["repeated_text"] > 0


def test_splits_may_be_drawn_alike(tmp_path: Path, config: KarelTaskGenerator) -> None:
    alike = dataclasses.replace(config, disjoint=False)
    generate(tmp_path, alike, num_tasks=300, seed=1, num_shards=1, split=Split.TEST)
    dataset = Dataset.open(tmp_path, split=Split.TEST)
    assert len(np.unique(dataset.hashes_P)) < len(dataset) == 300
    assert set(splits_of(dataset.hashes_P)) == set(Split)


def test_files_do_not_depend_on_who_writes_them(tmp_path: Path, config: KarelTaskGenerator) -> None:
    for name, runner in (("a", None), ("b", ProcessRunner(2))):
        generate(tmp_path / name, config, num_tasks=31, seed=5, num_shards=2, runner=runner)
    files = [sorted((tmp_path / name).iterdir()) for name in ("a", "b")]
    assert [path.name for path in files[0]] == [path.name for path in files[1]]
    assert [path.read_bytes() for path in files[0]] == [path.read_bytes() for path in files[1]]


def test_a_shard_says_what_it_holds(karel_folder: Path, config: KarelTaskGenerator) -> None:
    path = sorted(karel_folder.glob("train-*"))[0]
    info = read_info(path)
    assert (info.domain, info.num_shown, info.num_examples, info.repeats) == ("karel", 5, 6, True)
    assert read(KarelTaskGenerator, info.config) == config
    assert "straight" in pq.read_schema(path).names
    assert "affine" not in pq.read_schema(path).names
    table, _ = read_shard(path)
    again, _ = make_shard(config, split="train", num_tasks=150, seed=1, shard=0)
    assert (table.inputs_PKN == again.inputs_PKN).all()


def test_shards_of_lists_say_what_is_not_usual(tmp_path: Path) -> None:
    generate(tmp_path, CTaskGenerator.named("small"), num_tasks=4, seed=0)
    (path,) = tmp_path.iterdir()
    head = json.loads(pq.read_schema(path).metadata[b"lasynth"])
    assert sorted(head) == [
        *("config", "counts", "dialect", "lexemes", "num_cells", "num_examples", "num_tasks", "of"),
        *("schema", "seed", "shard", "split"),
    ]
    info = read_info(path)
    assert (info.domain, info.num_shown, info.repeats) == ("c", None, False)
    assert Dataset.open(path).num_shown == 5


def test_languages_are_not_mixed(tmp_path: Path, karel_folder: Path) -> None:
    generate(tmp_path, CTaskGenerator.named("small"), num_tasks=4, seed=0)
    files = [*tmp_path.iterdir(), *karel_folder.glob("train-*")]
    with pytest.raises(ShardError, match=r"domain is karel, but c in .* Read shards of one kind at a time."):
        Dataset.open(files)


def test_tasks_show_five_worlds_and_hold_one_out(worlds: Dataset) -> None:
    few = worlds.rows(slice(5))
    for row, task in enumerate(few.tasks()):
        assert (task.domain, len(task.examples), len(task.held_out)) == ("karel", 5, 1)
        inputs_KW, outputs_KW = LANGUAGE.encode(task.examples)
        assert (inputs_KW == few.inputs_PKN[row, :5]).all()
        assert (outputs_KW == few.outputs_PKN[row, :5]).all()
        assert task.program is not None
        length = few.lengths_P[row]
        assert (
            LANGUAGE.text.to_tokens(LANGUAGE.text.parse(task.program)) == few.tokens_PT[row, :length]
        ).all()


def test_batches_hold_worlds_as_bytes(worlds: Dataset) -> None:
    batches = Batches(worlds, 16, seed=3)
    left_out = set()
    for _ in range(batches.num_batches):
        batch = next(batches)
        assert batch.tokens_BT.dtype == np.int64
        assert batch.inputs_BKN.dtype == batch.outputs_BKN.dtype == np.uint8
        assert batch.inputs_BKN.shape == (len(batch), 5, 328)
        for row, item in enumerate(batch.items_B):
            known = [world.tobytes() for world in worlds.inputs_PKN[item]]
            shown = [known.index(world.tobytes()) for world in batch.inputs_BKN[row]]
            assert len(set(shown)) == 5
            assert (batch.outputs_BKN[row] == worlds.outputs_PKN[item, shown]).all()
            left_out |= set(range(6)) - set(shown)
    assert left_out == set(range(6))
    first = next(Batches(worlds, 16, shuffle=False, random_examples=False))
    assert (first.inputs_BKN == worlds.inputs_PKN[:16, :5]).all()


def test_statistics_are_in_the_words_of_the_language(worlds: Dataset) -> None:
    found = Statistics.of(worlds)
    document = json.loads(json.dumps(found.to_json()))
    assert document["straight"] == pytest.approx(worlds.plain_P.mean())
    assert document["straight_by_kind"]["Seq-only"] == 1
    assert "affine" not in document
    assert sum(found.kinds.values()) == pytest.approx(1)
    loops = found.kinds["Seq-only"] + found.kinds["If-only"]
    assert found.with_loop <= 1 - loops
    kept = sum(info.counts["kept"] for info in worlds.infos)
    assert found.num_drawn == kept + sum(found.rejected.values())
    assert found.acceptance > 0.4
    text = found.to_text()
    for words in ("straight", "Loop-only", "no world found", "REPEAT", "share of walls", "loops, 1 deep"):
        assert words in text


def test_straight_tasks_can_be_thinned_out(config: KarelTaskGenerator) -> None:
    shares = []
    for keep in (1.0, 0.0):
        thinned = dataclasses.replace(config, keep_straight=keep)
        table, counts = make_shard(thinned, split="train", num_tasks=50, seed=0, shard=0)
        shares.append(table.plain_P.mean())
        assert (counts["thinned"] > 0) is (keep < 1)
    assert shares[0] > shares[1] == 0


def test_references_can_be_simplified(config: KarelTaskGenerator) -> None:
    table, counts = make_shard(
        dataclasses.replace(config, simplify=True), split="train", num_tasks=60, seed=0, shard=0
    )
    lengths_P, raw_lengths_P = ((tokens != 0).sum(axis=1) for tokens in (table.tokens_PT, table.raw_PT))
    assert (lengths_P <= raw_lengths_P).all()
    assert lengths_P.sum() < raw_lengths_P.sum()
    outputs_PKW, _ = LANGUAGE.machine.run_batch(table.tokens_PT.astype(np.int32), table.inputs_PKN)
    assert (outputs_PKW == table.outputs_PKN).all()
    assert counts["simplified_wrongly"] == 0


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"sampler": "small"}, "unknown name 'small'. Known: real, regular, taught."),
        ({"keep_straight": 2}, "keep_straight: 2 does not fit. Give a number, at least 0 and at most 1."),
        ({"keep_affine": 0.5}, "unknown entry 'keep_affine'"),
        ({"repeats": 1}, "repeats: 1 does not fit. Give true or false."),
        ({"disjoint": "no"}, "disjoint: 'no' does not fit. Give true or false."),
        ({"simplify": "yes"}, "simplify: 'yes' does not fit."),
    ],
)
def test_bad_settings_are_said(values: dict[str, object], message: str) -> None:
    with pytest.raises(InputError) as raised:
        read(KarelTaskGenerator, values)
    assert message in str(raised.value)


def test_there_is_one_source_a_language() -> None:
    assert domains.get("karel").generator() is KarelTaskGenerator
    assert domains.get("c").generator() is CTaskGenerator
    with pytest.raises(InputError, match=r'unknown domain "lisp". Known: "c", "c-lists", "karel".'):
        domains.get("lisp")
    with pytest.raises(InputError, match=r"unknown program source 'csmith'. Known for karel: sampler."):
        KarelTaskGenerator.named("real").with_source("csmith")
