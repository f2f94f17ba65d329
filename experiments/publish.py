r"""Put a training run into the zoo: weights, card, and a page with its scores.

The scores come from the files that `lasynth evaluate --details` wrote; nothing is measured here.

    python experiments/publish.py --run runs/c-small --name c-small \\
        --test experiments/c-small/test.jsonl --lists experiments/c-small/lists.jsonl \\
        --data "353,933 tasks: ..." --machine "2 CPU cores"
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import torch

from lasynth.evaluation import Evaluation, Record
from lasynth.models import build, save
from lasynth.training.checkpoint import load_checkpoint
from lasynth.training.config import TrainConfig

BEAM = 64


def read_details(paths: list[Path], title: str) -> Evaluation:
    """The verdicts of one test set, which may have been evaluated in parts."""
    lines = [line for path in paths for line in path.read_text().splitlines()]
    records = tuple(Record(**json.loads(line)) for line in lines)
    return Evaluation(records=records, domain="c", method="beam", beam=BEAM, title=title)


def learning_curve(run: Path) -> list[dict[str, Any]]:
    """The validations of a run."""
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return [line for line in lines if "valid_solved" in line]


def page(name: str, card: dict[str, Any], test: Evaluation, lists: Evaluation, run: Path) -> str:
    """The page of `docs/results`."""
    curve = [
        f"| {line['programs']:,} | {line['seconds'] / 60:.0f} | {100 * line['valid_top1']:.1f} "
        f"| {100 * line['valid_solved']:.1f} | {100 * line['valid_oracle']:.1f} |"
        for line in learning_curve(run)
    ]
    tasks = [
        f"| {record.id} | {'yes' if record.consistent else 'no'} | {'yes' if record.oracle else 'no'} "
        f"| {'yes' if record.floor else 'no'} |"
        for record in lists.records
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
            "## Tasks that people think of: `examples/lists`",
            "",
            lists.render(markdown=True),
            "",
            "| task | consistent@64 | oracle@64 | affine fit |",
            "|---|---|---|---|",
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


def main() -> None:
    """Read the run and the verdicts, write the model, its card and its page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--test", type=Path, nargs="+", required=True)
    parser.add_argument("--lists", type=Path, required=True)
    parser.add_argument("--data", required=True, help="what the training data is, in a sentence")
    parser.add_argument("--machine", required=True)
    parser.add_argument("--remark", action="append", default=[], help="anything else a reader must know")
    options = parser.parse_args()
    state = load_checkpoint(options.run / "last.pt")
    config = TrainConfig.from_json(state["config"])
    model = build(config.model)
    model.load_state_dict(state["average"])
    test = read_details(options.test, f"{options.name} on experiments/c-small/test.parquet")
    lists = read_details([options.lists], f"{options.name} on examples/lists/tasks.jsonl")
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
        "scores": {"test": test.to_json(), "lists": lists.to_json()},
    }
    root = Path(__file__).parents[1]
    with torch.no_grad():
        save(model, config.model, root / "zoo" / f"{options.name}.safetensors", card)
    target = root / "docs" / "results" / f"{options.name}.md"
    target.parent.mkdir(exist_ok=True)
    target.write_text(page(options.name, card, test, lists, options.run))


if __name__ == "__main__":
    main()
