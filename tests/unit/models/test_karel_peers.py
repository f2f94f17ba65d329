"""Bunel et al. and Exec: the same network, both paths, with and without the interpreter."""

from __future__ import annotations

import pytest
import torch
from karel_batch import mixed, spread
from model_checks import assert_rows_can_join

from lasynth.domains.karel.grammar import BOS, NUM_TOKENS, token_of
from lasynth.models.baselines.bunel import Bunel
from lasynth.models.baselines.exec import Exec

SIZES = {"hidden": 24, "channels": 3, "blocks": 1, "example": 16, "embedding": 8, "decoder": 12}
VARIANTS = ("bunel", "conv", "learned syntax", "exec", "exec conv", "unexecuted")


def model_of(variant: str) -> Bunel:
    torch.manual_seed(0)
    kind, parts = {
        "bunel": (Bunel, {}),
        "conv": (Bunel, {"encoder": "conv"}),
        "learned syntax": (Bunel, {"syntax": "learned"}),
        "exec": (Exec, {}),
        "exec conv": (Exec, {"encoder": "conv"}),
        "unexecuted": (Exec, {"execution": "never"}),
    }[variant]
    model = kind(kind.Config(NUM_TOKENS, **SIZES, **parts))
    # Larger weights than usual, so that an error in a path is visible.
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(1.5)
    return model.eval()


@pytest.mark.parametrize("variant", VARIANTS)
@torch.no_grad()
def test_fused_equals_incremental(variant: str) -> None:
    model, given = model_of(variant), mixed(8)
    tokens, lengths, inputs, outputs = given
    fused = spread(model(*given), given[0].shape)
    state = model.start(inputs, outputs)
    token = torch.full((len(tokens),), BOS)
    num_lost = 0
    for position in range(tokens.shape[1]):
        logits, state = model.step(state, token)
        lost = torch.from_numpy(state.worlds.crashed.all(axis=1))
        live = (lengths > position) & ~lost
        num_lost += int(((lengths > position) & lost).sum())
        torch.testing.assert_close(logits[live], fused[live, position], rtol=1e-4, atol=1e-5)
        # A hypothesis that cannot become right gets no allowed token.
        assert logits[lost][:, torch.arange(NUM_TOKENS) != BOS].isneginf().all()
        token = tokens[:, position]
    assert (num_lost > 0) == variant.startswith("exec")


@pytest.mark.parametrize("variant", VARIANTS)
@torch.no_grad()
def test_row_does_not_depend_on_its_batch(variant: str) -> None:
    model, given = model_of(variant), mixed(8)
    together = spread(model(*given), given[0].shape)
    order = torch.randperm(len(together), generator=torch.Generator().manual_seed(3))
    permuted = spread(model(*tuple(array[order] for array in given)), given[0][order].shape)
    torch.testing.assert_close(permuted, together[order], rtol=1e-4, atol=1e-5)
    for row in (0, 3):
        length = int(given[1][row])
        tokens, *others = (array[row : row + 1] for array in given)
        alone = model(tokens[:, :length], *others)
        torch.testing.assert_close(alone.logits_PV, together[row, :length], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("variant", VARIANTS)
@torch.no_grad()
def test_the_order_of_examples_does_not_matter(variant: str) -> None:
    model, (tokens, lengths, inputs, outputs) = model_of(variant), mixed(8)
    order = torch.tensor([3, 0, 4, 2, 1])
    before = spread(model(tokens, lengths, inputs, outputs), tokens.shape)
    after = spread(model(tokens, lengths, inputs[:, order], outputs[:, order]), tokens.shape)
    torch.testing.assert_close(after, before, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("variant", ["learned syntax", "exec", "exec conv"])
@torch.no_grad()
def test_rows_of_searches_can_join(variant: str) -> None:
    assert_rows_can_join(model_of(variant), mixed(6), after=7)


@pytest.mark.parametrize("variant", ["learned syntax", "exec"])
@torch.no_grad()
def test_rows_of_a_search_can_be_reordered(variant: str) -> None:
    model, (tokens, _, inputs, outputs) = model_of(variant), mixed(8)
    parents = torch.tensor([2, 2, 0, 5])
    state = model.start(inputs, outputs)
    _, state = model.step(state, torch.full((len(tokens),), BOS))
    for position in range(3):
        _, state = model.step(state, tokens[:, position])
    expected, after = model.step(state, tokens[:, 3])
    again, _ = model.step(state, tokens[:, 3])
    torch.testing.assert_close(again, expected)  # a step does not change the earlier state
    logits, chosen = model.step(state.select(parents), tokens[parents, 3])
    torch.testing.assert_close(logits, expected[parents], rtol=1e-4, atol=1e-5)
    expected, _ = model.step(after, tokens[:, 4])
    logits, _ = model.step(chosen, tokens[parents, 4])
    torch.testing.assert_close(logits, expected[parents], rtol=1e-4, atol=1e-5)


@torch.no_grad()
def test_without_execution_it_is_bunels_network() -> None:
    given = mixed(8)
    bunel, executed, unexecuted = (model_of(variant) for variant in ("bunel", "exec", "unexecuted"))
    weights = bunel.state_dict()
    assert {name: array.shape for name, array in executed.state_dict().items()} == {
        name: array.shape for name, array in weights.items()
    }
    unexecuted.load_state_dict(weights)
    executed.load_state_dict(weights)
    logits = spread(bunel(*given), given[0].shape)
    assert torch.equal(spread(unexecuted(*given), given[0].shape), logits)
    with_execution = spread(executed(*given), given[0].shape)
    first = given[0].tolist()[0].index(token_of("m(")) + 1
    torch.testing.assert_close(with_execution[:, :first], logits[:, :first], rtol=1e-4, atol=1e-5)
    assert (with_execution - logits).abs().max() > 1e-2


@torch.no_grad()
def test_wanted_positions_are_the_same_as_among_all() -> None:
    model, given = model_of("exec"), mixed(8)
    every = spread(model(*given), given[0].shape)
    wanted = torch.rand(given[0].shape, generator=torch.Generator().manual_seed(2)) < 0.4
    some = model(*given, wanted)
    assert 0 < len(some.row_P) < int(given[1].sum())
    torch.testing.assert_close(some.logits_PV, every[some.row_P, some.position_P], rtol=1e-4, atol=1e-5)


def test_learned_syntax_pays_for_what_it_takes_from_references() -> None:
    model, given = model_of("learned syntax"), mixed(8)
    loss = model(*given).op_loss
    loss.backward()
    assert loss > 0
    assert all(parameter.grad is not None for parameter in model.syntax.parameters())
    assert model_of("bunel")(*given).op_loss == 0
