"""Every field of every configuration is given values that do not belong there.

Each is refused with one message that names the file and the field, or it is taken and works: a sampler draws,
a model learns, a result is read back. Nothing passes in silence that fails later.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

import pytest
from lists_batch import dataset

import lasynth
from lasynth import domains
from lasynth.config import Config, field_types, read
from lasynth.errors import InputError, LasynthError
from lasynth.quoting import quoted

NAN, INF = float("nan"), float("inf")
NUMBERS = [NAN, INF, -INF, -1e300, 1e300, 1e-300, -1, 0, 0.5, 1, 2, 3, 10**9, 2**63, 2**64, 10**400, 10**5000]
HOSTILE = [None, True, "", "x", "\x1b[31m", "x" * 10**5, *NUMBERS, [], {}, [1], ["x"], [[]], {"x": 1}]


def configurations() -> dict[str, Any]:
    """All that there are, by module and name."""
    for module in pkgutil.walk_packages(lasynth.__path__, "lasynth."):
        if not module.name.endswith(("__main__", "_worker")):
            importlib.import_module(module.name)
    todo, found = [Config], {}
    while todo:
        for cls in todo.pop().__subclasses__():
            todo.append(cls)
            if cls.__module__.startswith("lasynth.") and is_dataclass(cls):
                found[f"{cls.__module__}.{cls.__qualname__}"] = cls
    return found


def changed(cls: Any, base: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every field with every hostile value, and a number of a list with every hostile number."""
    for name in field_types(cls):
        for value in HOSTILE:
            yield name, value
        kept = base.get(name)
        if isinstance(kept, list | tuple) and kept and isinstance(kept[0], float):
            for number in NUMBERS:
                yield name, [number, *kept[1:]]
            yield name, [0.0] * len(kept)
            yield name, [0.0, *[1e-300] * (len(kept) - 1)]
            yield name, [2.0**52] * len(kept)


def try_all(cls: Any, base: dict[str, Any], works: Callable[[Any], Any]) -> int:
    """Try all values; how many are taken."""
    taken = 0
    for name, value in changed(cls, base):
        said = f"{name} = {quoted(value)}"
        try:
            found = read(cls, {**base, name: value}, where="f.toml")
        except InputError as error:
            message = str(error)
            assert message.startswith("f.toml"), (said, message)
            # What does not fit another field may name that one.
            assert any(field in message for field in field_types(cls)), (said, message)
            assert len(message) < 700, said
            assert message.isprintable(), said
            continue
        except Exception as error:
            raise AssertionError(said) from error
        taken += 1
        try:
            works(found)
        except LasynthError:
            continue
        except Exception as error:
            raise AssertionError(f"{said} was taken") from error
    return taken


# Task generators and samplers --------------------------------------------------------------------


def draws(settings: Any) -> None:
    settings.draw(1, 0, 8, {})


@pytest.mark.parametrize("domain", ["c", "c-lists", "karel"])
def test_task_settings(domain: str) -> None:
    generator: Any = domains.get(domain).generator()
    base = generator().to_dict()
    assert try_all(generator, base, draws) > 5

    def sampled(sampler: Any) -> None:
        draws(generator(sampler=sampler))

    cls = field_types(generator)["sampler"]
    assert try_all(cls, base["sampler"], sampled) > 100


# Models and training ------------------------------------------------------------------------------

SMALL = {
    "c": {"embedding": 4, "hidden": 8, "decoder": 4},
    "c-lists": {"embedding": 4, "hidden": 8, "decoder": 4},
    "karel": {"embedding": 4, "hidden": 8, "decoder": 4, "channels": 2, "blocks": 1},
}
PARTS = {"karel-lasynth": {"pair": 8, "reading": 8}, "shin-trace": {"grid": 4}, "shin-code": {"grid": 4}}


def small(kind: str) -> dict[str, Any]:
    from lasynth.models.kinds import KINDS

    config = KINDS[kind].Config
    sizes = {"num_tokens": domains.get(config.domain).grammar.num_tokens, **SMALL[config.domain]}
    given = {**sizes, **PARTS.get(kind, {}), **({"example": 8} if "example" in field_types(config) else {})}
    return {name: value for name, value in given.items() if name in field_types(config)}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    from lasynth.data.dataset import Dataset
    from lasynth.data.generate import generate

    found = {}
    for domain in ("c", "karel"):
        folder = tmp_path_factory.mktemp(domain)
        generate(folder, domains.get(domain).generator()(), num_tasks=12, seed=1)
        found[domain] = Dataset.open(folder)
    found["c-lists"] = dataset(12)
    return found


