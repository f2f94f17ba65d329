"""Run the chains of a study of iterative retraining, and save what the figures are made from.

    python experiments/retrain.py experiments/retraining --runs runs/retraining [--only SYSTEM-SIZE ...]

`retraining.toml` names the systems and the sizes of their data sets (`lasynth.evaluation.rounds`). The data
sets of a system are the first tasks of one. A chain that has a result is left out; one that was stopped goes
on where it stood.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np

from lasynth.data.dataset import Dataset
from lasynth.errors import InUseError
from lasynth.evaluation.records import Evaluation
from lasynth.evaluation.results import TaskSet, task_set_digest
from lasynth.evaluation.rounds import (
    Chain,
    ChainRound,
    Programs,
    Replaced,
    RoundsStudy,
    SystemEntry,
    read_rounds_study,
)
from lasynth.files import claimed, write_whole

SHARD = 500  # tasks; a shard that is decoded is not decoded again
NUM_VALID = 300
NUM_REPLACED = 8  # programs of the page before-and-after
SEED = 0  # of their draw


def lasynth(*arguments: str) -> None:
    """Run a command."""
    subprocess.run([sys.executable, "-m", "lasynth", *arguments], check=True)


def data_of(system: SystemEntry, size: int, study: Path, runs: Path) -> Path:
    """The folder with the first `size` tasks of a system, made if need be."""
    whole = runs / f"{system.domain}-data"
    settings = ("--out", str(whole), "--domain", system.domain, "--config", str(study / system.config))
    largest = max(system.sizes)
    num_shards = -(-largest // SHARD)
    made = ("--seed", str(system.seed), "--num")
    lasynth("generate", *settings, *made, str(num_shards * SHARD), "--shards", str(num_shards))
    lasynth("generate", *settings, *made, str(NUM_VALID), "--split", "valid")
    folder = runs / f"{system.domain}-data-{size}"
    folder.mkdir(exist_ok=True)
    for shard in [*sorted(whole.glob("train-*"))[: -(-size // SHARD)], *whole.glob("valid-*")]:
        if not (folder / shard.name).exists():
            shutil.copy(shard, folder)
    return folder


def run(system: SystemEntry, size: int, study: Path, runs: Path, rounds: int) -> Path:
    """Run a chain, or what is left of it; its folder."""
    data = data_of(system, size, study, runs)
    folder = runs / f"{system.name}-{size}"
    lasynth(
        "retrain",
        *("--data", str(data), "--out", str(folder), "--config", str(study / system.training)),
        *("--tasks", str(study / system.tasks), "--num", str(system.num_test)),
        *("--rounds", str(rounds), "--beam", str(system.beam), "--max-tokens", str(system.max_tokens)),
    )
    return folder


def chain_of(system: SystemEntry, size: int, study: Path, folder: Path, runs: Path, machine: str) -> Chain:
    """What a finished chain leaves, for the study."""
    settings = json.loads((folder / "retrain.json").read_text())
    tasks = Dataset.open(study / system.tasks, max_tasks=system.num_test).tasks()
    rounds = []
    for number in range(len(list(folder.glob("round-*/evaluation.json")))):
        place = folder / f"round-{number}"
        found = Evaluation.from_json(json.loads((place / "evaluation.json").read_text()))
        assert [record.id for record in found.records] == [task.id for task in tasks]
        verdicts = {
            name: "".join(str(int(getattr(record, name))) for record in found.records)
            for name in ("top1", "consistent", "oracle")
        }
        programs = Programs(**json.loads((place / "data.json").read_text()))
        rounds.append(ChainRound(programs=programs, **verdicts))
    before = Dataset.open(runs / f"{system.domain}-data-{size}", split="train")
    after = Dataset.open(folder / "round-1", split="train")
    replaced = np.flatnonzero(after.lengths_P < before.lengths_P)
    drawn = np.random.default_rng(SEED).permutation(replaced)[:NUM_REPLACED]
    return Chain(
        system=system.name,
        size=size,
        domain=system.domain,
        machine=machine,
        test_set=TaskSet(Path(system.tasks).parent.name, task_set_digest(tasks), len(tasks)),
        beam=system.beam,
        training=settings["train"],
        decoding=settings["decoding"],
        rounds=tuple(rounds),
        num_replaced=len(replaced),
        replaced=tuple(
            Replaced(round=1, task=int(row) + 1, before=program(before, row), after=program(after, row))
            for row in drawn
        ),
        seed=SEED,
    )


def program(data: Dataset, row: int) -> str:
    """The text of a reference."""
    tokens = data.table.tokens_PT[row, : data.lengths_P[row] - 1].astype(np.int32)
    return data.language.text.of_tokens(tokens)


def main() -> None:
    """Run the chains without a result, in order."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study", type=Path, help="the folder with retraining.toml")
    parser.add_argument("--runs", type=Path, required=True, help="where runs are kept")
    parser.add_argument("--only", nargs="*", default=[], metavar="SYSTEM-SIZE")
    parser.add_argument("--machine", default="one core of two shared CPU cores, no accelerator")
    options = parser.parse_args()
    study: RoundsStudy = read_rounds_study(options.study)
    chains = [(size, entry) for entry in study.systems for size in entry.sizes]
    for size, entry in sorted(chains, key=lambda chain: chain[0]):
        name = f"{entry.name}-{size}"
        result = options.study / "results" / f"{name}.json"
        if result.is_file() or (options.only and name not in options.only):
            continue
        try:
            with claimed(options.runs, name, leftovers=None):
                folder = run(entry, size, options.study, options.runs, study.rounds)
                chain = chain_of(entry, size, options.study, folder, options.runs, options.machine)
        except InUseError as error:
            sys.stderr.write(f"{error.where} {error.what}: left out\n")
            continue
        result.parent.mkdir(exist_ok=True)
        write_whole(result, (json.dumps(chain.to_dict(), indent=1, ensure_ascii=False) + "\n").encode())
        print(result, flush=True)


if __name__ == "__main__":
    main()
