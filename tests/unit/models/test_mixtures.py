"""An LSTM that reads sums of vectors by their products gives what reading the sums gives, with gradients."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from lasynth.models.mixtures import read_mixtures


def given(layers: int, bidirectional: bool) -> tuple[nn.LSTM, Tensor, Tensor, tuple[Tensor, Tensor]]:
    torch.manual_seed(0)
    lstm = nn.LSTM(12, 8, layers, bidirectional=bidirectional, batch_first=True)
    shares = torch.rand(3, 6, 5).softmax(-1).requires_grad_()
    vectors = torch.randn(5, 12, requires_grad=True)
    start = torch.randn(2, layers * (1 + bidirectional), 3, 8).unbind(0)
    return lstm, shares, vectors, start


@pytest.mark.parametrize("starts", [True, False])
@pytest.mark.parametrize("bidirectional", [True, False])
@pytest.mark.parametrize("layers", [1, 2])
def test_equals_reading_the_sums(layers: int, bidirectional: bool, starts: bool) -> None:
    lstm, shares, vectors, start = given(layers, bidirectional)
    begin = start if starts else None
    found = read_mixtures(lstm, shares, vectors, begin)
    assert found is not None
    wanted = lstm(shares @ vectors, begin)
    for one, other in zip((found[0], *found[1]), (wanted[0], *wanted[1]), strict=True):
        torch.testing.assert_close(one, other)
    # A loss that treats all states and all their numbers differently.
    weigh = torch.randn_like(wanted[0])
    learned = [shares, vectors, *lstm.parameters()]
    gradients = [torch.autograd.grad((states * weigh).sum(), learned) for states in (found[0], wanted[0])]
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other)


def test_sums_are_read_where_that_is_better() -> None:
    lstm, shares, vectors, start = given(1, bidirectional=False)
    with torch.no_grad():
        assert read_mixtures(lstm, shares, vectors, start) is None
    many = torch.randn(12, 12)
    assert read_mixtures(lstm, torch.rand(3, 6, 12), many, start) is None
