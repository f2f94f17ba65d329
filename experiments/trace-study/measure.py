"""Compare what latent executors believe with what the machine computes, statement by statement.

    python experiments/trace-study/measure.py --runs runs/table4 lasynth-s0 end-supervision-s0

It uses the straight-line tasks of the study's test set. Each reference program is fed to the model token by
token, and the executor's belief after each statement is compared with the machine's list at that point.
"""

from __future__ import annotations

import argparse
import json
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from lasynth import api
from lasynth.data.dataset import Dataset
from lasynth.domains.c.kinds import Kind
from lasynth.domains.c.language import LANGUAGE
from lasynth.models import LaSynth, Synthesizer

HERE = Path(__file__).parent
LEAST_LISTS = 100  # steps with fewer lists are left out


def measure(synthesizer: Synthesizer, data: Dataset) -> list[dict[str, int]]:
    """The counts of each step, over all tasks."""
    assert isinstance(synthesizer.model, LaSynth)
    counts: dict[int, Counter[str]] = {}
    for row, task in enumerate(data.tasks()):
        tokens = data.tokens_PT[row, : data.lengths_P[row]].astype(np.int32)
        beliefs = synthesizer.trace(task, tokens)
        shown = np.array([example.input for example in task.examples], dtype=np.int32)
        # The belief after the whole program has the same position as that of its last statement.
        times = sorted({belief.num_tokens for belief in beliefs[1:]})
        at = np.array(times, dtype=np.int64)
        rows = np.zeros(len(at), dtype=np.int64)
        lists, _ = LANGUAGE.machine.run_partial(tokens[None], shown[None], rows, at)
        believed = {belief.num_tokens: belief.likeliest_K for belief in beliefs}
        before = shown
        for step, (time, true_KN) in enumerate(zip(times, lists, strict=True), 1):
            count = counts.setdefault(step, Counter())
            right = believed[time] == true_KN
            count["cells"] += right.size
            count["agree"] += int(right.sum())
            count["lists"] += len(right)
            count["lists_agree"] += int(right.all(axis=1).sum())
            count["copy_agree"] += int((before == true_KN).sum())
            before = true_KN
    return [
        {"step": step, **count} for step, count in sorted(counts.items()) if count["lists"] >= LEAST_LISTS
    ]


def main() -> None:
    """Measure the named systems; the first one is the study's own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=Path, default=Path("runs/table4"))
    parser.add_argument("--num", type=int, default=1000)
    parser.add_argument("names", nargs="+", metavar="SYSTEM-sSEED")
    options = parser.parse_args()
    rows = tomllib.loads((HERE.parent / "table4" / "study.toml").read_text())["rows"]
    titles = {row["system"]: row["title"] for row in rows}
    data = Dataset.open(HERE.parent / "c-small" / "test.parquet", max_tasks=options.num)
    data = data.rows(data.kinds_P == Kind.SEQ_ONLY)
    found: list[dict[str, Any]] = []
    for name in options.names:
        folder = options.runs / name
        lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
        losses = [line for line in lines if "exec" in line][4::5]
        found.append(
            {
                "title": "What the latent executor believes",
                "system": titles[name.rpartition("-s")[0]],
                "num_tasks": len(data),
                "steps": measure(api.load(folder / "model.safetensors"), data),
                "curve": [{"programs": line["programs"], "exec": line["exec"]} for line in losses],
            }
        )
    document = {**found[0], "others": found[1:]}
    (HERE / "trace.json").write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
