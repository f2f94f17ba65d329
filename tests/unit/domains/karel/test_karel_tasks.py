from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from lasynth.domains.base import Status
from lasynth.domains.karel.behaviour import behaviours
from lasynth.domains.karel.grammar import token_of
from lasynth.domains.karel.machine import run_batch
from lasynth.domains.karel.parser import parse, to_tokens
from lasynth.domains.karel.sampler_config import KarelSamplerSettings
from lasynth.domains.karel.tasks import DrawnTasks, Verdict, draw_tasks
from lasynth.domains.karel.trace import run_traced
from lasynth.domains.karel.world import World

NAMES = ("tokens_PT", "inputs_PKN", "outputs_PKN", "hashes_P", "plain_P", "num_actions_PK", "verdicts_P")


@pytest.fixture(scope="module")
def drawn() -> DrawnTasks:
    return draw_tasks(KarelSamplerSettings(), 11, 0, 1000)


def test_an_item_is_a_function_of_seed_and_number() -> None:
    one, other = (draw_tasks(KarelSamplerSettings(), 5, first, 200 - first) for first in (0, 120))
    for name in NAMES:
        assert (getattr(one, name)[120:] == getattr(other, name)).all()


def test_accepted_tasks_keep_their_promises(drawn: DrawnTasks) -> None:
    rows = drawn.verdicts_P == Verdict.ACCEPTED
    assert rows.mean() > 0.3
    assert not (drawn.verdicts_P == Verdict.INVALID).any()
    tokens_PT, inputs_PKW = drawn.tokens_PT[rows], drawn.inputs_PKN[rows]
    traces = run_traced(tokens_PT, inputs_PKW, fuel=98)
    assert (traces.statuses_PK == Status.OK).all()
    assert (traces.worlds_PKW == drawn.outputs_PKN[rows]).all()
    assert (traces.num_actions_PK == drawn.num_actions_PK[rows]).all()
    same = (traces.actions_PKA == traces.actions_PKA[:, :1]).all(axis=(1, 2))
    assert (same == drawn.plain_P[rows]).all()
    assert all(len(np.unique(inputs_KW, axis=0)) == 6 for inputs_KW in inputs_PKW)
    assert ((inputs_PKW != drawn.outputs_PKN[rows]).any(axis=2).sum(axis=1) >= 4).all()
    assert (behaviours(tokens_PT) == drawn.hashes_P[rows]).all()
    for world_W in inputs_PKW[::20].reshape(-1, inputs_PKW.shape[-1]):
        assert np.array_equal(World.from_array(world_W).to_array(), world_W)  # it is a valid world


@pytest.mark.parametrize("p_cover", [0.0, 1.0])
def test_loops_are_entered_and_branches_taken(p_cover: float) -> None:
    drawn = draw_tasks(KarelSamplerSettings(p_cover=p_cover), 4, 0, 600)
    rows = drawn.verdicts_P == Verdict.ACCEPTED
    tokens_PT = drawn.tokens_PT[rows]
    traces = run_traced(tokens_PT, drawn.inputs_PKN[rows])
    sides, uncovered = 0, 0
    for tokens, places_KE, values_KE in zip(
        tokens_PT, traces.event_tokens_PKE, traces.event_values_PKE, strict=True
    ):
        for place, token in enumerate(tokens):
            values = set(values_KE[places_KE == place].tolist())
            if token == token_of("WHILE"):
                assert values == {0, 1}
            elif token in (token_of("IF"), token_of("IFELSE")):
                sides += 1
                uncovered += values != {0, 1}
    assert sides > 100
    assert (uncovered == 0) == (p_cover == 1.0)


def test_one_behaviour_has_one_hash() -> None:
    texts = (
        "move\nturnLeft\nturnLeft",
        "move\nturnRight\nturnRight",
        "repeat 2:\n  move",
        "move\nmove",
        "move\nputMarker",
        "move\npickMarker",
        "pickMarker\nmove",
        "while frontIsClear:\n  move",
        "while markersPresent:\n  turnLeft",
    )
    rows = [to_tokens(parse(text)) for text in texts]
    tokens_PT = np.zeros((len(rows), max(map(len, rows))), dtype=np.int32)
    for row, tokens in zip(tokens_PT, rows, strict=True):
        row[: len(tokens)] = tokens
    hashes = behaviours(tokens_PT).tolist()
    assert hashes[0] == hashes[1]
    assert hashes[2] == hashes[3]
    assert len(set(hashes)) == len(texts) - 2
    assert behaviours(np.full((1, 4), token_of("move"), dtype=np.int32)).tolist() == [-1]


def digest(drawn: DrawnTasks) -> str:
    kept = drawn.verdicts_P == Verdict.ACCEPTED  # rejected rows may differ
    parts = [drawn.verdicts_P, *(np.ascontiguousarray(getattr(drawn, name)[kept]) for name in NAMES)]
    return hashlib.sha256(b"".join(part.tobytes() for part in parts)).hexdigest()


def test_plain_python_draws_the_same(root: Path) -> None:
    source = (
        "import warnings; warnings.simplefilter('ignore', RuntimeWarning)\n"
        "from test_karel_tasks import *\n"
        "print(digest(draw_tasks(KarelSamplerSettings(), 2, 0, 12)))\n"
    )
    paths = (root / "src", root / "tests", Path(__file__).parent)
    env = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join(map(str, paths))}
    plain = subprocess.run(
        [sys.executable, "-c", source], env=env, capture_output=True, text=True, timeout=300
    )
    assert plain.returncode == 0, plain.stderr
    drawn = draw_tasks(KarelSamplerSettings(), 2, 0, 12)
    assert (drawn.verdicts_P == Verdict.ACCEPTED).sum() > 3
    assert plain.stdout.split() == [digest(drawn)]


def test_outputs_are_those_of_the_machine(drawn: DrawnTasks) -> None:
    rows = np.flatnonzero(drawn.verdicts_P == Verdict.ACCEPTED)[:100]
    outputs_PKW, statuses_PK = run_batch(drawn.tokens_PT[rows], drawn.inputs_PKN[rows])
    assert (statuses_PK == Status.OK).all()
    assert (outputs_PKW == drawn.outputs_PKN[rows]).all()
