r"""Put a training run into the zoo: weights, card, and a page with its scores.

The scores come from the files that `lasynth evaluate --details` wrote, one for each test set of a TOML file
(`experiments/c-small/sets.toml`), which has a `heading` and a `file` for each set. Searches are those of
`lasynth solve`, grounded where the model can be, unless a set has `grounded = false`. The tasks of a set with
`each = true` are listed one by one; this script determines which of them a program of the training data
solves.

    python experiments/publish.py --run runs/c-small --name c-small --default --shards runs/c-small/data \\
        --sets experiments/c-small/sets.toml \\
        --scores test=experiments/c-small/test.jsonl lists=experiments/c-small/lists.jsonl \\
        --data "353,933 tasks: ..." --machine "2 CPU cores" \\
        --command "lasynth train --preset c-small --data data --out runs/c-small"
"""

from __future__ import annotations

import argparse
import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from lasynth import domains
from lasynth.config import Config, read
from lasynth.data.dataset import Dataset
from lasynth.domains.base import right_examples
from lasynth.evaluation import Evaluation, Record
from lasynth.files import write_whole
from lasynth.models import build, save
from lasynth.models.vocabulary import fitted
from lasynth.task import Task
from lasynth.training.checkpoint import load_checkpoint
from lasynth.training.config import TrainConfig

BEAM = 64
CHUNK = 4096  # programs run together
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class TestSet(Config):
    """A test set of a page.

    Attributes:
        heading: its heading on the page.
        file: the file of the tasks, relative to the root of the repository.
        grounded: whether the model is grounded where it can be.
        each: whether the tasks are listed one by one.
    """

    heading: str
    file: str
    grounded: bool = True
    each: bool = False


def read_sets(path: Path) -> dict[str, TestSet]:
    """The test sets of a TOML file, by name."""
    tables = tomllib.loads(path.read_text())
    return {name: read(TestSet, table, where=f"{path}, {name}") for name, table in tables.items()}


def read_details(path: Path, domain: str, title: str) -> Evaluation:
    """The verdicts on one test set."""
    records = tuple(Record(**json.loads(line)) for line in path.read_text().splitlines())
    return Evaluation(records=records, domain=domain, method="beam", beam=BEAM, title=title)


def learning_curve(run: Path) -> list[dict[str, Any]]:
    """The validations of a run."""
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    return [line for line in lines if "valid_solved" in line]


def budget(runs: list[Path]) -> dict[str, int]:
    """The total cost of runs that each began with the weights of the previous one."""
    states = [load_checkpoint(run / "last.pt") for run in runs]
    return {
        "minutes": round(sum(state["seconds"] for state in states) / 60),
        "num_programs": sum(state["programs"] for state in states),
        "num_distinct_programs": sum(int(state["seen"].sum()) for state in states),
    }


def known_functions(shards: list[Path], tasks: list[Task]) -> list[bool]:
    """For each task, whether some training program is right on all of its examples."""
    return np.any([_known_functions(folder, tasks) for folder in shards], axis=0).tolist()


def _known_functions(shards: Path, tasks: list[Task]) -> npt.NDArray[np.bool_]:
    data = Dataset.open(shards, split="train")
    language = domains.get(data.domain)
    encoded = [language.encode([*task.examples, *task.held_out]) for task in tasks]
    bounds = np.cumsum([0, *(len(inputs) for inputs, _ in encoded)])
    inputs, wanted = (np.concatenate(arrays) for arrays in zip(*encoded, strict=True))
    known = np.zeros(len(tasks), dtype=bool)
    for first in range(0, len(data), CHUNK):
        tokens = data.tokens_PT[first : first + CHUNK].astype(np.int32)
        right = right_examples(*language.machine.run_batch(tokens, inputs), wanted)
        for number in range(len(tasks)):
            known[number] |= right[:, bounds[number] : bounds[number + 1]].all(axis=1).any()
    return known


def page(
    card: dict[str, Any], sets: dict[str, TestSet], scores: dict[str, Evaluation], runs: list[Path]
) -> str:
    """The page of `docs/results`."""
    facts = {key: card[key] for key in ("data", "seed", "machine", "minutes", "num_parameters")}
    facts["programs shown in training"] = (
        f"{card['num_programs']:,} ({card['num_distinct_programs']:,} different"
        f"{', counted for each run' if len(runs) > 1 else ''})"
    )
    lines = [
        f"# {card['name']}",
        "",
        "Made by `experiments/publish.py` from what `lasynth evaluate` wrote; the words are those of",
        "[metrics](../metrics.md).",
        "",
        *(f"- {key}: {value}" for key, value in facts.items()),
        *(f"- {line}" for line in card["remarks"]),
    ]
    for key, found in scores.items():
        lines += ["", f"## {sets[key].heading}", "", found.render(markdown=True).rstrip()]
        if sets[key].each:
            lines += each_task(found, card[f"{key}_trained_on"])
    lines += ["", "## Learning curve", ""]
    lines += [f"{card['training']['num_validate']} validation tasks, beam 16, per cent; minutes of training."]
    if len(runs) > 1:
        lines += ["Programs and minutes are those of each run; the validation tasks may differ."]
    lines += [
        "",
        "| programs | minutes | first of the beam | consistent@16 | oracle@16 |",
        "|---:|---:|---:|---:|---:|",
    ]
    for line in (line for run in runs for line in learning_curve(run)):
        rates = (100 * line[f"valid_{name}"] for name in ("top1", "solved", "oracle"))
        shown = [f"{line['programs']:,}", f"{line['seconds'] / 60:.0f}", *(f"{rate:.1f}" for rate in rates)]
        lines.append(f"| {' | '.join(shown)} |")
    return "\n".join([*lines, ""])


