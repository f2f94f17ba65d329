"""A run that begins with another run's weights, for all or for some parts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from lasynth import models
from lasynth.domains.c.grammar import FIRST_INT
from lasynth.errors import InputError
from lasynth.models import LaSynthConfig, Model, build
from lasynth.training.config import TrainConfig, read_config
from lasynth.training.start import begin_with

MODEL = LaSynthConfig(FIRST_INT + 17, embedding=8, hidden=16, decoder=12, heads=1)
LEAN = replace(MODEL, history=False)


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Model]:
    folder = tmp_path_factory.mktemp("run")
    torch.manual_seed(1)
    model = build(MODEL)
    models.save(model, MODEL, folder / "model.safetensors", {})
    return folder, model


def begun(config: LaSynthConfig, folder: Path, *anew: str) -> tuple[dict[str, torch.Tensor], ...]:
    """The weights before and after."""
    torch.manual_seed(2)
    model = build(config)
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    begin_with(model, TrainConfig(config, start=str(folder), anew=anew))
    return before, model.state_dict()


def test_all_weights_are_taken(given: tuple[Path, Model]) -> None:
    folder, model = given
    _, weights = begun(MODEL, folder)
    assert all(torch.equal(weight, weights[name]) for name, weight in model.state_dict().items())


def test_parts_that_begin_anew_keep_their_own(given: tuple[Path, Model]) -> None:
    folder, model = given
    before, weights = begun(LEAN, folder, "history", "output")
    trained = model.state_dict()
    for name, weight in weights.items():
        assert torch.equal(weight, (before if name.startswith("output.") else trained)[name])
    assert any(name.startswith("output.") for name in weights)
    assert not any(name.startswith("history.") for name in weights)


def test_what_does_not_fit_is_said(given: tuple[Path, Model], tmp_path: Path) -> None:
    folder, _ = given
    with pytest.raises(InputError, match="no trained model in this folder"):
        begun(MODEL, tmp_path)
    with pytest.raises(InputError, match="another configuration"):
        begun(LEAN, folder)
    with pytest.raises(InputError, match=r"'history\..*not those") as said:
        begun(LEAN, folder, "output")
    assert "Add 'history' to `anew`" in str(said.value)
    with pytest.raises(InputError, match="no part 'outputs'"):
        begun(LEAN, folder, "history", "outputs")
    with pytest.raises(InputError, match="there is no `start`"):
        TrainConfig(MODEL, anew=("output",))


def test_the_configuration_keeps_its_parts() -> None:
    config = read_config("c-small-lean")
    assert config.anew == ("history", "output")
    assert TrainConfig.from_json(config.to_json()) == config
    assert "anew" not in TrainConfig(MODEL).to_json()
