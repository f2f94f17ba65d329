from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from lasynth.config import read
from lasynth.data import generate as module
from lasynth.data.dataset import Dataset
from lasynth.data.filters import Split, splits_of
from lasynth.data.generate import generate, make_shard
from lasynth.data.shards import TaskTable, read_shard, shards_of
from lasynth.data.verify import verify_shards
from lasynth.domains.base import Status
from lasynth.domains.c.generator import CTaskGenerator
from lasynth.domains.c.kinds import kinds_of
from lasynth.domains.c.machine import run_batch
from lasynth.errors import InputError, ShardError
from lasynth.places import place_of
from lasynth.runner import InlineRunner, ProcessRunner

COLUMNS = [field.name for field in dataclasses.fields(TaskTable)]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def equal(one: TaskTable, other: TaskTable) -> bool:
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in COLUMNS)


def test_a_shard_is_a_function_of_its_seed_and_number(config: CTaskGenerator) -> None:
    one, counts = make_shard(config, split="train", num_tasks=80, seed=9, shard=4)
    again, counts_again = make_shard(config, split="train", num_tasks=80, seed=9, shard=4)
    assert equal(one, again)
    assert counts == counts_again
    for seed, shard in ((9, 5), (10, 4)):
        other, _ = make_shard(config, split="train", num_tasks=80, seed=seed, shard=shard)
        assert not np.isin(other.hashes_P, one.hashes_P).all()


def test_more_tasks_of_a_shard_begin_alike(config: CTaskGenerator) -> None:
    few, _ = make_shard(config, split="train", num_tasks=30, seed=9, shard=0)
    more, _ = make_shard(config, split="train", num_tasks=60, seed=9, shard=0)
    assert (more.hashes_P[:30] == few.hashes_P).all()
    assert (more.tokens_PT[:30, : few.tokens_PT.shape[1]] == few.tokens_PT).all()
    assert (more.inputs_PKN[:30] == few.inputs_PKN).all()


def test_files_do_not_depend_on_who_writes_them(tmp_path: Path, config: CTaskGenerator) -> None:
    for name, runner in (("a", None), ("b", ProcessRunner(2))):
        generate(tmp_path / name, config, num_tasks=61, seed=5, num_shards=2, runner=runner)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert list(contents(tmp_path / "a")) == ["train-00000-of-00002.parquet", "train-00001-of-00002.parquet"]
    assert [len(read_shard(path)[0]) for path in sorted((tmp_path / "a").iterdir())] == [31, 30]


def test_shards_at_a_url_are_those_of_a_folder(tmp_path: Path, config: CTaskGenerator) -> None:
    options = {"num_tasks": 40, "seed": 5, "num_shards": 2}
    statistics = generate(tmp_path / "a", config, **options)
    # `local:` is a URL of fsspec too, on a disk that processes share.
    for url, runner in (("memory://generate", None), (f"local://{tmp_path}/b", ProcessRunner(2))):
        assert generate(url, config, **options, runner=runner) == statistics
        found = {path.name: path.read_bytes() for path in place_of(url).glob("*")}
        assert found == contents(tmp_path / "a")
        assert len(Dataset.open(url)) == len(Dataset.open(tmp_path / "a"))
        assert verify_shards(shards_of(place_of(url))) == 40
        damaged = place_of(url) / "train-00001-of-00002.parquet"
        damaged.write_bytes(damaged.read_bytes()[:-100])
        with pytest.raises(ShardError, match=r"train-00001.*(truncated|damaged)"):
            generate(url, config, **options, runner=runner)
        damaged.unlink()
        assert generate(url, config, **options, runner=runner) == statistics


def test_a_worker_with_a_memory_of_its_own_is_said(config: CTaskGenerator) -> None:
    with pytest.raises(ShardError, match=r"memory://apart/train-.*it is not here.*Give a URL"):
        generate("memory://apart", config, num_tasks=4, runner=ProcessRunner(1))


def test_a_relative_folder_is_refused_where_workers_are_elsewhere(config: CTaskGenerator) -> None:
    runner = InlineRunner()
    runner.remote = True
    with pytest.raises(InputError, match="elsewhere: is a relative path"):
        generate("elsewhere", config, num_tasks=4, runner=runner)
    assert not Path("elsewhere").exists()


def test_every_task_is_as_promised(dataset: Dataset) -> None:
    for tokens_PT in (dataset.tokens_PT, dataset.raw_PT):
        outputs_PKN, statuses_PK = run_batch(tokens_PT, dataset.inputs_PKN)
        assert (statuses_PK == Status.OK).all()
        assert (outputs_PKN == dataset.outputs_PKN).all()
    assert (dataset.kinds_P == kinds_of(dataset.tokens_PT)).all()
    assert (dataset.lengths_P - 1 <= (dataset.raw_PT != 0).sum(axis=1)).all()
    assert len(np.unique(dataset.tokens_PT, axis=0)) == len(dataset)
    assert len(np.unique(dataset.hashes_P)) == len(dataset)


def test_no_function_is_in_two_splits(folder: Path) -> None:
    found = {split: Dataset.open(folder, split=split) for split in Split}
    assert [len(data) for data in found.values()] == [len(found[Split.TRAIN]), 100, 100]
    for split, data in found.items():
        assert (splits_of(data.hashes_P) == split).all()
    hashes = np.concatenate([data.hashes_P for data in found.values()])
    assert len(np.unique(hashes)) == len(hashes)


