"""Iterative retraining: better programs for the same tasks, and rounds that go on where they stood."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from small_retraining import CONFIG, SHIPPED, contents, make_data

from lasynth.data.dataset import Dataset
from lasynth.data.shards import TaskTable, read_shard, write_shard
from lasynth.data.verify import verify_shard, verify_shards
from lasynth.domains.c.grammar import EOS, token_of
from lasynth.errors import InputError, InUseError, ShardError
from lasynth.files import claimed
from lasynth.models import load
from lasynth.places import place_of
from lasynth.runner import ProcessRunner
from lasynth.search import Beam, SearchConfig, search
from lasynth.training.regeneration import problems_of, regenerate
from lasynth.training.retraining import Retraining


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two shards whose references are as they were drawn: most of them can be shorter."""
    folder = tmp_path_factory.mktemp("data")
    make_data(folder)
    return folder


def lengths(table: TaskTable) -> np.ndarray:
    return (table.tokens_PT != EOS).sum(axis=1)


def test_programs_are_replaced_by_shorter_ones_that_are_right(data: Path) -> None:
    table, info = read_shard(data / "train-00000-of-00002.parquet")
    new, replaced_P = regenerate(table, info, load(SHIPPED), CONFIG.decoding)
    assert 0 < replaced_P.sum() < len(table)
    assert (lengths(new)[replaced_P] < lengths(table)[replaced_P]).all()
    width = new.tokens_PT.shape[1]
    assert (new.tokens_PT[~replaced_P] == table.tokens_PT[~replaced_P, :width]).all()
    for name in ("raw_PT", "inputs_PKN", "outputs_PKN", "plain_P", "hashes_P"):
        assert getattr(new, name) is getattr(table, name)


def test_limits_spare_work_and_not_programs(data: Path) -> None:
    table, info = read_shard(data / "train-00000-of-00002.parquet")
    scorer = load(SHIPPED)
    new, replaced_P = regenerate(table, info, scorer, CONFIG.decoding)
    again, _ = regenerate(table, info, scorer, CONFIG.decoding)
    assert again.tokens_PT.tobytes() == new.tokens_PT.tobytes()
    # The same from a search of every task to its end, with the limit of the longest one.
    problems = [dataclasses.replace(problem, max_tokens=None) for problem in problems_of(table, info)]
    decoding = CONFIG.decoding
    whole = SearchConfig(max_tokens=decoding.max_tokens, enough=None, max_rows=decoding.max_rows)
    results = search([Beam(scorer=scorer, width=decoding.beam)], problems, whole)
    for row, (problem, result) in enumerate(zip(problems, results, strict=True)):
        programs = [p.tokens for p in result.proposals if len(p.tokens) <= lengths(table)[row]]
        right = [tokens for tokens in programs if problem.right([tokens])[0]]
        assert replaced_P[row] == bool(right)
        if right:
            best = min(right, key=len)
            assert new.tokens_PT[row, : len(best)].tolist() == best.tolist()


def test_what_is_right_on_the_shown_examples_alone_replaces_nothing(data: Path) -> None:
    table, info = read_shard(data / "train-00000-of-00002.parquet")
    outputs = table.outputs_PKN.copy()
    outputs[:, -1, 0] ^= 1  # no program is right on the last example, which is held out
    spoiled = dataclasses.replace(table, outputs_PKN=outputs)
    _, replaced_P = regenerate(spoiled, info, load(SHIPPED), CONFIG.decoding)
    assert not replaced_P.any()


