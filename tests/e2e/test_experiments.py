"""The scripts behind the zoo and the figures of iterative retraining."""

from __future__ import annotations

import importlib.util
import json
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from lasynth import domains
from lasynth.config import read
from lasynth.data.filters import Split, splits_of
from lasynth.evaluation.rounds import read_rounds_study
from lasynth.training.config import read_config

ROOT = Path(__file__).parents[2]
EXPERIMENTS = ROOT / "experiments"


def script(name: str) -> ModuleType:
    """A script, imported."""
    spec = importlib.util.spec_from_file_location(f"experiments_{name}", EXPERIMENTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_every_shipped_model_has_a_recipe_whose_runs_follow_each_other() -> None:
    zoo = script("zoo")
    recipes = {
        name: read(zoo.Recipe, table, where=name)
        for name, table in tomllib.loads((EXPERIMENTS / "zoo.toml").read_text()).items()
    }
    assert sorted(recipes) == sorted(path.stem for path in (ROOT / "zoo").glob("*.json"))
    for name, recipe in recipes.items():
        before = None
        for run in recipe.runs:
            config = read_config(run.preset)
            assert config.model.domain == recipe.domain
            assert config.start == (None if before is None else f"runs/{before}")
            before = run.preset
        seeds = [(one.config, one.seed) for run in recipe.runs for one in run.data]
        assert len(set(seeds)) == len(seeds)  # each run sees new tasks
        for one in zoo.Making(name, recipe, ROOT / "runs", ROOT / "data").sets.values():
            assert (ROOT / one.file).is_file()
        card = json.loads((ROOT / "zoo" / f"{name}.json").read_text())
        assert card.get("default", False) == recipe.default
        assert read_config(recipe.runs[-1].preset).model.to_json() == card["training"]["model"]


def test_what_is_made_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zoo = script("zoo")
    commands: list[list[str]] = []

    def lasynth(*arguments: object) -> None:
        given = [str(argument) for argument in arguments]
        commands.append(given)
        place = Path(given[given.index("--out") + 1])
        place.mkdir(parents=True)
        if given[0] == "generate":
            (place / f"{given[given.index('--split') + 1]}-00000-of-00001.parquet").write_text("")
        else:
            (place / "model.safetensors").write_text("")

    monkeypatch.setattr(zoo, "lasynth", lasynth)
    recipe = {
        "runs": [
            {
                "preset": "c-small",
                "data": [{"seed": 1, "num": 10, "shards": 1}, {"seed": 2, "num": 10, "shards": 1}],
                "valid": [{"seed": 1, "num": 5, "shards": 1, "config": "mixed"}],
            },
            {"preset": "c-small-more", "data": [{"seed": 3, "num": 10, "shards": 1}], "valid": []},
        ],
        "sets": "c-small/sets.toml",
        "evaluate": {"num": 5, "beam": 4, "max_tokens": 20},
        "machine": "",
    }
    making = zoo.Making("x", read(zoo.Recipe, recipe, where="x"), tmp_path / "runs", tmp_path / "data")
    making.train()
    made = ["generate", "generate", "generate", "train", "generate", "train"]
    assert [command[0] for command in commands] == made
    making.train()
    (tmp_path / "runs" / "c-small" / "model.safetensors").unlink()
    making.train()  # the model of the last run stands for those before it
    assert [command[0] for command in commands] == made
    assert commands[2][-8:] == ["--config", "mixed", "--seed", "1", "--num", "5", "--shards", "1"]
    names = sorted(path.name for path in (tmp_path / "data" / "c-small").glob("*.parquet"))
    assert names == [
        "train-0-00000-of-00001.parquet",
        "train-1-00000-of-00001.parquet",
        "valid-0-00000-of-00001.parquet",
    ]
    assert making.recipe.in_words().startswith("run 1 (c-small): lasynth generate --domain c --seed 1")


CHAIN = """
title = "t"
rounds = 1
[[systems]]
name = "tiny"
title = "Tiny"
domain = "c"
training = "c.toml"
config = "tasks.toml"
sizes = [20]
seed = 3
tasks = "{tasks}"
num_test = 5
beam = 4
max_tokens = 40
"""
TRAINING = """
batch_size = 8
num_programs = 24
max_tokens = 80
[model]
embedding = 8
hidden = 16
decoder = 12
heads = 1
"""


def test_a_chain_leaves_what_the_figures_are_made_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    retrain = script("retrain")
    monkeypatch.setattr(retrain, "SHARD", 20)
    monkeypatch.setattr(retrain, "NUM_VALID", 4)
    study, runs = tmp_path / "study", tmp_path / "runs"
    study.mkdir()
    runs.mkdir()
    tasks = EXPERIMENTS / "c-small" / "test.parquet"
    (study / "retraining.toml").write_text(CHAIN.format(tasks=tasks))
    (study / "c.toml").write_text(TRAINING)
    (study / "tasks.toml").write_text('sampler = "small"\nsimplify = false\n')
    monkeypatch.setattr(
        sys, "argv", ["retrain.py", str(study), "--runs", str(runs), "--machine", "a machine"]
    )
    retrain.main()
    assert "tiny-20.json" in capsys.readouterr().out
    (chain,) = read_rounds_study(study).chains
    assert (chain.size, chain.machine, chain.beam) == (20, "a machine", 4)
    assert len(chain.rounds) == 2
    assert all(len(one.consistent) == 5 for one in chain.rounds)
    assert chain.rounds[0].programs.num_tasks == 20
    # An untrained model hardly finds a program, but what it finds is kept as text.
    assert chain.num_replaced == chain.rounds[1].programs.num_replaced
    assert len(chain.replaced) == min(chain.num_replaced, retrain.NUM_REPLACED)
    for one in chain.replaced:
        assert len(one.after.split()) < len(one.before.split())
    before: Any = (study / "results" / "tiny-20.json").read_bytes()
    retrain.main()  # nothing is left to do
    assert capsys.readouterr().out == ""
    assert (study / "results" / "tiny-20.json").read_bytes() == before


@pytest.mark.parametrize("domain", ["c", "karel"])
def test_a_bank_holds_no_number_of_a_held_out_behaviour(domain: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was drawn of valid and test makes no difference to a bank, and what is near is estimated."""
    bank = script("bank")
    monkeypatch.setattr(bank, "MOST_EDITED", 300)
    language, source = domains.get(domain), replace(bank.SOURCES[domain], short=None)
    counts, _ = bank.counted(language.cutting, source, 4000, 1)
    every = bank.grouped(source, counts, language.grammar.eos)
    held_out = splits_of(every.hashes_P) != Split.TRAIN
    assert held_out.sum() > 20
    whole = bank.bank_of(source, every, language.grammar.eos)
    without = bank.bank_of(source, every.rows(~held_out), language.grammar.eos)
    assert (whole.tokens_PT == without.tokens_PT).all()
    assert (whole.totals_P == without.totals_P).all()
    assert (np.diff(whole.totals_P) <= 0).all()
    added = splits_of(whole.hashes_P) != Split.TRAIN
    assert 0 < added.sum() < len(added) / 2
    assert whole.totals_P[added].min() >= source.least
    assert len(set(whole.hashes_P.tolist())) == len(whole.hashes_P)


def test_factors_of_edits_explain_what_was_drawn() -> None:
    rng = np.random.default_rng(2)
    weights = rng.gamma(0.5, 10.0, (20_000, 3)) * (rng.random((20_000, 3)) < 0.4)
    factors = np.array([0.5, 3.0, 0.05])
    found = script("bank").fitted(weights, rng.poisson(weights @ factors).astype(np.float64))
    assert np.allclose(found, factors, rtol=0.05)