def test_raw_programs_are_kept_as_they_are_drawn() -> None:
    config = dataclasses.replace(CTaskGenerator.named("paper"), max_tries=200)
    assert not config.simplify
    table, _ = make_shard(config, split="train", num_tasks=50, seed=0, shard=0)
    assert (table.tokens_PT == table.raw_PT).all()
    assert (table.tokens_PT != 0).sum(axis=1).mean() > 70


def test_a_share_of_references_is_simplified(config: CTaskGenerator) -> None:
    references = []
    for share in (False, 0.5, True):
        settings = dataclasses.replace(config, simplify=share)
        table, _ = make_shard(settings, split="train", num_tasks=80, seed=0, shard=0)
        rows = zip(table.hashes_P.tolist(), table.tokens_PT, strict=True)
        references.append({key: tokens[tokens != 0].tolist() for key, tokens in rows})
    keys = set.intersection(*map(set, references))
    assert len(keys) >= 79  # the simplifier may lose one
    triples = [tuple(programs[key] for programs in references) for key in keys]
    triples = [(drawn, half, short) for drawn, half, short in triples if drawn != short]
    assert all(half in (drawn, short) for drawn, half, short in triples)
    assert 0.2 < sum(half == short for _, half, short in triples) / len(triples) < 0.8


def test_affine_tasks_can_be_thinned_out(config: CTaskGenerator) -> None:
    shares = []
    for keep in (1.0, 0.3, 0.0):
        thinned = dataclasses.replace(config, keep_affine=keep)
        table, counts = make_shard(thinned, split="train", num_tasks=80, seed=0, shard=0)
        shares.append(table.plain_P.mean())
        assert (counts["thinned"] > 0) is (keep < 1)
    assert shares[0] > shares[1] > shares[2] == 0


def test_a_killed_run_goes_on(
    tmp_path: Path, config: CTaskGenerator, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = {"num_tasks": 90, "seed": 8, "num_shards": 3}
    generate(tmp_path / "whole", config, **options)
    cut = tmp_path / "cut"
    real, made = module.make_shard, []

    def until_interrupted(*args: object, **kwargs: object) -> object:
        if len(made) == 1:
            raise KeyboardInterrupt
        made.append(kwargs["shard"])
        return real(*args, **kwargs)

    monkeypatch.setattr(module, "make_shard", until_interrupted)
    with pytest.raises(KeyboardInterrupt):
        generate(cut, config, **options)
    assert [path.name for path in cut.iterdir()] == ["train-00000-of-00003.parquet"]
    (cut / ".train-00001-of-00003.parquet.77.tmp").write_bytes(b"PAR1")  # left by a killed run

    def counted(*args: object, **kwargs: object) -> object:
        made.append(kwargs["shard"])
        return real(*args, **kwargs)

    monkeypatch.setattr(module, "make_shard", counted)
    steps: list[int] = []
    statistics = generate(cut, config, **options, progress=steps.append)
    assert made == [0, 1, 2]  # the first one was not made again
    assert steps == [30, 30, 30]
    assert contents(cut) == contents(tmp_path / "whole")
    assert statistics.num_tasks + statistics.num_repeated == 90


def test_shards_of_another_seed_or_setting_are_not_mixed(tmp_path: Path, config: CTaskGenerator) -> None:
    generate(tmp_path, config, num_tasks=20, seed=1)
    before = contents(tmp_path)
    other = dataclasses.replace(config, max_tries=300)
    for wanted, seed, num_tasks in ((config, 2, 20), (other, 1, 20), (config, 1, 21)):
        with pytest.raises(ShardError, match=r"made with other settings. Delete it, or use another folder."):
            generate(tmp_path, wanted, num_tasks=num_tasks, seed=seed)
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"split": "training"}, "unknown split 'training'. Give one of train, valid, test."),
        ({"num_tasks": 0}, "0 tasks in 1 shards"),
        ({"num_tasks": 3, "num_shards": 4}, "3 tasks in 4 shards"),
    ],
)
def test_bad_arguments_are_said(
    tmp_path: Path, config: CTaskGenerator, options: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError) as raised:
        generate(tmp_path, config, **{"num_tasks": 5, **options})  # type: ignore[arg-type]
    assert message in str(raised.value)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"max_values": 4}, "task settings: unknown entry 'max_values'. Did you mean 'max_value'?"),
        ({"max_value": 200}, "max_value: 200 does not fit. Give a whole number, at least 1 and at most 127."),
        ({"num_examples": 1}, "num_examples: 1 does not fit."),
        ({"keep_affine": -0.1}, "keep_affine: -0.1 does not fit."),
        ({"max_tries": "many"}, "max_tries: 'many' does not fit."),
        ({"sampler": 3}, "sampler: 3 does not fit. Give a table."),
        ({"sampler": "huge"}, "sampler: unknown name 'huge'. Known: idioms, mixed, paper, small."),
        ({"sampler": {"p_els": 0.1}}, "Did you mean 'p_else'?"),
    ],
)
def test_bad_settings_are_said(values: dict[str, object], message: str) -> None:
    with pytest.raises(InputError) as raised:
        read(CTaskGenerator, values)
    assert message in str(raised.value)


def test_settings_travel_as_json() -> None:
    config = read(CTaskGenerator, {"sampler": {"name": "paper", "p_else": 0.5}, "max_value": 9})
    assert config.sampler.p_else == 0.5
    assert read(CTaskGenerator, config.to_dict()) == config


def test_a_sampler_that_makes_no_tasks_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MAX_DRAWN", 1)
    monkeypatch.setattr(module, "_BLOCK", 64)
    config = read(CTaskGenerator, {"max_tries": 3})  # never enough for ten examples
    with pytest.raises(InputError, match="almost every sampled program was rejected"):
        make_shard(config, split="train", num_tasks=1, seed=0, shard=0)
