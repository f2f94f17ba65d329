"""The model for `lists` in the training loop: a few tasks are learned by heart, and solved by its search."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from lists_batch import dataset

from lasynth.models.grounded import Grounded
from lasynth.models.synthesizer import Synthesizer
from lasynth.search import Beam, Problem, SearchConfig, search
from lasynth.training.config import default_preset, read_config
from lasynth.training.loop import Trainer

PRESETS = ("c-lists", "c-lists-no-executor", "c-lists-no-op-predictor")


@pytest.mark.parametrize("name", PRESETS)
def test_presets_are_built_and_stepped(name: str, tmp_path: Path) -> None:
    config = replace(read_config(name), batch_size=4, curriculum=())
    trainer = Trainer(config, dataset(10), tmp_path)
    assert 1.5 < sum(p.numel() for p in trainer.model.parameters()) / 1e6 < 2.5
    metrics = trainer.update(trainer._next_batch())
    assert all(torch.isfinite(value) for value in metrics.values())
    assert (metrics["exec"] > 0) == (name != "c-lists-no-executor")
    assert (metrics["op"] > 0) == (name != "c-lists-no-op-predictor")


def test_default_preset() -> None:
    assert default_preset("c-lists") == "c-lists"


def test_a_few_tasks_are_learned_and_solved(tmp_path: Path) -> None:
    data = dataset(10)
    model = replace(read_config("c-lists").model, embedding=32, hidden=64, decoder=64)
    config = replace(
        read_config("c-lists"),
        model=model,
        batch_size=10,
        num_programs=1200,
        learning_rate=5e-3,
        warmup=10,
        average=0.9,
        curriculum=(),
    )
    trainer = Trainer(config, data, tmp_path)
    losses = [trainer.update(trainer._next_batch()) for _ in range(120)]
    assert losses[-1]["prog"] < 0.2 * losses[0]["prog"]
    assert losses[-1]["exec"] < 0.6 * losses[0]["exec"]
    synthesizer = Synthesizer(trainer.average, model, name="by heart")
    problems = [
        Problem(data.language, inputs, outputs, inputs[:0], outputs[:0])
        for inputs, outputs in zip(data.inputs_PKN, data.outputs_PKN, strict=True)
    ]
    for scorer in (synthesizer, Grounded(synthesizer)):
        results = search([Beam(scorer=scorer, width=4)], problems, SearchConfig(max_tokens=64))
        solved = [any(one.consistent for one in result.proposals) for result in results]
        assert sum(solved) >= 6