def learns(config: Any, data: dict[str, Any], folder: Path) -> None:
    from lasynth.training.config import TrainConfig
    from lasynth.training.loop import Trainer

    assert TrainConfig.from_json(config.to_json()) == config
    trainer = Trainer(config, data[config.model.domain], folder)
    for _ in range(2):
        trainer.update(trainer._next_batch())
    trainer.save()


def kinds() -> list[str]:
    from lasynth.models.kinds import KINDS

    return list(KINDS)


@pytest.mark.parametrize("kind", kinds())
def test_models(kind: str, data: dict[str, Any], tmp_path: Path) -> None:
    from lasynth.models.kinds import KINDS
    from lasynth.training.config import TrainConfig

    def trained(model: Any) -> None:
        learns(TrainConfig(model, batch_size=4, num_programs=24), data, tmp_path)

    assert try_all(KINDS[kind].Config, small(kind), trained) > 10


def test_training(data: dict[str, Any], tmp_path: Path) -> None:
    from lasynth.models.kinds import model_config
    from lasynth.training.config import ReinforceConfig, TrainConfig

    base = {"model": model_config(small("lasynth")), "batch_size": 4, "num_programs": 24, "num_validate": 3}
    assert try_all(TrainConfig, base, lambda config: learns(config, data, tmp_path)) > 50
    for curriculum in (
        [[NAN, 3]],
        [[0.5, 9], [0.2, 20]],
        [[2, 9]],
        [[0.5, 0]],
        [[0.5]],
        [["x", 9]],
        [[-1, 9]],
    ):
        with pytest.raises(InputError, match=r"f.toml.*curriculum"):
            read(TrainConfig, {**base, "curriculum": curriculum}, where="f.toml")
    assert try_all(ReinforceConfig, {}, lambda config: config.to_dict()) > 2


def test_retraining() -> None:
    from lasynth.training.regeneration import Decoding
    from lasynth.training.retraining import RetrainConfig

    assert try_all(Decoding, {}, lambda config: config.to_dict()) > 4
    from lasynth.training.config import read_config

    base = {"train": read_config("c-study")}
    assert try_all(RetrainConfig, base, lambda config: config.to_json()) > 1


# Results ------------------------------------------------------------------------------------------


def test_results(tmp_path: Path) -> None:
    from lasynth.evaluation._result import Result, TaskSet
    from lasynth.evaluation.records import Evaluation
    from lasynth.evaluation.results import Row, Study, read_result, write_result
    from lasynth.evaluation.trace import Point, Step, TraceStudy, page

    verdicts = dict.fromkeys(("greedy", "consistent", "oracle"), True)
    unknown = dict.fromkeys(("exact", "floor", "plain", "kind", "program"))
    counts = dict.fromkeys(("num_tokens", "num_held_out", "num_candidates", "num_consistent"), 1)
    record: dict[str, Any] = {
        "id": "1",
        **verdicts,
        **unknown,
        **counts,
        "plain_computed": False,
        "seconds": 0.5,
    }
    evaluation = {"records": [record], "domain": "c", "method": "beam", "beam": 4}
    base = {
        "study": "s",
        "system": "a",
        "title": "A",
        "seed": 0,
        "test_set": {"name": "t", "digest": "0" * 64, "num_tasks": 1},
        "evaluation": evaluation,
    }

    def evaluated(obj: dict[str, Any]) -> Evaluation:
        return Evaluation.from_json(obj, "f.toml")

    def written(result: Any) -> None:
        assert read_result(write_result(result, tmp_path)) == result

    whole = {**base, "evaluation": evaluated(evaluation)}
    assert try_all(Result, whole, written) > 10
    try_all(TaskSet, base["test_set"], lambda found: written(read(Result, {**whole, "test_set": found})))
    given = {**evaluation, "records": evaluated(evaluation).records}
    assert try_all(Evaluation, given, lambda found: (found.render(), list(found.details()))) > 3
    for name in record:
        for value in HOSTILE:
            try:
                found = evaluated({**evaluation, "records": [{**record, name: value}]})
            except InputError as error:
                assert str(error).startswith("f.toml, record 1"), (name, error)
                continue
            found.render()
            found.to_json(records=True)
            written(read(Result, {**base, "evaluation": found}))
    row = {"system": "a", "title": "A"}
    assert try_all(Row, row, lambda found: found.to_dict()) > 5
    study = {"name": "s", "title": "S", "reference": "a", "rows": [row]}
    assert try_all(Study, study, lambda found: found.row("a")) > 3
    step = {"step": 1, "cells": 9, "agree": 3, "lists": 3, "lists_agree": 1, "copy_agree": 0}
    assert try_all(Step, step, lambda found: found.to_json()) > 3
    assert try_all(Point, {"programs": 1, "exec": 0.5}, lambda found: found.to_dict()) > 3
    trace = {
        "title": "T",
        "system": "a",
        "num_tasks": 1,
        "steps": [step],
        "curve": [{"programs": 1, "exec": 1}],
    }
    assert try_all(TraceStudy, trace, lambda found: (page(found, "p.svg"), found.to_json())) > 3


