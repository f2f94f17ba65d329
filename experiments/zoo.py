"""Make the models of the zoo from nothing: generate, train, evaluate, and write model, card and page.

    python experiments/zoo.py [NAME ...] [--runs runs] [--data data] [--ship]

`zoo.toml` says how each is made. What is there is not made again, and a training that was stopped goes on, so
the same command continues. It takes days on one core; the cards say how long each took. At last the new model
is compared with the shipped one on the same tasks. `--ship` puts it in its place, with its card and its page
in `docs/results`. The tasks of a test set with `each = true` are listed one by one, with whether a program of
the training data solves them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tomllib
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from lasynth import domains
from lasynth.config import Config, Count, Size, Width, read
from lasynth.data.dataset import Dataset
from lasynth.evaluation import Evaluation, Record
from lasynth.evaluation.intervals import Rate
from lasynth.files import write_whole
from lasynth.grammar import IntArray
from lasynth.models import build, save
from lasynth.models.vocabulary import fitted
from lasynth.search import Problem
from lasynth.task import Task
from lasynth.training.checkpoint import load_checkpoint
from lasynth.training.config import TrainConfig

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


@dataclass(frozen=True, slots=True)
class DataSet(Config):
    """What `lasynth generate` makes.

    Attributes:
        seed, num, shards: its options.
        config: a named setting or a file; the language's default without one.
    """

    seed: Count
    num: Size
    shards: Size
    config: str | None = None

    def options(self, domain: str) -> list[str]:
        """The options of the command."""
        options = ["--domain", domain, *(["--config", self.config] if self.config else [])]
        return [*options, "--seed", str(self.seed), "--num", str(self.num), "--shards", str(self.shards)]


@dataclass(frozen=True, slots=True)
class Run(Config):
    """A training run.

    Attributes:
        preset: the name of its preset and of its folder.
        data, valid: its tasks.
    """

    preset: str
    data: tuple[DataSet, ...]
    valid: tuple[DataSet, ...]


@dataclass(frozen=True, slots=True)
class Search(Config):
    """The options of `lasynth evaluate`: how many tasks of each set, and how they are searched for."""

    num: Size
    beam: Width
    max_tokens: Size
    complete: bool = False
    grounded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe(Config):
    """How a model is made.

    Attributes:
        runs: in order; each but the first begins with the weights of the one before.
        sets: the file of the test sets, relative to `zoo.toml`.
        evaluate: how they are searched.
        machine: where it was made.
        domain: the language.
        default: whether it answers when no model is named.
        remarks: anything else a reader must know.
    """

    runs: tuple[Run, ...]
    sets: str
    evaluate: Search
    machine: str
    domain: str = domains.DEFAULT
    default: bool = False
    remarks: tuple[str, ...] = ()

    def in_words(self) -> str:
        """The training data in a sentence."""
        return "; ".join(
            f"run {number} ({run.preset}): "
            + " and ".join(f"lasynth generate {' '.join(one.options(self.domain))}" for one in run.data)
            for number, run in enumerate(self.runs, 1)
        )


@dataclass(frozen=True)
class Making:
    """The making of one model.

    Args:
        name: of the model.
        recipe: how it is made.
        runs_folder: of the training runs.
        data_folder: of the data sets.
    """

    name: str
    recipe: Recipe
    runs_folder: Path
    data_folder: Path

    @property
    def folders(self) -> list[Path]:
        """The folders of its runs."""
        return [self.runs_folder / run.preset for run in self.recipe.runs]

    @property
    def shards(self) -> list[Path]:
        """The folders of the training data of its runs."""
        return [self.data_folder / run.preset for run in self.recipe.runs]

    @cached_property
    def sets(self) -> dict[str, TestSet]:
        """Its test sets, by name; those without grounding only where the others are grounded."""
        path = ROOT / "experiments" / self.recipe.sets
        tables = tomllib.loads(path.read_text())
        found = {name: read(TestSet, table, where=f"{path}, {name}") for name, table in tables.items()}
        return {name: one for name, one in found.items() if one.grounded or self.recipe.evaluate.grounded}

    def train(self) -> None:
        """Generate and train what is not there yet: the runs behind the last one whose model is there."""
        made = [(folder / "model.safetensors").is_file() for folder in self.folders]
        first = max((number for number, one in enumerate(made, 1) if one), default=0)
        runs = list(zip(self.recipe.runs, self.folders, self.shards, strict=True))
        for run, folder, data in runs[first:]:
            for split, sets in (("train", run.data), ("valid", run.valid)):
                for number, one in enumerate(sets):
                    # `lasynth generate` makes one set a folder; sets of several kinds are read together.
                    place = data / f"{split}-{number}"
                    lasynth("generate", "--out", place, "--split", split, *one.options(self.recipe.domain))
                    for shard in place.glob("*.parquet"):
                        target = data / f"{split}-{number}-{shard.name.removeprefix(split + '-')}"
                        if not target.exists():
                            target.hardlink_to(shard)
            resume = ["--resume"] if (folder / "last.pt").is_file() else []
            lasynth("train", "--preset", run.preset, "--data", data, "--out", folder, *resume)

    def evaluate(self, key: str) -> Evaluation:
        """The verdicts on one test set, measured if need be."""
        model, one, search = self.folders[-1] / "model.safetensors", self.sets[key], self.recipe.evaluate
        details = self.folders[-1] / f"{key}.jsonl"
        grounded = search.grounded and one.grounded
        if not details.is_file():
            lasynth(
                *("evaluate", "--tasks", ROOT / one.file, "--model", model, "--num", search.num),
                *("--beam", search.beam, "--max-tokens", search.max_tokens, "--details", details),
                *(["--complete"] if search.complete else []),
                *(["--grounded"] if grounded else []),
            )
        records = tuple(Record(**json.loads(line)) for line in details.read_text().splitlines())
        title = f"{self.name}{', grounded,' if grounded else ''} on {one.file}"
        return Evaluation(
            records=records, domain=self.recipe.domain, method="beam", beam=search.beam, title=title
        )

    def ship(self) -> None:
        """Write the model, its card and its page."""
        states = states_of(self.folders)
        configs = [TrainConfig.from_json(one) for state in states for one in state["configs"]]
        config, last = configs[-1], load_checkpoint(self.folders[-1] / "last.pt")
        model_config, weights = fitted(config.model, last["average"], last, str(self.folders[-1]))
        model = build(model_config)
        model.load_state_dict(weights)
        scores = {key: self.evaluate(key) for key in self.sets}
        card = {
            **({"default": True} if self.recipe.default else {}),
            "name": self.name,
            "data": self.recipe.in_words(),
            "seed": config.seed,
            "machine": self.recipe.machine,
            "num_parameters": sum(parameter.numel() for parameter in model.parameters()),
            "minutes": round(sum(state["seconds"] for state in states) / 60),
            "num_programs": sum(state["programs"] for state in states),
            "num_distinct_programs": sum(state["distinct"] for state in states),
            "command": f"make zoo MODEL={self.name}",
            "remarks": list(self.recipe.remarks),
            "training": config.to_json(),
            **({"training_before": [c.to_json() for c in configs[:-1]]} if configs[1:] else {}),
            "scores": {key: found.to_json() for key, found in scores.items()},
        }
        for key in (key for key in scores if self.sets[key].each):
            known = known_functions(self.shards, Task.read(ROOT / self.sets[key].file))
            pairs = zip(scores[key].records, known, strict=True)
            card[f"{key}_trained_on"] = [record.id for record, seen in pairs if seen]
        with torch.no_grad():
            save(model, model_config, ROOT / "zoo" / f"{self.name}.safetensors", card)
        target = ROOT / "docs" / "results" / f"{self.name}.md"
        target.parent.mkdir(exist_ok=True)
        write_whole(target, page(card, self.sets, scores, self.folders).encode())


def lasynth(*arguments: object) -> None:
    """Run a command."""
    subprocess.run([sys.executable, "-m", "lasynth", *map(str, arguments)], check=True, cwd=ROOT)


def states_of(runs: list[Path]) -> list[dict[str, Any]]:
    """The configurations and the cost of runs; the card of a model alone tells of those before it, too."""
    states: list[dict[str, Any]] = []
    for run in reversed(runs):
        if (run / "last.pt").is_file():
            state = load_checkpoint(run / "last.pt")
            states.append({**state, "configs": [state["config"]], "distinct": int(state["seen"].sum())})
            continue
        card = json.loads((run / "model.json").read_text())
        of_card = {
            "configs": [*card.get("training_before", []), card["training"]],
            "seconds": 60 * card["minutes"],
            "programs": card["num_programs"],
            "distinct": card["num_distinct_programs"],
        }
        return [of_card, *reversed(states)]
    return states[::-1]


def learning_curve(run: Path) -> list[dict[str, Any]]:
    """The validations of a run; none where only its model is there."""
    metrics = run / "metrics.jsonl"
    lines = [json.loads(line) for line in metrics.read_text().splitlines()] if metrics.is_file() else []
    return [line for line in lines if "valid_solved" in line]


def compare(found: Evaluation, shipped: dict[str, Any], key: str) -> str:
    """A line on a test set: the new model and the shipped one, whose card has no verdicts task by task."""
    new = Rate.of(record.consistent for record in found.records)
    totals = shipped.get("scores", {}).get(key, {}).get("totals", {}).get("consistent")
    old = "not measured" if totals is None else str(Rate(totals["num_right"], totals["num_tasks"]))
    return f"{key}: consistent@{found.beam} {new}, shipped {old}"


def known_functions(shards: list[Path], tasks: list[Task]) -> list[bool]:
    """For each task, whether some training program is right on all of its examples."""
    known = np.any([_known_functions(folder, tasks) for folder in shards], axis=0)
    return [bool(one) for one in known]


def _known_functions(shards: Path, tasks: list[Task]) -> npt.NDArray[np.bool_]:
    tokens_PT = Dataset.open(shards, split="train").tokens_PT
    blocks = [tokens_PT[first : first + CHUNK].astype(np.int32) for first in range(0, len(tokens_PT), CHUNK)]
    return np.array([any(_some_right(block, Problem.of(task)) for block in blocks) for task in tasks])


def _some_right(tokens_PT: IntArray, problem: Problem) -> bool:
    """Whether one of some programs is right on all examples; few are on the first."""
    first = replace(problem, inputs_KN=problem.inputs_KN[:1], outputs_KN=problem.outputs_KN[:1])
    return bool(problem.right(list(tokens_PT[first.consistent(list(tokens_PT))])).any())


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
        "Made by `experiments/zoo.py` from what `lasynth evaluate` wrote; the words are those of",
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
    columns = {"consistent@64": "consistent", "oracle@64": "oracle", "completed": "completed"}
    if not any(record.completed for record in found.records):
        del columns["completed"]
    lines = [
        "",
        "*Trained on*: some program of the training data computes the very function.",
        f"{sum(known)} of the {len(known)} tasks are such. Solved are of these",
        f"{count(found, known, True)}, and of the others {count(found, known, False)}.",
        "",
        f"| task | {' | '.join(columns)} | {floor_name(found.domain)} | trained on |",
        f"|---{'|---' * len(columns)}|---|---|",
    ]
    for record, seen in zip(found.records, known, strict=True):
        verdicts = (*(getattr(record, name) for name in columns.values()), record.floor, seen)
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
    """Make models, and compare or ship them."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="models of zoo.toml; all without any")
    parser.add_argument("--runs", type=Path, default=ROOT / "runs", help="where runs are kept")
    parser.add_argument("--data", type=Path, default=ROOT / "data" / "zoo", help="where data sets are kept")
    parser.add_argument("--ship", action="store_true", help="put the model into the zoo")
    options = parser.parse_args()
    path = ROOT / "experiments" / "zoo.toml"
    tables = tomllib.loads(path.read_text())
    for name in options.names or tables:
        recipe = read(Recipe, tables[name], where=f"{path}, {name}")
        making = Making(name, recipe, options.runs, options.data)
        making.train()
        card = ROOT / "zoo" / f"{name}.json"
        shipped = json.loads(card.read_text()) if card.is_file() else {}
        for key in making.sets:
            print(f"{name}, {compare(making.evaluate(key), shipped, key)}", flush=True)
        if options.ship:
            making.ship()


if __name__ == "__main__":
    main()
