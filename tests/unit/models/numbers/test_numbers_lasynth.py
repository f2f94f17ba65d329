"""LaSynth for `lists`: both paths agree, rows do not depend on their batch, gradients are numbers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from lists_batch import NUM_TOKENS, tasks
from model_checks import assert_incremental_equals, assert_rows_can_be_reordered, assert_rows_can_join

from lasynth.errors import InputError
from lasynth.models.kinds import build
from lasynth.models.model import Forward
from lasynth.models.numbers.features import ROOM, THERE, WIDTH
from lasynth.models.numbers.lasynth import NumbersLaSynth
from lasynth.task import Example

VARIANTS = {
    "LaSynth": {},
    "NoPartialExecutor": {"executor": "end"},
    "NoExecutor": {"executor": "never"},
    "NoOpPredictor": {"operations": "none"},
    "history": {"history": True},
    "two layers": {"decoder_layers": 2, "heads": 1},
}


def small(**parts: object) -> NumbersLaSynth:
    torch.manual_seed(0)
    sizes = {"embedding": 16, "hidden": 32, "decoder": 24}
    model = build(NumbersLaSynth.Config(NUM_TOKENS, **(sizes | parts)))
    assert isinstance(model, NumbersLaSynth)
    # Larger weights than usual, so that an error in a path is visible.
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(1.5)
    return model.eval()


def spread(result: Forward, shape: torch.Size) -> torch.Tensor:
    logits = torch.zeros(*shape, NUM_TOKENS)
    logits[result.row_P, result.position_P] = result.logits_PV
    return logits


@pytest.fixture(autouse=True)
def no_gradients() -> Iterator[None]:
    with torch.no_grad():
        yield


@pytest.mark.parametrize("parts", VARIANTS.values(), ids=VARIANTS.keys())
def test_fused_equals_incremental(parts: dict[str, object]) -> None:
    model, given = small(**parts), tasks(10)
    assert_incremental_equals(spread(model(*given), given[0].shape), model, given)


@pytest.mark.parametrize("parts", VARIANTS.values(), ids=VARIANTS.keys())
def test_row_does_not_depend_on_its_batch(parts: dict[str, object]) -> None:
    """Lists of other tasks are longer, so this row is padded, or not."""
    model = small(**parts)
    tokens, lengths, inputs, outputs = tasks(10)
    whole = model(tokens, lengths, inputs, outputs)
    together = spread(whole, tokens.shape)
    for row in range(len(tokens)):
        only, length = slice(row, row + 1), int(lengths[row])
        alone = model(tokens[only, :length], lengths[only], inputs[only], outputs[only])
        torch.testing.assert_close(alone.logits_PV, together[row, :length], rtol=1e-4, atol=1e-5)
        found = whole.beliefs_XK[whole.row_X == row]
        if len(found):
            num_cells = alone.beliefs_XK.shape[2]
            torch.testing.assert_close(alone.beliefs_XK, found[:, :, :num_cells], rtol=1e-4, atol=1e-5)
            assert not found[:, :, num_cells:].any()


def test_training_equals_inference() -> None:
    model, given = small(), tasks(10)
    with torch.enable_grad():
        trained = model(*given)
    inferred = model(*given)
    torch.testing.assert_close(trained.logits_PV, inferred.logits_PV, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(trained.beliefs_XK, inferred.beliefs_XK, rtol=1e-4, atol=1e-5)


def test_rows_of_a_search_can_be_reordered() -> None:
    assert_rows_can_be_reordered(small(), tasks(10), after=20)


@pytest.mark.parametrize("parts", [{}, {"history": True}, {"executor": "never"}])
def test_rows_of_searches_can_join(parts: dict[str, object]) -> None:
    """The two halves have lists of other lengths, and so other sizes of all that depends on them."""
    short, long = tasks(5, most=3), tasks(5, seed=1)
    width = max(short[0].shape[1], long[0].shape[1])
    tokens = [torch.nn.functional.pad(one[0], (0, width - one[0].shape[1])) for one in (short, long)]
    given = (torch.cat(tokens), *(torch.cat(pair) for pair in zip(short[1:], long[1:], strict=True)))
    assert_rows_can_join(small(**parts), given, after=30)


@pytest.mark.parametrize("parts", VARIANTS.values(), ids=VARIANTS.keys())
def test_gradients_are_numbers_and_reach_all_parts(parts: dict[str, object]) -> None:
    model, given = small(**parts).train(), tasks(20)
    with torch.enable_grad():
        result = model(*given)
        loss = result.logits_PV.logsumexp(-1).mean() + result.op_loss
        if len(result.row_X):
            loss = loss + model.beliefs.compare(result, given[2], given[3], None)[0]
        loss.backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.isfinite().all(), name
        assert parameter.grad.abs().max() > 0, name


def test_beliefs_stay_distributions() -> None:
    model, given = small(), tasks(10)
    result = model(*given)
    beliefs = result.beliefs_XK
    assert beliefs.shape[-1] == WIDTH
    assert beliefs.min() >= 0
    assert beliefs[..., : ROOM + 1].max() <= 1 + 1e-5
    room = beliefs[..., ROOM]
    assert set(room.unique().tolist()) == {0.0, 1.0}
    assert not beliefs[room == 0].any()
    assert (beliefs[..., THERE][room > 0] > 0).all()


def test_decoding_sees_latent_execution() -> None:
    model = small()
    tokens, lengths, inputs, outputs = tasks(10)
    before = spread(model(tokens, lengths, inputs, outputs), tokens.shape)
    forward = type(model.executor).forward
    model.executor.forward = lambda *given: forward(model.executor, *given).flip(1)  # other examples' beliefs
    after = spread(model(tokens, lengths, inputs, outputs), tokens.shape)
    end = 1 + int((model.schedule.along(tokens)[6]).nonzero()[0])
    torch.testing.assert_close(after[6, :end], before[6, :end])
    assert (after[6, end:] - before[6, end:]).abs().max() > 1e-4


def test_more_lists_than_it_knows_are_refused() -> None:
    config = NumbersLaSynth.Config(NUM_TOKENS)
    from lasynth.domains.c.lists.inputs import Inputs

    three = Inputs(None, ((1,), (2,), (3,)))
    with pytest.raises(InputError, match="there are 3 lists, the model m knows up to 2"):
        config.check_examples([Example(three, (1,))], "m")
    config.check_examples([Example(Inputs(None, ((1,), (2,), 3)), (1,)), Example((), 3)], "m")
    inputs = torch.zeros(1, 1, 8 + 3 * 65, dtype=torch.long).numpy()
    inputs[..., 0] = 3
    with pytest.raises(InputError, match="inputs of 3 lists"):
        small().check_data(inputs, inputs)
