"""A small run of iterative retraining, and what it leaves."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from lasynth.data.generate import generate
from lasynth.domains.c.generator import CTaskGenerator
from lasynth.domains.c.grammar import FIRST_INT
from lasynth.models import LaSynthConfig, zoo_folder
from lasynth.training.config import TrainConfig
from lasynth.training.regeneration import Decoding
from lasynth.training.retraining import RetrainConfig

MODEL = LaSynthConfig(FIRST_INT + 17, embedding=8, hidden=16, decoder=12, heads=1)
TRAIN = TrainConfig(MODEL, batch_size=8, num_programs=48, warmup=5)
CONFIG = RetrainConfig(TRAIN, Decoding(beam=4, max_tokens=40))
SHIPPED = zoo_folder() / "c-small.safetensors"


def make_data(folder: Path) -> None:
    """Write two shards whose references are as they were drawn: most of them can be shorter."""
    raw = dataclasses.replace(CTaskGenerator.named("small"), simplify=False)
    generate(folder, raw, num_tasks=40, seed=3, num_shards=2)
    generate(folder, raw, split="valid", num_tasks=6, seed=3)


def contents(folder: Path) -> dict[str, object]:
    """All that a run leaves but the checkpoints of its trainings, without what measures time."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_dir() or "run" in path.relative_to(folder).parts:
            continue
        if path.name == "evaluation.json":
            document = json.loads(path.read_text())
            del document["seconds"]
            for record in document["records"]:
                del record["seconds"]
            found[str(path.relative_to(folder))] = document
        else:
            found[str(path.relative_to(folder))] = path.read_bytes()
    return found
