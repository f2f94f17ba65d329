"""The losses of a seeded training of every kind of model: the proof that a refactoring moves none.

Run it before and after a refactoring on the same data, and compare the two files. They contain every loss in
full precision:

    python experiments/losses.py --data FOLDER --out before.json
    python experiments/losses.py --data FOLDER --out after.json --same-as before.json

The first run fills the folder with generated tasks. All models are tiny; a run takes a few minutes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

from lasynth import models
from lasynth.data.dataset import Dataset
from lasynth.training.config import TrainConfig, read_config
from lasynth.training.loop import Trainer

UPDATES, BATCH, MAX_TOKENS = 200, 4, 40
GENERATE = {
    "c": ("--config", "mixed", "--seed", "11", "--num", "400"),
    "karel": ("--domain", "karel", "--seed", "12", "--num", "300"),
}
SIZES = {
    "embedding": 8,
    "hidden": 16,
    "decoder": 16,
    "pair": 16,
    "reading": 16,
    "example": 16,
    "channels": 4,
    "blocks": 1,
    "decoder_layers": 1,
    "grid": 8,
    "writer": 8,
    "beam": 2,
}
PRESETS = (
    "c-small",
    "c-study",
    "end-supervision",
    "no-executor",
    "no-partial-executor",
    "no-op-predictor",
    "no-attention-in-decoding",
    "paper-parts",
    "robustfill",
    "property-signatures",
    "karel-lasynth",
    "karel-no-executor",
    "karel-paper",
    "karel-bunel",
    "karel-bunel-syntax",
    "karel-bunel-paper",
    "karel-exec",
    "karel-shin-trace",
    "karel-shin-code",
    "karel-bunel-rl",
)
# Trained on the shortest programs, because reinforcement learns nothing if no program is right.
EASY, NUM_EASY = ("karel-bunel", "karel-bunel-rl"), 12
NEEDS = {"karel-shin-code": ("traces", "karel-shin-trace"), "karel-bunel-rl": ("start", "karel-bunel")}


def config_of(preset: str, runs: Path) -> TrainConfig:
    """The preset with tiny sizes; a run that it begins with is the one of another preset."""
    obj = read_config(preset).to_json()
    obj["model"] |= {key: size for key, size in SIZES.items() if key in obj["model"]}
    obj |= {"batch_size": BATCH, "num_programs": UPDATES * BATCH, "max_tokens": MAX_TOKENS, "warmup": 20}
    obj |= {"curriculum": [], "replay": None}
    if preset in EASY:
        obj["learning_rate"] = 1e-3 if obj.get("reinforce") else 1e-2
    if obj.get("reinforce"):
        obj["reinforce"] = {"beam": 8, "bag": 3}
    if preset in NEEDS:
        key, needed = NEEDS[preset]
        obj[key] = str(runs / needed)
    return TrainConfig.from_json(obj)


def losses_of(preset: str, data: Dataset, runs: Path) -> list[dict[str, float]]:
    """Every loss of every update; the model is saved for the presets that begin with it."""
    config = config_of(preset, runs)
    trainer = Trainer(config, data, runs / preset)
    found: list[dict[str, float]] = []
    update = trainer.update

    def recorded(batch: Any) -> dict[str, torch.Tensor]:
        metrics = update(batch)
        found.append({name: float(value) for name, value in metrics.items()})
        return metrics

    trainer.update = recorded
    for _ in trainer.run():
        pass
    models.save(trainer.average, config.model, runs / preset / "model.safetensors", {})
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="generated tasks; made if there are none")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--same-as", type=Path, help="losses that these must equal")
    parser.add_argument("--presets", nargs="+", default=list(PRESETS))
    options = parser.parse_args()
    torch.set_num_threads(1)
    for domain, arguments in GENERATE.items():
        folder = options.data / domain
        if not folder.is_dir():
            command = [sys.executable, "-m", "lasynth", "generate", "--out", str(folder), *arguments]
            subprocess.run(command, check=True)
    data = {domain: Dataset.open(options.data / domain, split="train") for domain in GENERATE}
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for preset in options.presets:
            begun = time.monotonic()
            domain = read_config(preset).model.domain
            chosen = data[domain]
            if preset in EASY:
                chosen = chosen.rows(np.argsort(chosen.lengths_P, kind="stable")[:NUM_EASY])
            found[preset] = losses_of(preset, chosen, Path(folder))
            first, last = found[preset][0]["loss"], found[preset][-1]["loss"]
            options.out.write_text(json.dumps(found) + "\n")
            print(f"{preset}: loss {first:.3f} to {last:.3f}, {time.monotonic() - begun:.0f} s", flush=True)
    if options.same_as is not None:
        before = json.loads(options.same_as.read_text())
        other = [preset for preset in found if found[preset] != before[preset]]
        print(f"other losses: {', '.join(other)}" if other else "all losses are the same")
        sys.exit(bool(other))


if __name__ == "__main__":
    main()
