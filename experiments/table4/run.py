"""Train and evaluate the systems of the study; several of these may run at once, each does what is left.

    python experiments/table4/run.py --data data/table4
    python experiments/table4/run.py --data data/table4 --only lasynth-s0

`make study` generates the data and does all of it. A run that was stopped is resumed. What is measured goes
to `results/`, from which `lasynth report` makes tables and figures.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TEST_SET = ROOT / "experiments" / "c-small" / "test.parquet"
NUM_TASKS = 1000
BEAM, MAX_TOKENS = 64, 128
CURVE_STEP = 5  # of the lines of metrics that are kept


def read_study() -> dict[str, Any]:
    """The rows, and the systems and seeds in the order in which they are run."""
    return tomllib.loads((HERE / "study.toml").read_text())


@contextmanager
def claimed(folder: Path) -> Iterator[bool]:
    """Whether this process has a run for itself, until the block ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def train(system: str, seed: int, data: Path, folder: Path) -> None:
    """Train a system, or go on with it; nothing where it is finished."""
    if (folder / "trained").exists():
        return
    command = [sys.executable, "-m", "lasynth", "train", "--data", str(data), "--out", str(folder)]
    if (folder / "last.pt").is_file():
        command += ["--resume"]
    else:
        preset = "c-study" if system == "lasynth" else system
        command += ["--preset", preset, "--seed", str(seed)]
    subprocess.run(command, check=True)
    (folder / "trained").touch()


def evaluate(system: str, seed: int, folder: Path, title: str, machine: str) -> None:
    """Evaluate a trained system on the test set, and save the result."""
    import torch

    from lasynth import api, domains, evaluation
    from lasynth.data.dataset import Dataset
    from lasynth.evaluation.results import Result, TaskSet, task_set_digest, write_result
    from lasynth.search import SearchConfig
    from lasynth.training.checkpoint import load_checkpoint

    test_set = Dataset.open(TEST_SET, max_tasks=NUM_TASKS)
    tasks = test_set.tasks()
    synthesizer = api.load(folder / "model.safetensors")
    api.warm_up(synthesizer)
    with torch.inference_mode():
        found = evaluation.evaluate(
            synthesizer,
            domains.get("c"),
            tasks,
            SearchConfig(beam=BEAM, max_tokens=MAX_TOKENS),
            plain=test_set.plain_P.tolist(),
            title=f"{title}, seed {seed}",
        )
    state = load_checkpoint(folder / "last.pt")
    result = Result(
        study="table4",
        system=system,
        title=title,
        seed=seed,
        test_set=TaskSet("c-small", task_set_digest(tasks), len(tasks)),
        parameters=sum(parameter.numel() for parameter in synthesizer.model.parameters()),
        programs=state["programs"],
        distinct_programs=int(state["seen"].sum()),
        minutes=round(state["seconds"] / 60, 1),
        machine=machine,
        training=state["config"],
        curve=tuple(curve(folder / "metrics.jsonl")),
        evaluation=found,
    )
    print(write_result(result, HERE), flush=True)


def curve(metrics: Path) -> list[dict[str, Any]]:
    """Some of the lines of a run's metrics, and all of its validations."""
    lines = [json.loads(line) for line in metrics.read_text().splitlines()]
    losses = [line for line in lines if "prog" in line]
    names = ("programs", "seconds", "prog", "exec", "accuracy", "exec_accuracy")
    kept = [{name: line[name] for name in names} for line in losses[CURVE_STEP - 1 :: CURVE_STEP]]
    measured = ("programs", "seconds", "valid_top1", "valid_solved", "valid_oracle")
    kept += [{name: line[name] for name in measured} for line in lines if "valid_solved" in line]
    return sorted(kept, key=lambda line: line["programs"])


def main() -> None:
    """Train what is not trained, then evaluate what is not evaluated."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="shards of `lasynth generate`")
    parser.add_argument("--runs", type=Path, default=Path("runs/table4"), help="where runs are kept")
    parser.add_argument("--only", nargs="*", default=[], metavar="SYSTEM-sSEED")
    parser.add_argument("--step", choices=["train", "evaluate"], help="only this")
    parser.add_argument("--machine", default="one core of two shared CPU cores, no accelerator")
    options = parser.parse_args()
    study = read_study()
    titles = {row["system"]: row["title"] for row in study["rows"]}
    for step in ("train", "evaluate"):
        if options.step not in (None, step):
            continue
        for system, seed in study["runs"]:
            name = f"{system}-s{seed}"
            folder = options.runs / name
            if options.only and name not in options.only:
                continue
            with claimed(folder) as mine:
                if not mine:
                    continue
                if step == "train":
                    train(system, seed, options.data, folder)
                elif (folder / "trained").exists() and not (HERE / "results" / f"{name}.json").exists():
                    evaluate(system, seed, folder, titles[system], options.machine)


if __name__ == "__main__":
    main()
