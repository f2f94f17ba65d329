"""The compiled sampler and task drawing against the same source run as plain Python.

`NUMBA_DISABLE_JIT=1` has to be set before Numba is imported, so the reference runs in another process:
this file, as a script.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from lasynth.domains.c.constructs import depths_of
from lasynth.domains.c.sampler import CSamplerSettings
from lasynth.domains.c.tasks import draw_tasks

Results = dict[str, np.ndarray]


def results() -> Results:
    found: Results = {}
    for name in ("small", "paper"):
        drawn = draw_tasks(CSamplerSettings.named(name), 17, 0, 40, max_tries=60)
        for key in ("tokens_PT", "inputs_PKN", "outputs_PKN", "hashes_P", "plain_P", "verdicts_P"):
            found[f"{name} {key}"] = getattr(drawn, key)
        blocks_P, loops_P = depths_of(drawn.tokens_PT)
        found[f"{name} depths"] = np.stack([blocks_P, loops_P])
    return found


def test_compiled_code_is_the_source(tmp_path: Path) -> None:
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    # Overflow that wraps around in compiled code is a warning in plain Python: make it an error.
    command = [sys.executable, "-W", "error", __file__, str(tmp_path / "reference.npz")]
    subprocess.run(command, check=True, env=environment)
    with np.load(tmp_path / "reference.npz") as reference:
        found = results()
        assert set(found) == set(reference.files)
        for key, value in found.items():
            assert (reference[key] == value).all(), key
    accepted = found["small verdicts_P"] == 0
    assert accepted.sum() > 20
    assert len(set(found["small verdicts_P"])) > 1


if __name__ == "__main__":
    np.savez(sys.argv[1], **results())