def test_results_of_retraining() -> None:
    from lasynth.evaluation.retrained import as_json, before_and_after, page
    from lasynth.evaluation.rounds import Chain, ChainRound, Programs, Replaced, RoundsStudy, SystemEntry

    programs = {
        "num_tasks": 4,
        "num_replaced": 1,
        "kinds": {"Seq-only": 3, "Mixture": 1},
        "lengths": [[5, 4]],
        "changes": [["Mixture", "Seq-only", 1]],
    }
    one = {"programs": programs, **dict.fromkeys(("top1", "consistent", "oracle"), "01")}
    replaced = {"round": 1, "task": 1, "before": "a", "after": "b"}
    chain = {
        "system": "s",
        "size": 4,
        "domain": "c",
        "test_set": {"name": "t", "digest": "0" * 64, "num_tasks": 2},
        "beam": 4,
        "training": {"num_programs": 4},
        "decoding": {},
        "rounds": [one, one, one],
        "replaced": [replaced],
    }
    entry = {
        "name": "s",
        "title": "S",
        "domain": "c",
        "training": "c.toml",
        "config": "t.toml",
        "sizes": [4],
        "seed": 0,
        "tasks": "t.parquet",
        "num_test": 2,
        "beam": 4,
        "max_tokens": 9,
    }
    study = {"title": "T", "rounds": 2, "systems": [entry], "chains": [chain]}

    def shown(found: RoundsStudy) -> None:
        page(found)
        before_and_after(found)
        as_json(found)

    def within(name: str, found: Any) -> None:
        shown(read(RoundsStudy, {**study, name: [found.to_dict()]}, where="f.toml"))

    def with_round(found: ChainRound) -> None:
        within("chains", read(Chain, {**chain, "rounds": [found.to_dict()] * 3}, where="f.toml"))

    assert try_all(Programs, programs, lambda found: (found.change("Seq-only").p, found.mean_length)) > 2
    try_all(ChainRound, one, with_round)  # each verdict fits the others, so hardly any value does
    assert try_all(Replaced, replaced, lambda found: found.to_dict()) > 3
    assert try_all(Chain, chain, lambda found: within("chains", found)) > 3
    assert try_all(SystemEntry, entry, lambda found: within("systems", found)) > 3
    assert try_all(RoundsStudy, study, shown) > 1


def test_no_configuration_is_left_out() -> None:
    """A new one needs its place above."""
    assert {name.removeprefix("lasynth.") for name in configurations()} == {
        *("domains.c.generator.CTaskGenerator", "domains.karel.generator.KarelTaskGenerator"),
        *("domains.c.sampler_config.CSamplerSettings", "domains.karel.sampler_config.KarelSamplerSettings"),
        *("evaluation._result.Result", "evaluation._result.TaskSet", "evaluation.records.Evaluation"),
        *("evaluation.results.Row", "evaluation.results.Study"),
        *("evaluation.trace.Point", "evaluation.trace.Step", "evaluation.trace.TraceStudy"),
        *("models.model.ModelConfig", "models.lists.ListConfig", "models.karel.model.WorldConfig"),
        *("domains.c.lists.generator.ListsTaskGenerator",),
        *(
            "domains.c.lists.sampling.settings.ListsSamplerSettings",
            "models.numbers.lasynth.NumbersLaSynth.Config",
        ),
        *("models.lists.ListLaSynth.Config", "models.karel.lasynth.KarelLaSynth.Config"),
        *("models.baselines.peer.PeerConfig", "models.baselines.shin_trace.TraceConfig"),
        *("models.baselines.property_signatures.PropertySignatures.Config",),
        *("models.baselines.bunel.Bunel.Config", "models.baselines.exec.Exec.Config"),
        *("models.baselines.shin.CodeModel.Config",),
        *("training.config.ReinforceConfig", "training.config.TrainConfig"),
        *("training.regeneration.Decoding", "training.retraining.RetrainConfig"),
        *(f"evaluation.rounds.{name}" for name in ("Chain", "ChainRound", "Programs", "Replaced")),
        *("evaluation.rounds.RoundsStudy", "evaluation.rounds.SystemEntry"),
        *("data.shards.ShardInfo", "models.card._Card"),  # test_every_leaf
    }
