"""Every leaf of a model's card and of a shard's metadata is removed and replaced.

Each change is refused with one message that names the file, or what is read works.
"""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import torch

from lasynth import domains
from lasynth.data.dataset import Dataset
from lasynth.data.generate import generate
from lasynth.data.shards import read_info
from lasynth.data.statistics import Statistics
from lasynth.errors import LasynthError
from lasynth.models.kinds import build, model_config
from lasynth.models.zoo import config_of, load, save

VALUES = [None, "x", "", "\x1b[2J", -1, 0, 1, 2, 0.5, 10**9, 1e300, True, [], ["x"], {}, {"x": 1}]
MAX_OF_A_LIST = 6  # entries of one list that are changed


def places(obj: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all values in a document, but the whole."""
    keys = (
        list(obj)
        if isinstance(obj, dict)
        else range(len(obj))[:MAX_OF_A_LIST]
        if isinstance(obj, list)
        else ()
    )
    for key in keys:
        yield (*path, key)
        yield from places(obj[key], (*path, key))


def mutants(document: Any) -> Iterator[tuple[str, Any]]:
    """The document with one change each, and what was changed."""
    for value in VALUES:
        yield f"all = {value!r}", value
    for path in places(document):
        for value in [*VALUES, ...]:
            changed = copy.deepcopy(document)
            at = changed
            for key in path[:-1]:
                at = at[key]
            if value is ...:
                del at[path[-1]]
            else:
                at[path[-1]] = value
            if changed != document:
                yield f"{path} {'removed' if value is ... else f'= {value!r}'}", changed


def try_all(
    document: Any, file: Path, write: Callable[[Any], None], use: Callable[[], None]
) -> tuple[int, int]:
    """How many changes were refused, and how many taken."""
    refused = taken = 0
    for said, changed in mutants(document):
        write(changed)
        try:
            use()
        except LasynthError as error:
            # A data set of several shards does not know which one a task is from.
            assert file.stem in str(error) or str(error).startswith("shards: "), (said, str(error))
            assert str(error).isprintable(), said
            assert len(str(error)) < 1000, said
            refused += 1
        except Exception as error:
            raise AssertionError(said) from error
        else:
            taken += 1
    return refused, taken


@pytest.mark.parametrize(
    ("kind", "sizes"),
    [
        ("lasynth", {"embedding": 4, "hidden": 4, "decoder": 4, "heads": 1}),
        (
            "karel",
            {"embedding": 4, "hidden": 4, "decoder": 4, "channels": 2, "pair": 4, "reading": 4, "heads": 1},
        ),
    ],
)
def test_cards(kind: str, sizes: dict[str, Any], tmp_path: Path) -> None:
    torch.manual_seed(0)
    config = model_config({"kind": kind, "embedding": 4, "decoder": 4, "heads": 1, **sizes})
    weights = tmp_path / "tiny.safetensors"
    facts = {
        "seed": 0,
        "minutes": 1.5,
        "remarks": ["r"],
        "default": False,
        "training": {},
        "of_mine": {"a": 1},
    }
    save(build(config), config, weights, facts)
    card = weights.with_suffix(".json")
    document = json.loads(card.read_text())

    def use() -> None:
        config_of(weights)
        synthesizer = load(weights)
        example = synthesizer.smallest_example()
        values = domains.get(synthesizer.domain).values
        pair = (values.encode([one])[None] for one in (example.input, example.output))
        arrays = (torch.from_numpy(array.astype(values.dtype)) for array in pair)
        synthesizer.model.start(*arrays)

    use()
    refused, taken = try_all(document, card, lambda changed: card.write_text(json.dumps(changed)), use)
    assert refused > 400
    assert taken > 20  # what is free to say


@pytest.mark.parametrize("domain", ["c", "karel"])
def test_metadata_of_shards(domain: str, tmp_path: Path) -> None:
    generate(tmp_path / "good", domains.get(domain).generator()(), num_tasks=4, seed=1)
    (good,) = (tmp_path / "good").glob("*.parquet")
    table = pq.read_table(good)
    file = tmp_path / "changed.parquet"
    document = json.loads(table.schema.metadata[b"lasynth"])
    document["config"]["sampler"] = {"name": "small"}  # what made it is free to say, and compared only

    def write(changed: Any) -> None:
        metadata = {b"lasynth": json.dumps(changed).encode()}
        pq.write_table(table.replace_schema_metadata(metadata), file)

    def use() -> None:
        read_info(file)
        data = Dataset.open(file)
        assert all(task.examples for task in data.tasks())
        Statistics.of(data).to_text()

    shutil.copy(good, file)
    use()
    refused, taken = try_all(document, file, write, use)
    assert refused > 200
    assert taken > 50
