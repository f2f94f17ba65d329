"""Both paths of a model agree: whole programs at once, and token by token."""

from __future__ import annotations

import pytest
import torch
from model_batch import NUM_TOKENS, PROGRAMS, batch, spread
from model_checks import assert_incremental_equals, assert_rows_can_be_reordered, assert_rows_can_join

from lasynth.models import LaSynthConfig, build
from lasynth.models.executor import NoExecutor
from lasynth.models.lasynth import LaSynth

VARIANTS = {
    "LaSynth": {},
    "release": {
        "executor": "period",
        "period": 16,
        "executor_head": "values",
        "operations": "cells",
        "heads": 1,
    },
    "period": {"executor": "period", "period": 5},
    "branches": {"operations": "branches"},
    "NoPartialExecutor": {"executor": "end"},
    "NoExecutor": {"executor": "never"},
    "NoOpPredictor": {"operations": "none"},
    "NoAttentionInDecoding": {"history": False},
    "two layers": {"decoder_layers": 2, "refinements": 1, "list_layers": 2},
}


def small(**parts: object) -> LaSynth:
    torch.manual_seed(0)
    sizes = {"embedding": 16, "hidden": 32, "decoder": 24}
    model = build(LaSynthConfig(NUM_TOKENS, min_cells=1, max_cells=6, **(sizes | parts)))
    # Larger weights than usual, so that an error in a path is visible.
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(2.0)
    return model.eval()


@pytest.mark.parametrize("parts", VARIANTS.values(), ids=VARIANTS.keys())
@pytest.mark.parametrize("num_cells", [5, 3])
@torch.no_grad()
def test_fused_equals_incremental(parts: dict[str, object], num_cells: int) -> None:
    model = small(**parts)
    tokens, lengths, inputs, outputs = batch(num_cells)
    fused = spread(model(tokens, lengths, inputs, outputs), tokens.shape)
    assert_incremental_equals(fused, model, (tokens, lengths, inputs, outputs))


@pytest.mark.parametrize("parts", VARIANTS.values(), ids=VARIANTS.keys())
def test_training_equals_inference(parts: dict[str, object]) -> None:
    model = small(**parts)
    trained = model(*batch())
    assert trained.logits_PV.requires_grad
    with torch.no_grad():
        inferred = model(*batch())
    torch.testing.assert_close(trained.logits_PV, inferred.logits_PV, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(trained.beliefs_XK, inferred.beliefs_XK, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(trained.op_loss, inferred.op_loss)


@pytest.mark.parametrize("parts", VARIANTS.values(), ids=VARIANTS.keys())
@torch.no_grad()
def test_row_does_not_depend_on_its_batch(parts: dict[str, object]) -> None:
    model = small(**parts)
    tokens, lengths, inputs, outputs = batch()
    together = spread(model(tokens, lengths, inputs, outputs), tokens.shape)
    order = torch.tensor([3, 0, 4, 2, 1])
    permuted = spread(model(tokens[order], lengths[order], inputs[order], outputs[order]), tokens.shape)
    torch.testing.assert_close(permuted, together[order], rtol=1e-4, atol=1e-5)
    for row in range(len(tokens)):
        only, length = slice(row, row + 1), int(lengths[row])
        alone = model(tokens[only, :length], lengths[only], inputs[only], outputs[only])
        torch.testing.assert_close(alone.logits_PV, together[row, :length], rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_rows_of_a_search_can_be_reordered() -> None:
    assert_rows_can_be_reordered(small(), batch(), after=1)


@pytest.mark.parametrize("parts", [{}, {"history": False}, {"executor": "never"}])
@torch.no_grad()
def test_rows_of_searches_can_join(parts: dict[str, object]) -> None:
    assert_rows_can_join(small(**parts), batch(), after=8)


@torch.no_grad()
def test_decoding_sees_latent_execution() -> None:
    """If the executor's result is replaced, logits change after the first statement, not before."""
    model = small()
    tokens, lengths, inputs, outputs = batch()
    before = spread(model(tokens, lengths, inputs, outputs), tokens.shape)

    class Reverse(NoExecutor):
        def forward(self, belief: torch.Tensor, told: torch.Tensor, values: object) -> torch.Tensor:
            return belief.flip(2)

    model.executor = Reverse()
    after = spread(model(tokens, lengths, inputs, outputs), tokens.shape)
    end = PROGRAMS[1].split().index(";") + 1
    torch.testing.assert_close(after[1, :end], before[1, :end])
    assert (after[1, end] - before[1, end]).abs().max() > 1e-4


@torch.no_grad()
def test_wanted_positions_are_the_same_as_among_all() -> None:
    model = small()
    tokens, lengths, inputs, outputs = batch()
    every = spread(model(tokens, lengths, inputs, outputs), tokens.shape)
    wanted = torch.rand(tokens.shape, generator=torch.Generator().manual_seed(2)) < 0.4
    some = model(tokens, lengths, inputs, outputs, wanted)
    assert 0 < len(some.row_P) < int(lengths.sum())
    torch.testing.assert_close(some.logits_PV, every[some.row_P, some.position_P], rtol=1e-4, atol=1e-5)
