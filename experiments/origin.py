"""Train the network that tells tasks of the two dialects of C apart: `src/lasynth/domains/c/origin.npz`.

    python experiments/origin.py [--num 12000] [--seed 7101] [--data data/origin]

Tasks of `restricted` are those of `lasynth generate --config small`. Those of `lists` are programs of
`experiments/c-lists/tasks.toml` that map five cells in [-4, 4] to five, on inputs drawn as the others are.
Both are of the split train, and the affine fit solves none of them. 1 to 8 examples of each are shown.
"""

from __future__ import annotations

import argparse
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from lasynth import domains
from lasynth.data.dataset import Dataset
from lasynth.domains.base import Array, Status
from lasynth.domains.c.origin import CELLS, properties
from lasynth.files import write_whole

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "src" / "lasynth" / "domains" / "c" / "origin.npz"
MOST, MOST_CELL = 8, 4  # examples, and the largest number of a shown list
HIDDEN, BATCH, EPOCHS, RATE, DECAY, DROPOUT = 64, 128, 8, 2e-3, 1e-2, 0.2
BLOCK, NUM_TRIED = 500, 30  # programs run together, and on how many inputs
NUM_VALIDATE = 4000
SMALL = "--config small --seed 777 --num 60000 --shards 1"
LISTS = "--config experiments/c-lists/tasks.toml --seed 6001 --num 200000 --shards 10"

Examples = tuple[Array, Array]


def generated(folder: Path, domain: str, *options: str) -> Dataset:
    """A data set of the split train; what is there is not made again."""
    place = str(folder / domain)
    command = [sys.executable, "-m", "lasynth", "generate", "--domain", domain, "--out", place, *options]
    subprocess.run(command, check=True, cwd=ROOT)
    return Dataset.open(place, split="train")


def of_restricted(data: Dataset, rng: np.random.Generator) -> Iterator[Examples]:
    """Examples of random programs of `restricted`."""
    for row in rng.permutation(len(data)):
        num = int(rng.integers(1, MOST + 1))
        yield data.inputs_PKN[row, :num].astype(np.int32), data.outputs_PKN[row, :num].astype(np.int32)


def of_lists(data: Dataset, rng: np.random.Generator) -> Iterator[Examples]:
    """Examples of programs of `lists`, as tasks of `restricted`."""
    language = domains.get("c-lists")
    for rows in np.array_split(rng.permutation(len(data)), len(data) // BLOCK):
        given = rng.integers(-MOST_CELL, MOST_CELL + 1, (NUM_TRIED, CELLS))
        inputs = [language.values.input_of(data.inputs_PKN[row, 0].astype(np.int32)) for row in rows]
        rows = rows[[isinstance(one, tuple) for one in inputs]]
        encoded = language.values.encode([tuple(one) for one in given.tolist()])
        outputs, statuses = language.machine.run_batch(data.tokens_PT[rows].astype(np.int32), encoded)
        for got, status in zip(outputs, statuses, strict=True):
            values = [language.values.decode(one) for one in got]
            kept = [
                number
                for number, value in enumerate(values)
                if status[number] == Status.OK
                and isinstance(value, tuple)
                and len(value) == CELLS
                and max(map(abs, value)) <= MOST_CELL
            ][: int(rng.integers(1, MOST + 1))]
            if kept:
                yield given[kept].astype(np.int32), np.array([values[number] for number in kept], np.int32)


def hard(examples: Iterator[Examples], num: int) -> list[np.ndarray]:
    """The properties of the first tasks that are not the identity and that the affine fit does not solve."""
    floor = domains.get("c").floor
    assert floor is not None
    found: list[np.ndarray] = []
    for inputs, outputs in examples:
        if (inputs != outputs).any() and floor.fit(inputs[None], outputs[None])[0] is None:
            found.append(properties(inputs, outputs))
            if len(found) == num:
                break
    return found


def fitted(of_small: Array, of_wider: Array, seed: int) -> tuple[dict[str, np.ndarray], float, float]:
    """The weights, and how the network does on tasks kept apart: nats a task, share told right."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    rows = torch.tensor(np.concatenate([of_small, of_wider]))
    wanted = torch.cat([torch.ones(len(of_small)), torch.zeros(len(of_wider))])
    order = torch.randperm(len(rows))
    rows, wanted = rows[order], wanted[order]
    mean, spread = rows.mean(0), rows.std(0).clamp_min(0.05)
    scaled = (rows - mean) / spread
    network = torch.nn.Sequential(
        torch.nn.Linear(rows.shape[1], HIDDEN),
        torch.nn.ReLU(),
        torch.nn.Dropout(DROPOUT),
        torch.nn.Linear(HIDDEN, 1),
    )
    optimizer = torch.optim.AdamW(network.parameters(), RATE, weight_decay=DECAY)
    loss_of = torch.nn.BCEWithLogitsLoss()
    num = len(rows) - NUM_VALIDATE
    for _ in range(EPOCHS):
        network.train()
        for batch in torch.randperm(num).split(BATCH):
            optimizer.zero_grad()
            loss_of(network(scaled[batch])[:, 0], wanted[batch]).backward()
            optimizer.step()
    network.eval()
    with torch.no_grad():
        odds = network(scaled[num:])[:, 0]
        loss = float(loss_of(odds, wanted[num:]))
        share = float(((odds > 0) == (wanted[num:] > 0)).float().mean())
        first, last = network[0], network[3]
        # The scale of the properties becomes part of the weights.
        in_HF = first.weight / spread
        weights = {
            "in_FH": in_HF.T.numpy(),
            "in_H": (first.bias - in_HF @ mean).numpy(),
            "out_H": last.weight[0].numpy(),
            # The odds are those of tasks drawn alike, whatever their numbers here.
            "out": last.bias[0].numpy() - np.float32(np.log(len(of_small) / len(of_wider))),
        }
    return weights, loss, share


def main() -> None:
    """Draw tasks, train, and write the weights with what they are of."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--num", type=int, default=12_000, help="tasks of each dialect, at most")
    parser.add_argument("--seed", type=int, default=7101, help="of examples; the network has the next one")
    parser.add_argument("--data", type=Path, default=ROOT / "data" / "origin", help="where data sets are")
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    small = generated(options.data, "c", *SMALL.split())
    of_small = np.array(hard(of_restricted(small, rng), options.num))
    lists = generated(options.data, "c-lists", *LISTS.split())
    of_wider = np.array(hard(of_lists(lists, rng), options.num))
    weights, loss, share = fitted(of_small, of_wider, options.seed + 1)
    card = {
        "made by": "experiments/origin.py",
        "seed": options.seed,
        "tasks of restricted and of lists": [len(of_small), len(of_wider)],
        "kept apart": {"tasks": NUM_VALIDATE, "nats a task": round(loss, 4), "told right": round(share, 4)},
    }
    stream = io.BytesIO()
    arrays = {name: array.astype(np.float16) for name, array in weights.items()}
    np.savez_compressed(stream, card=np.array(json.dumps(card)), **arrays)
    write_whole(TARGET, stream.getvalue())
    print(json.dumps(card, indent=2))


if __name__ == "__main__":
    main()