@pytest.fixture(scope="module")
def undisturbed(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed")
    tasks = Dataset.open(data, split="valid").tasks()
    rounds = Retraining(CONFIG, data, tasks, folder, model=SHIPPED).run(2)
    assert [one.number for one in rounds] == [0, 1, 2]
    assert rounds[1].programs.num_replaced > 0
    assert rounds[1].programs.mean_length < rounds[0].programs.mean_length
    assert rounds[0].against_first is None
    assert rounds[1].against_first is not None
    return folder


def test_a_regenerated_data_set_is_correct_and_has_the_same_tasks(undisturbed: Path, data: Path) -> None:
    for number in (1, 2):
        files = sorted((undisturbed / f"round-{number}").glob("train-*.parquet"))
        assert verify_shards(files) == 40
        for file in files:
            new, old = read_shard(file)[0], read_shard(data / file.name)[0]
            assert (new.hashes_P == old.hashes_P).all()
            assert (new.inputs_PKN == old.inputs_PKN).all()


class StoppedError(Exception):
    """A run ended from outside."""


def test_a_run_that_is_ended_anywhere_goes_on_where_it_stood(
    undisturbed: Path, data: Path, tmp_path: Path
) -> None:
    tasks = Dataset.open(data, split="valid").tasks()
    told: list[tuple[int, str, int]] = []
    stops = 0

    def step(number: int, what: str, done: int, total: int, text: str) -> None:
        if (number, what, done) not in told:  # each step ends the run once
            told.append((number, what, done))
            raise StoppedError

    while True:
        try:
            Retraining(CONFIG, data, tasks, tmp_path, model=SHIPPED, step=step).run(2)
        except StoppedError:
            stops += 1
            continue
        break
    assert stops == 7  # after four shards and three evaluations
    assert contents(tmp_path) == contents(undisturbed)
    assert len({(n, d) for n, w, d in told if w == "decoding"}) == 4  # two shards in each of two rounds


def test_the_result_does_not_depend_on_the_runner(undisturbed: Path, data: Path, tmp_path: Path) -> None:
    tasks = Dataset.open(data, split="valid").tasks()
    Retraining(CONFIG, data, tasks, tmp_path, model=SHIPPED, runner=ProcessRunner(2)).run(2)
    assert contents(tmp_path) == contents(undisturbed)


def test_shards_of_rounds_may_be_at_a_url(undisturbed: Path, data: Path, tmp_path: Path) -> None:
    tasks = Dataset.open(data, split="valid").tasks()
    source, target = place_of("memory://retrain/data"), place_of("memory://retrain/rounds")
    for shard in data.iterdir():
        (source / shard.name).write_bytes(shard.read_bytes())
    Retraining(CONFIG, source, tasks, tmp_path, shards=target, model=SHIPPED).run(1)
    wanted = contents(undisturbed)
    for name in ("train-00000-of-00002.parquet", "train-00001-of-00002.parquet"):
        assert (target / "round-1" / name).read_bytes() == wanted[f"round-1/{name}"]
    assert not list(tmp_path.rglob("*.parquet"))
    assert not (target / ".lasynth.lock").exists()
    assert (tmp_path / "round-1" / "model.safetensors").read_bytes() == wanted["round-1/model.safetensors"]


def test_a_second_run_is_refused(data: Path, tmp_path: Path) -> None:
    shards = place_of("memory://claimed/rounds")
    for taken in (tmp_path, shards):
        run = Retraining(CONFIG, data, [], tmp_path, shards=shards, model=SHIPPED)
        with claimed(taken), pytest.raises(InUseError, match="is in use by process"):
            run.run(1)


def test_a_truncated_shard_is_said(undisturbed: Path, data: Path, tmp_path: Path) -> None:
    shutil.copytree(undisturbed, tmp_path / "run")
    cut = tmp_path / "run" / "round-1" / "train-00001-of-00002.parquet"
    cut.write_bytes(cut.read_bytes()[:-100])
    tasks = Dataset.open(data, split="valid").tasks()
    with pytest.raises(ShardError, match=r"round-1.*(truncated|damaged)"):
        Retraining(CONFIG, data, tasks, tmp_path / "run", model=SHIPPED).run(2)
    cut.unlink()
    Retraining(CONFIG, data, tasks, tmp_path / "run", model=SHIPPED).run(2)
    assert contents(tmp_path / "run") == contents(undisturbed)


def test_a_run_is_not_resumed_as_another_one(undisturbed: Path, data: Path) -> None:
    other = dataclasses.replace(CONFIG, going_on=True)
    with pytest.raises(InputError, match="begun with another going_on"):
        Retraining(other, data, Dataset.open(data, split="valid").tasks(), undisturbed, model=SHIPPED).run(1)


def test_the_next_model_may_begin_with_the_weights_of_the_one_before(data: Path, tmp_path: Path) -> None:
    tasks = Dataset.open(data, split="valid").tasks()
    config = dataclasses.replace(CONFIG, going_on=True)
    Retraining(config, data, tasks, tmp_path).run(1)
    card = json.loads((tmp_path / "round-1" / "model.json").read_text())
    assert card["training"]["start"] == str(tmp_path / "round-0")


def test_a_wrong_program_is_found(data: Path, tmp_path: Path) -> None:
    table, info = read_shard(data / "train-00000-of-00002.parquet")
    tokens_PT = table.tokens_PT.copy()
    text = "a [ 0 ] = 3 ; a [ 0 ] ++ ;"
    tokens_PT[7] = EOS
    tokens_PT[7, : len(text.split())] = [token_of(word) for word in text.split()]
    write_shard(
        tmp_path / "train-00000-of-00001.parquet", dataclasses.replace(table, tokens_PT=tokens_PT), info
    )
    with pytest.raises(ShardError, match="the reference of task 8 does not reproduce example 1"):
        verify_shard(tmp_path / "train-00000-of-00001.parquet")
    kinds_P = (table.kinds_P + 1) % 4
    write_shard(tmp_path / "x.parquet", dataclasses.replace(table, kinds_P=kinds_P), info)
    with pytest.raises(ShardError, match="another kind"):
        verify_shard(tmp_path / "x.parquet")