def each_task(found: Evaluation, trained_on: list[str]) -> list[str]:
    """The tasks of a test set, one by one."""
    known = [record.id in trained_on for record in found.records]
    lines = [
        "",
        "*Trained on*: some program of the training data computes the very function.",
        f"{sum(known)} of the {len(known)} tasks are such. Solved are of these",
        f"{count(found, known, True)}, and of the others {count(found, known, False)}.",
        "",
        f"| task | consistent@64 | oracle@64 | completed | {floor_name(found.domain)} | trained on |",
        "|---|---|---|---|---|---|",
    ]
    for record, seen in zip(found.records, known, strict=True):
        verdicts = record.consistent, record.oracle, record.completed, record.floor, seen
        lines.append(f"| {record.id} | {' | '.join('yes' if verdict else 'no' for verdict in verdicts)} |")
    return lines


def floor_name(domain: str) -> str:
    """The name in tables of a language's search without learning."""
    floor = domains.get(domain).floor
    return "floor" if floor is None else floor.words.name


def count(found: Evaluation, known: list[bool], wanted: bool) -> int:
    """The number of solved tasks among those that are, or are not, in the training data."""
    pairs = zip(found.records, known, strict=True)
    return sum(record.consistent for record, seen in pairs if seen is wanted)


def main() -> None:
    """Read the run and the verdicts, write the model, its card and its page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--sets", type=Path, required=True, help="the test sets (TOML)")
    parser.add_argument("--scores", nargs="+", required=True, metavar="SET=FILE")
    parser.add_argument("--default", action="store_true", help="it answers when no model is named")
    parser.add_argument(
        "--before", type=Path, nargs="+", default=[], help="the runs whose weights it began with, in order"
    )
    parser.add_argument(
        "--shards", type=Path, nargs="+", help="the training data, where tasks are listed one by one"
    )
    parser.add_argument("--data", required=True, help="what the training data is, in a sentence")
    parser.add_argument("--machine", required=True)
    parser.add_argument("--command", required=True, help="what trained it")
    parser.add_argument("--remark", action="append", default=[], help="anything else a reader must know")
    options = parser.parse_args()
    state = load_checkpoint(options.run / "last.pt")
    runs = [*options.before, options.run]
    configs = [TrainConfig.from_json(load_checkpoint(run / "last.pt")["config"]) for run in runs]
    config = configs[-1]
    model_config, weights = fitted(config.model, state["average"], state, str(options.run))
    model = build(model_config)
    model.load_state_dict(weights)
    sets = read_sets(options.sets)
    scores = {}
    for pair in options.scores:
        key, _, file = pair.partition("=")
        grounded = model.can_be_grounded and sets[key].grounded
        title = f"{options.name}{', grounded,' if grounded else ''} on {sets[key].file}"
        scores[key] = read_details(Path(file), model_config.domain, title)
    card = {
        **({"default": True} if options.default else {}),
        "name": options.name,
        "data": options.data,
        "seed": config.seed,
        "machine": options.machine,
        "num_parameters": sum(parameter.numel() for parameter in model.parameters()),
        **budget(runs),
        "command": options.command,
        "remarks": options.remark,
        "training": config.to_json(),
        **({"training_before": [c.to_json() for c in configs[:-1]]} if options.before else {}),
        "scores": {key: found.to_json() for key, found in scores.items()},
    }
    for key in (key for key in scores if sets[key].each):
        known = known_functions(options.shards, Task.read(ROOT / sets[key].file))
        pairs = zip(scores[key].records, known, strict=True)
        card[f"{key}_trained_on"] = [record.id for record, seen in pairs if seen]
    with torch.no_grad():
        save(model, model_config, ROOT / "zoo" / f"{options.name}.safetensors", card)
    target = ROOT / "docs" / "results" / f"{options.name}.md"
    target.parent.mkdir(exist_ok=True)
    write_whole(target, page(card, sets, scores, runs).encode())


if __name__ == "__main__":
    main()
