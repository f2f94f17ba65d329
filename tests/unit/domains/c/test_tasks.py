from __future__ import annotations

import numpy as np
import pytest

from lasynth.domains.base import Status
from lasynth.domains.c.behaviour import behaviours
from lasynth.domains.c.machine import run_batch
from lasynth.domains.c.sampler import CSamplerSettings
from lasynth.domains.c.tasks import Verdict, draw_tasks
from lasynth.domains.generator import Drawn


@pytest.fixture(scope="module", params=["small", "paper"])
def drawn(request: pytest.FixtureRequest) -> Drawn:
    return draw_tasks(CSamplerSettings.named(request.param), 11, 0, 3000)


def test_an_item_is_a_function_of_seed_and_number(drawn: Drawn) -> None:
    one, other = (draw_tasks(CSamplerSettings(), 5, first, 200 - first) for first in (0, 120))
    for name in ("tokens_PT", "inputs_PKN", "outputs_PKN", "hashes_P", "plain_P", "verdicts_P"):
        assert (getattr(one, name)[120:] == getattr(other, name)).all()


def test_accepted_tasks_keep_their_promises(drawn: Drawn) -> None:
    rows = drawn.verdicts_P == Verdict.ACCEPTED
    assert rows.mean() > 0.5
    tokens_PT, inputs_PKN, outputs_PKN = (
        drawn.tokens_PT[rows],
        drawn.inputs_PKN[rows],
        drawn.outputs_PKN[rows],
    )
    again_PKN, statuses_PK = run_batch(tokens_PT, inputs_PKN)
    assert (statuses_PK == Status.OK).all()
    assert (again_PKN == outputs_PKN).all()
    assert abs(inputs_PKN).max() == abs(outputs_PKN).max() == 4
    assert all(len(np.unique(inputs_KN, axis=0)) == 10 for inputs_KN in inputs_PKN)
    assert (inputs_PKN != outputs_PKN).any(axis=(1, 2)).all()  # not the identity
    assert (outputs_PKN != outputs_PKN[:, :1]).any(axis=(1, 2)).all()  # not constant
    hashes_P, affine_P = behaviours(tokens_PT)
    assert (hashes_P == drawn.hashes_P[rows]).all()
    assert (affine_P == drawn.plain_P[rows]).all()


def test_each_rejection_is_for_its_reason(drawn: Drawn) -> None:
    assert not (drawn.verdicts_P == Verdict.INVALID).any()
    rng = np.random.default_rng(0)
    inputs_PKN = rng.integers(-4, 5, (len(drawn.tokens_PT), 200, 5))
    outputs_PKN, statuses_PK = run_batch(drawn.tokens_PT, inputs_PKN)
    fits = (statuses_PK == Status.OK) & (abs(outputs_PKN) <= 4).all(axis=2)
    of = {verdict: drawn.verdicts_P == verdict for verdict in Verdict}
    assert fits[of[Verdict.FAILS]].mean() < 0.03
    assert fits[of[Verdict.FEW_INPUTS]].mean() < 0.1
    identity, constant = of[Verdict.IDENTITY], of[Verdict.CONSTANT]
    unchanged = (outputs_PKN == inputs_PKN).all(axis=2)
    assert unchanged[identity].mean() > 0.9  # all ten lists are unchanged, so almost all of many others too
    assert of[Verdict.FAILS].any()
    assert identity.any()
    assert constant.any()


def test_settings_are_kept_to() -> None:
    drawn = draw_tasks(CSamplerSettings(num_cells=3), 0, 0, 300, num_examples=4, max_value=9)
    rows = drawn.verdicts_P == Verdict.ACCEPTED
    assert drawn.inputs_PKN.shape == (300, 4, 3)
    assert abs(drawn.inputs_PKN[rows]).max() == 9
    given_up = draw_tasks(CSamplerSettings(), 0, 0, 300, num_examples=10, max_tries=9)
    assert not (given_up.verdicts_P == Verdict.ACCEPTED).any()
