"""The machine against an independent interpreter, `karel-for-synthesis`, on random programs and worlds.

Both agree in this range: grids with sides of 2 to 16, at most 9 markers per cell (the other has no room for
more, and treats a tenth as impossible), 2 to 10 rounds (it supports no others), runs of at most 200 ticks
(it also counts the end of a `REPEAT`).
"""

from __future__ import annotations

import numpy as np
import pytest
from karel_worlds import random_programs, random_worlds

from lasynth.domains.base import Status
from lasynth.domains.karel.codec import to_tensor
from lasynth.domains.karel.grammar import EOS, lexeme
from lasynth.domains.karel.machine import Semantics, run_batch
from lasynth.domains.karel.world import World

peer = pytest.importorskip(
    "karel_for_synthesis.executor", reason="karel-for-synthesis is not installed (pip install '.[oracle]')"
)

NUM_PROGRAMS, NUM_WORLDS = 5000, 5
TIMES = (2, 10)
NUM_CHANNELS = 15  # of the other interpreter: those of the benchmark without the one for ten markers


def test_no_run_differs_from_the_peer() -> None:
    executor = peer.KarelExecutor(action_limit=20_000)
    tokens_PT = random_programs(5, NUM_PROGRAMS, times=TIMES)
    pool = random_worlds(5, 500, min_side=2)
    rng = np.random.default_rng(5)
    worlds_PKW = pool[rng.integers(len(pool), size=(NUM_PROGRAMS, NUM_WORLDS))]
    after_PKW, statuses_PK = run_batch(tokens_PT, worlds_PKW, semantics=Semantics(max_markers=9))
    before = to_tensor(worlds_PKW)[:, :, :NUM_CHANNELS]
    after = to_tensor(after_PKW)[:, :, :NUM_CHANNELS]
    differ, met = [], dict.fromkeys((Status.OK, Status.CRASH, Status.OUT_OF_FUEL), 0)
    for program, tokens in enumerate(tokens_PT):
        code = tuple(lexeme(int(token)) for token in tokens[tokens != EOS])
        for example in range(NUM_WORLDS):
            status = Status(int(statuses_PK[program, example]))
            met[status] += 1
            if status == Status.OUT_OF_FUEL:
                continue
            try:
                found = executor.execute(code, before[program, example]).result
            except peer.ExecutorRuntimeException:
                found = None
            right = after[program, example] if status == Status.OK else None
            if (found is None) != (right is None) or (found is not None and not np.array_equal(found, right)):
                differ.append((" ".join(code), World.from_array(worlds_PKW[program, example]).to_text()))
    print(f"{sum(met.values())} runs: {', '.join(f'{count} {status.name}' for status, count in met.items())}")
    assert differ == []
    assert met[Status.OK] > 5000
    assert met[Status.CRASH] > 5000
    assert met[Status.OK] + met[Status.CRASH] >= 20_000
