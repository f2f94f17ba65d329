"""The systems of the study: each differs from LaSynth only in the part that it is named after."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import torch
from model_batch import batch, spread
from model_checks import assert_incremental_equals, assert_rows_can_be_reordered, assert_rows_can_join

from lasynth.domains.c.grammar import FIRST_INT
from lasynth.errors import InputError
from lasynth.models import LaSynthConfig, PropertySignaturesConfig, build
from lasynth.models.baselines.property_signatures import ALL, NONE, SOME, signature
from lasynth.models.decoder import NoHistory
from lasynth.models.executor import NoExecutor
from lasynth.models.lasynth import LaSynth
from lasynth.training.config import TrainConfig, read_config

SIZES = {"embedding": 16, "hidden": 32, "decoder": 24}
STUDY = read_config("c-study")
# The changes of each preset: entries of the configuration, those of the model after a dot.
CHANGES = {
    "no-executor": {"model.executor": "never"},
    "no-partial-executor": {"model.executor": "end", "exec_targets": "end"},
    "no-op-predictor": {"model.operations": "none"},
    "no-attention-in-decoding": {"model.history": False},
    "robustfill": {"model.executor": "never", "model.operations": "none", "model.history": False},
    "end-supervision": {"exec_targets": "end"},
    "paper-parts": {
        "exec_targets": "end",
        "model.executor": "period",
        "model.executor_head": "values",
        "model.operations": "cells",
        "model.heads": 1,
    },
}


def flat(config: TrainConfig) -> dict[str, Any]:
    entries = config.to_json()
    model = entries.pop("model")
    return entries | {f"model.{name}": value for name, value in model.items()}


def small(preset: str) -> LaSynth:
    torch.manual_seed(0)
    config = dataclasses.replace(read_config(preset).model, **SIZES)
    assert isinstance(config, LaSynthConfig)
    return build(config).eval()


def with_weights_of(model: LaSynth, source: LaSynth) -> LaSynth:
    """The model with those weights of the source that match by name and shape."""
    weights = model.state_dict()
    for name, tensor in source.state_dict().items():
        if name in weights and weights[name].shape == tensor.shape:
            weights[name] = tensor
    model.load_state_dict(weights)
    return model


def names(model: torch.nn.Module) -> set[str]:
    return {name for name, _ in model.named_parameters()}


@pytest.mark.parametrize("preset", CHANGES)
def test_a_preset_changes_what_it_says_and_nothing_else(preset: str) -> None:
    study, changed = flat(STUDY), flat(read_config(preset))
    assert {name: value for name, value in changed.items() if value != study[name]} == CHANGES[preset]


@pytest.mark.parametrize("preset", ["robustfill-large", "property-signatures"])
def test_other_systems_are_trained_in_the_same_way(preset: str) -> None:
    study, other = STUDY.to_json(), read_config(preset).to_json()
    assert study | {"model": None} == other | {"model": None}


def test_a_file_that_is_its_own_base_is_refused(tmp_path: Path) -> None:
    mine, other = tmp_path / "mine.toml", tmp_path / "other.toml"
    mine.write_text(f'base = "{other}"')
    other.write_text(f'base = "{mine}"')
    with pytest.raises(InputError, match="its own base"):
        read_config(mine)


def test_robustfill_large_has_twice_the_parameters_of_lasynth() -> None:
    lasynth, large = (
        sum(p.numel() for p in build(read_config(name).model).parameters())
        for name in ("c-study", "robustfill-large")
    )
    assert large == pytest.approx(2 * lasynth, rel=0.02)


@pytest.mark.parametrize(
    ("preset", "without"),
    [
        ("no-executor", ("executor.",)),
        ("no-partial-executor", ()),
        ("no-op-predictor", ("operations.", "reader.attentions.2.")),
        ("no-attention-in-decoding", ("history.",)),
        ("robustfill", ("executor.", "operations.", "reader.attentions.2.", "history.")),
        ("end-supervision", ()),
    ],
)
def test_a_system_lacks_the_parameters_of_its_part(preset: str, without: tuple[str, ...]) -> None:
    full = names(small("c-study"))
    assert names(small(preset)) == {name for name in full if not name.startswith(without or ("?",))}


@torch.no_grad()
def test_no_executor_is_lasynth_whose_executor_keeps_the_list() -> None:
    lasynth = small("c-study")
    ablated = with_weights_of(small("no-executor"), lasynth)
    tokens, lengths, inputs, outputs = batch()
    expected = spread(ablated(tokens, lengths, inputs, outputs), tokens.shape)
    assert len(ablated(tokens, lengths, inputs, outputs).row_X) == 0
    seen = spread(lasynth(tokens, lengths, inputs, outputs), tokens.shape)
    assert (seen - expected).abs().max() > 1e-4
    lasynth.executor = NoExecutor()
    kept = spread(lasynth(tokens, lengths, inputs, outputs), tokens.shape)
    torch.testing.assert_close(kept, expected, rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_no_partial_executor_executes_at_the_end_only() -> None:
    lasynth = small("c-study")
    ablated = with_weights_of(small("no-partial-executor"), lasynth)
    tokens, lengths, inputs, outputs = batch()
    found, full = ablated(tokens, lengths, inputs, outputs), lasynth(tokens, lengths, inputs, outputs)
    assert found.final_X.all()
    assert found.row_X.tolist() == list(range(len(tokens)))
    # Both execute a program of one statement once; for longer ones they differ.
    one = full.row_X == 1
    torch.testing.assert_close(full.beliefs_XK[one], found.beliefs_XK[1:2])
    # Logits before the first execution are the same, the others are not.
    first = int(full.position_X[full.row_X == 0].min())
    mine, theirs = spread(found, tokens.shape)[0], spread(full, tokens.shape)[0]
    torch.testing.assert_close(mine[:first], theirs[:first], rtol=1e-4, atol=1e-5)
    assert (mine[first] - theirs[first]).abs().max() > 1e-5


@torch.no_grad()
def test_no_op_predictor_is_lasynth_that_does_not_read_operations() -> None:
    lasynth = small("c-study")
    ablated = with_weights_of(small("no-op-predictor"), lasynth)
    tokens, lengths, inputs, outputs = batch()
    hidden = SIZES["hidden"]
    lasynth.reader.pool.weight[:, 2 * hidden :] = 0
    ablated.reader.pool.weight.copy_(lasynth.reader.pool.weight[:, : 2 * hidden])
    expected = spread(ablated(tokens, lengths, inputs, outputs), tokens.shape)
    found = spread(lasynth(tokens, lengths, inputs, outputs), tokens.shape)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)
    assert ablated(tokens, lengths, inputs, outputs).op_loss == 0
    assert lasynth(tokens, lengths, inputs, outputs).op_loss > 0


@torch.no_grad()
def test_no_attention_in_decoding_is_lasynth_with_the_reading_itself() -> None:
    lasynth = small("c-study")
    ablated = with_weights_of(small("no-attention-in-decoding"), lasynth)
    tokens, lengths, inputs, outputs = batch()
    expected = spread(ablated(tokens, lengths, inputs, outputs), tokens.shape)
    assert (spread(lasynth(tokens, lengths, inputs, outputs), tokens.shape) - expected).abs().max() > 1e-4
    lasynth.history, lasynth.output = NoHistory(2 * SIZES["hidden"]), ablated.output
    found = spread(lasynth(tokens, lengths, inputs, outputs), tokens.shape)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)


# Property signatures -------------------------------------------------------------------------


def test_signature_answers_each_property_over_all_examples() -> None:
    inputs = torch.tensor([[[1, 2], [0, -3], [4, 4]]])
    outputs = torch.tensor([[[2, -2], [1, 3], [0, -4]]])
    answers = signature(inputs, outputs, 4).unflatten(-1, (2, 2, 9))[0]
    plus, minus = answers[0]
    assert plus[4 + 1] == SOME  # the first cell is one more, except in the last example
    assert minus[4 + 3] == SOME
    assert plus[4 + 2] == NONE
    plus, minus = answers[1]
    assert minus[4 + 0] == ALL  # the second cell changes its sign in all
    assert (plus == ALL).sum() == 0
    assert (minus == ALL).sum() == 1


def signatures() -> torch.nn.Module:
    torch.manual_seed(0)
    model = build(PropertySignaturesConfig(FIRST_INT + 17, min_cells=1, max_cells=6, **SIZES))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(2.0)
    return model.eval()


@pytest.mark.parametrize("num_cells", [5, 3])
@torch.no_grad()
def test_property_signatures_fused_equals_incremental(num_cells: int) -> None:
    model = signatures()
    tokens, lengths, inputs, outputs = batch(num_cells)
    fused = spread(model(tokens, lengths, inputs, outputs), tokens.shape)
    assert_incremental_equals(fused, model, (tokens, lengths, inputs, outputs))
    assert_rows_can_be_reordered(model, (tokens, lengths, inputs, outputs), after=tokens.shape[1])
    assert_rows_can_join(model, (tokens, lengths, inputs, outputs), after=4)


@torch.no_grad()
def test_property_signatures_see_nothing_but_the_answers() -> None:
    """Lists with the same answers give the same logits; other lists do not."""
    model = signatures()
    tokens, lengths, inputs, _ = batch()
    inputs = inputs.clamp(-2, 2)
    other = inputs[:, [1, 0, 2, 4, 3]]  # the same examples in another order
    found = spread(model(tokens, lengths, inputs, inputs + 1), tokens.shape)
    same = spread(model(tokens, lengths, other, other + 1), tokens.shape)
    torch.testing.assert_close(found, same)
    changed = spread(model(tokens, lengths, inputs, inputs + 2), tokens.shape)
    assert (found - changed).abs().max() > 1e-4


def test_property_signatures_have_no_executions() -> None:
    model = signatures()
    result = model(*batch())
    assert len(result.row_X) == 0
    assert result.op_loss == 0
