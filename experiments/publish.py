r"""Put a training run into the zoo: weights, card, and a page with its scores.

The scores come from the files that `lasynth evaluate --details` wrote. One thing only is measured here: which
of the tasks that people think of are computed by some program of the training data.

    python experiments/publish.py --run runs/c-small --name c-small \\
        --test experiments/c-small/test.jsonl --idioms experiments/c-small/idioms.jsonl \\
        --lists experiments/c-small/lists.jsonl --shards runs/c-small/data \\
        --data "353,933 tasks: ..." --machine "2 CPU cores"
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import torch

from lasynth.data.dataset import Dataset
from lasynth.domains.base import Status
from lasynth.domains.c.machine import run_batch
from lasynth.evaluation import Evaluation, Record
from lasynth.models import build, save
from lasynth.task import Task
from lasynth.training.checkpoint import load_checkpoint
from lasynth.training.config import TrainConfig

BEAM = 64
CHUNK = 4096  # programs run at a time
LISTS = Path(__file__).parents[1] / "examples" / "lists" / "tasks.jsonl"


def read_details(paths: list[Path], title: str) -> Evaluation:
    """The verdicts of one test set, which may have been evaluated in parts."""
    lines = [line for path in paths for line in path.read_text().splitlines()]
    records = tuple(Record(**json.loads(line)) for line in lines)
    return Evaluation(records=records, domain="c", method="beam", beam=BEAM, title=title)


def learning_curve(run: Path) -> list[dict[str, Any]]:
    """The validations of a run."""
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return [line for line in lines if "valid_solved" in line]


def known_functions(shards: Path, tasks: list[Task]) -> list[bool]:
    """For each task, whether some training program is right on all of its examples."""
    data = Dataset.open(shards, split="train")
    examples = [[*task.examples, *task.held_out] for task in tasks]
    bounds = np.cumsum([0, *map(len, examples)])
    inputs = np.array([example.input for some in examples for example in some], dtype=np.int32)
    wanted = np.array([example.output for some in examples for example in some], dtype=np.int32)
    known = np.zeros(len(tasks), dtype=bool)
    for first in range(0, len(data), CHUNK):
        tokens = data.tokens_PT[first : first + CHUNK].astype(np.int32)
        outputs, statuses = run_batch(tokens, inputs)
        right = (outputs == wanted).all(axis=2) & (statuses == Status.OK)
        for number in range(len(tasks)):
            known[number] |= right[:, bounds[number] : bounds[number + 1]].all(axis=1).any()
    return known.tolist()


def page(
    name: str,
    card: dict[str, Any],
    test: Evaluation,
    idioms: Evaluation,
    lists: Evaluation,
    known: list[bool],
    run: Path,
) -> str:
    """The page of `docs/results`."""
    curve = [
        f"| {line['programs']:,} | {line['seconds'] / 60:.0f} | {100 * line['valid_top1']:.1f} "
        f"| {100 * line['valid_solved']:.1f} | {100 * line['valid_oracle']:.1f} |"
        for line in learning_curve(run)
    ]
    tasks = [
        f"| {record.id} | {'yes' if record.consistent else 'no'} | {'yes' if record.oracle else 'no'} "
        f"| {'yes' if record.floor else 'no'} | {'yes' if seen else 'no'} |"
        for record, seen in zip(lists.records, known, strict=True)
    ]
    facts = {key: card[key] for key in ("data", "seed", "machine", "minutes", "num_parameters")}
    facts["programs shown in training"] = (
        f"{card['num_programs']:,} ({card['num_distinct_programs']:,} different)"
    )
    return "\n".join(
        [
            f"# {name}",
            "",
            "Made by `experiments/publish.py` from what `lasynth evaluate` wrote; the words are those of",
            "[metrics](../metrics.md).",
            "",
            *(f"- {key}: {value}" for key, value in facts.items()),
            *(f"- {line}" for line in card["remarks"]),
            "",
            "## 1,000 generated test tasks",
            "",
            test.render(markdown=True),
            "",
            "## 1,000 generated tasks of idioms",
            "",
            idioms.render(markdown=True),
            "",
            "## Tasks that people think of: `examples/lists`",
            "",
            lists.render(markdown=True),
            "",
            "*Trained on*: some program of the training data computes the very function.",
            f"{sum(known)} of the {len(known)} tasks are such. Solved are of these",
            f"{count(lists, known, True)}, and of the others {count(lists, known, False)}.",
            "",
            "| task | consistent@64 | oracle@64 | affine fit | trained on |",
            "|---|---|---|---|---|",
            *tasks,
            "",
            "## Learning curve",
            "",
            "200 validation tasks, beam 16, per cent; minutes are those of training alone.",
            "",
            "| programs | minutes | first of the beam | consistent@16 | oracle@16 |",
            "|---|---|---|---|---|",
            *curve,
            "",
        ]
    )


def count(lists: Evaluation, known: list[bool], wanted: bool) -> int:
    """Solved tasks among those that are, or are not, trained on."""
    pairs = zip(lists.records, known, strict=True)
    return sum(record.consistent for record, seen in pairs if seen is wanted)


def main() -> None:
    """Read the run and the verdicts, write the model, its card and its page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--test", type=Path, nargs="+", required=True)
    parser.add_argument("--idioms", type=Path, nargs="+", required=True)
    parser.add_argument("--lists", type=Path, required=True)
    parser.add_argument("--shards", type=Path, required=True, help="the training data")
    parser.add_argument("--data", required=True, help="what the training data is, in a sentence")
    parser.add_argument("--machine", required=True)
    parser.add_argument("--remark", action="append", default=[], help="anything else a reader must know")
    options = parser.parse_args()
    state = load_checkpoint(options.run / "last.pt")
    config = TrainConfig.from_json(state["config"])
    model = build(config.model)
    model.load_state_dict(state["average"])
    test = read_details(options.test, f"{options.name} on experiments/c-small/test.parquet")
    idioms = read_details(options.idioms, f"{options.name} on experiments/c-small/idioms.parquet")
    lists = read_details([options.lists], f"{options.name} on examples/lists/tasks.jsonl")
    known = known_functions(options.shards, Task.read(LISTS))
    card = {
        "name": options.name,
        "data": options.data,
        "seed": config.seed,
        "machine": options.machine,
        "minutes": round(state["seconds"] / 60),
        "num_parameters": sum(parameter.numel() for parameter in model.parameters()),
        "num_programs": state["programs"],
        "num_distinct_programs": int(state["seen"].sum()),
        "command": f"lasynth train --preset {options.name} --data DATA --out {options.run}",
        "remarks": options.remark,
        "training": config.to_json(),
        "scores": {"test": test.to_json(), "idioms": idioms.to_json(), "lists": lists.to_json()},
        "lists_trained_on": [record.id for record, seen in zip(lists.records, known, strict=True) if seen],
    }
    root = Path(__file__).parents[1]
    with torch.no_grad():
        save(model, config.model, root / "zoo" / f"{options.name}.safetensors", card)
    target = root / "docs" / "results" / f"{options.name}.md"
    target.parent.mkdir(exist_ok=True)
    target.write_text(page(options.name, card, test, idioms, lists, known, options.run))


if __name__ == "__main__":
    main()
