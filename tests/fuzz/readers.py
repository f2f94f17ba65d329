"""What is fuzzed: every reader of lasynth, with seeds for it.

A reader takes bytes. It returns, or raises a `LasynthError`; anything else is a fault. What a reader accepts
is written and read again, where it can be written. To replay: `python tests/fuzz/readers.py NAME NUMBER`.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from mutate import Mutation, by_bytes, by_lines, by_values, by_words, mutant

ROOT = Path(__file__).resolve().parents[2]
TEXT: tuple[Mutation, ...] = (by_bytes, by_words, by_words, by_words)
JSON: tuple[Mutation, ...] = (by_bytes, by_words, by_values, by_values, by_values)
TOML: tuple[Mutation, ...] = (by_bytes, by_words, by_lines, by_lines, by_lines)
BINARY: tuple[Mutation, ...] = (by_bytes,)


@dataclass(frozen=True)
class Reader:
    """A reader under test.

    Attributes:
        read: reads bytes, with a folder of its own for files.
        seeds: valid inputs.
        mutations: that are applied to them.
        short, long: how many inputs in `make test` and `make check-long`. Those that open a binary file take
            a millisecond or more each, and fewer of them are read.
    """

    read: Callable[[bytes, Path], None]
    seeds: Callable[[], list[bytes]]
    mutations: tuple[Mutation, ...]
    short: int = 160
    long: int = 100_000


READERS: dict[str, Reader] = {}


def reader(
    seeds: Callable[[], list[bytes]], mutations: tuple[Mutation, ...], **counts: int
) -> Callable[[Callable[[bytes, Path], None]], Callable[[bytes, Path], None]]:
    def register(read: Callable[[bytes, Path], None]) -> Callable[[bytes, Path], None]:
        READERS[read.__name__] = Reader(read, cache(seeds), mutations, **counts)
        return read

    return register


def files(*patterns: str) -> list[bytes]:
    found = [file.read_bytes() for pattern in patterns for file in sorted(ROOT.glob(pattern))]
    assert found, patterns
    return found


def text_of(data: bytes) -> str:
    from lasynth.reading import utf8

    return utf8(data, "input")


# Programs.


def c_seeds() -> list[bytes]:
    from lasynth import domains
    from lasynth.domains.c.sampler import sample_programs
    from lasynth.domains.c.sampler_config import CSamplerSettings

    sources = re.findall(
        rb"^={30}\n[^\n]+\n={30}\n(.*?)\n---\n", b"".join(files("tests/corpus/c/*.txt")), re.M | re.S
    )
    drawn = sample_programs(CSamplerSettings.named("paper"), 5, 0, 40)
    printed = [domains.get("c").text.of_tokens(tokens).encode() for tokens in drawn]
    return [*sources, *files("examples/*/solutions/*.c"), *printed]


def karel_programs() -> list[Any]:
    from lasynth import domains
    from lasynth.domains.karel.sampler import sample_programs
    from lasynth.domains.karel.sampler_config import KarelSamplerSettings

    karel = domains.get("karel").text
    return [
        karel.from_tokens(tokens) for tokens in sample_programs(KarelSamplerSettings.named("real"), 5, 0, 60)
    ]


def karel_seeds() -> list[bytes]:
    from lasynth.domains.karel.printer import format_program, format_tokens, to_json

    texts = [
        *files("examples/karel/clear_the_row.txt"),
        b"while not (frontIsClear()): # x\n\tmove()\nrepeat (R=3):\n move;",
    ]
    for program in karel_programs():
        forms = (format_program(program), format_tokens(program), json.dumps(to_json(program)))
        texts += [form.encode() for form in forms]
    return texts


def program(domain: str, data: bytes) -> None:
    from lasynth import domains
    from lasynth.domains.base import Status
    from lasynth.errors import ProgramError

    language = domains.get(domain)
    tree = language.text.parse(text_of(data))
    written = language.text.format(tree)
    assert language.text.parse(written) == tree, "a printed program reads back to another"
    try:
        tokens = language.text.to_tokens(tree)
    except ProgramError:
        return  # more names than the tokens have
    first = np.full((1, 5), 1, dtype=np.int32) if domain == "c" else smallest_world()[None]
    _, statuses = language.machine.run_batch(tokens[None], first)
    assert statuses[0, 0] != Status.INVALID, "what the parser takes is no program for the machine"


@cache
def smallest_world() -> Any:
    from lasynth.domains.karel.world import World

    return World.from_text(">").to_array()


@reader(c_seeds, TEXT)
def c_text(data: bytes, folder: Path) -> None:
    program("c", data)


@reader(karel_seeds, (*TEXT, by_values))
def karel_text(data: bytes, folder: Path) -> None:
    program("karel", data)


# Values and tasks.


@cache
def worlds() -> list[Any]:
    from lasynth.domains.karel.world import World

    worlds = [
        World.from_text(text) for text in (".....#\n.2.>+.  >:3 +:12\n......", ">", "^1\n.#", "v  v:101 !")
    ]
    wide = World.from_text("\n".join(["." * 16] * 15 + ["<" + "9" * 15]))
    return [*worlds, wide]


def world_seeds() -> list[bytes]:
    return [
        form
        for world in worlds()
        for form in (world.to_text().encode(), json.dumps(world.to_json()).encode())
    ]


@reader(world_seeds, (*TEXT, by_values, by_values))
def world(data: bytes, folder: Path) -> None:
    from lasynth import domains

    values = domains.get("karel").values
    read = values.read_text(text_of(data), "input")
    assert values.read_text(read.to_text(), "again") == read
    assert values.read(values.to_json(read), "again") == read
    assert type(read).from_array(read.to_array()) == read


@reader(lambda: [b"[1, -2, 3]", b"1,2,3", b"4 5 6", b"7", b"[-2147483648]"], (*TEXT, by_values))
def list_option(data: bytes, folder: Path) -> None:
    from lasynth import domains

    values = domains.get("c").values
    read = values.read_text(text_of(data), "--input")
    assert values.read_text(values.to_text(read), "again") == read


@cache
def karel_records() -> list[bytes]:
    """Records in the format of the benchmark, of made-up worlds."""
    from lasynth.domains.karel.printer import format_tokens, to_json

    records = []
    for number, tree in enumerate(karel_programs()[:12]):
        grid = worlds()[number % 3].to_json()
        examples = [
            {
                "example_index": index,
                "inpgrid_json": grid,
                "outgrid_json": grid,
                "actions": ["move", "turnLeft"],
            }
            for index in range(1 + number % 6)
        ]
        record = {
            "guid": f"r{number}",
            "program_tokens": format_tokens(tree).split()[1:],
            "examples": examples,
        }
        records.append(json.dumps({**record, "program_json": to_json(tree)}).encode())
    return records


def task_seeds() -> list[bytes]:
    lines = b"\n".join(files("examples/lists/tasks.jsonl")[0].splitlines()[:3])
    return [*files("examples/lists/*.json")[:30], *files("examples/karel/*.json"), lines]


@reader(task_seeds, JSON)
def task(data: bytes, folder: Path) -> None:
    from lasynth import Task

    for read in Task.parse(text_of(data), where="task"):
        assert Task.from_json(json.loads(json.dumps(read.to_json()))) == read


@reader(task_seeds, JSON)
def task_file(data: bytes, folder: Path) -> None:
    from lasynth import Task

    path = written(data, folder, "tasks.json")
    assert list(Task.stream(path)) == Task.read(path)


@reader(karel_records, JSON)
def karel_record(data: bytes, folder: Path) -> None:
    from lasynth import Task
    from lasynth.domains.karel.msr import read_record

    read_record(data)
    Task.parse(text_of(data))


# Configurations, cards and results.


def written(data: bytes, folder: Path, name: str) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@reader(lambda: files("src/lasynth/training/presets/*.toml"), TOML)
def training_config(data: bytes, folder: Path) -> None:
    from lasynth.training.config import TrainConfig, read_config

    config = read_config(written(data, folder, "train.toml"))
    assert TrainConfig.from_json(json.loads(json.dumps(config.to_json()))) == config


def setting_seeds() -> list[bytes]:
    return [
        *files(
            "experiments/c-small/mixed*.toml",
            "experiments/c-small/small*.toml",
            "experiments/karel-small/real.toml",
        )
    ]


@reader(setting_seeds, TOML)
def task_settings(data: bytes, folder: Path) -> None:
    from lasynth import domains
    from lasynth.config import read
    from lasynth.errors import LasynthError
    from lasynth.reading import parse_toml

    table = parse_toml(text_of(data), "settings")
    for domain in ("c", "karel"):
        try:
            config = read(domains.get(domain).generator(), table, where="settings")
        except LasynthError:
            continue
        assert read(type(config), config.to_dict()) == config


@reader(lambda: files("experiments/table3/study.toml"), TOML)
def study(data: bytes, folder: Path) -> None:
    from lasynth.evaluation.results import read_study

    if not (results := folder / "results").is_dir():
        results.mkdir()
        written(result_seeds()[0], results, "bunel-11k-s0.json")
    written(data, folder, "study.toml")
    read_study(folder)


@reader(lambda: files("zoo/*.json"), JSON, short=60, long=20_000)
def card(data: bytes, folder: Path) -> None:
    from lasynth.models.zoo import config_of

    written(b"", folder, "model.safetensors")
    written(data, folder, "model.json")
    config_of(folder / "model.safetensors")


def result_seeds() -> list[bytes]:
    """Results with their first records alone: a whole one has a thousand."""
    found = []
    for data in files("experiments/table*/results/*.json")[:6]:
        result = json.loads(data)
        result["evaluation"]["records"] = result["evaluation"]["records"][:3]
        result["test_set"]["num_tasks"] = result["evaluation"]["num_tasks"] = 3
        found.append(json.dumps(result).encode())
    return found


@reader(result_seeds, JSON)
def result(data: bytes, folder: Path) -> None:
    from lasynth.evaluation.results import read_result

    read_result(written(data, folder, "result.json"))


# Binary files: fewer inputs, as each takes milliseconds.


@cache
def shard() -> tuple[Any, Any]:
    from lasynth.data.generate import generate
    from lasynth.data.shards import read_shard
    from lasynth.domains.c.generator import CTaskGenerator

    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder), CTaskGenerator.named("small"), split="test", num_tasks=12, seed=3)
        (path,) = Path(folder).glob("*.parquet")
        return path.read_bytes(), read_shard(path)


@reader(lambda: [shard()[0]], BINARY, short=60, long=20_000)
def shard_file(data: bytes, folder: Path) -> None:
    from lasynth.data.shards import read_shard

    read_shard(written(data, folder, "test-00000-of-00001.parquet"))


def head_seeds() -> list[bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    metadata = pq.read_schema(pa.BufferReader(shard()[0])).metadata
    return [next(value for key, value in metadata.items() if key.startswith(b"lasynth"))]


@reader(head_seeds, JSON, short=60, long=20_000)
def shard_metadata(data: bytes, folder: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from lasynth.data.shards import read_shard

    table = pq.read_table(pa.BufferReader(shard()[0]))
    key = next(key for key in table.schema.metadata if key.startswith(b"lasynth"))
    path = folder / "test-00000-of-00001.parquet"
    pq.write_table(table.replace_schema_metadata({key: data}), path)
    read_shard(path)


@cache
def checkpoint_seed() -> bytes:
    import torch

    from lasynth.training.checkpoint import save_checkpoint

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "last.pt"
        weights = {"a": torch.arange(6.0).reshape(2, 3), "b": torch.zeros(4, dtype=torch.int64)}
        save_checkpoint(path, {"step": 3, "weights": weights, "config": {"x": [1, 2]}})
        return path.read_bytes()


@reader(lambda: [checkpoint_seed()], BINARY, short=60, long=20_000)
def checkpoint(data: bytes, folder: Path) -> None:
    from lasynth.training.checkpoint import load_checkpoint

    load_checkpoint(written(data, folder, "last.pt"))


@cache
def model_files() -> dict[str, bytes]:
    import torch

    from lasynth.domains.c.grammar import FIRST_INT
    from lasynth.models import LaSynthConfig, build, save

    torch.manual_seed(0)
    config = LaSynthConfig(FIRST_INT + 17, embedding=4, hidden=4, decoder=4, heads=1)
    with tempfile.TemporaryDirectory() as folder:
        save(build(config), config, Path(folder) / "tiny.safetensors", {"note": "for a test"})
        return {path.suffix: path.read_bytes() for path in Path(folder).iterdir()}


@reader(lambda: [model_files()[".safetensors"]], BINARY, short=30, long=5_000)
def weights(data: bytes, folder: Path) -> None:
    from lasynth.models import load

    written(model_files()[".json"], folder, "tiny.json")
    load(written(data, folder, "tiny.safetensors"))


@reader(lambda: [model_files()[".json"]], JSON, short=30, long=5_000)
def card_of_weights(data: bytes, folder: Path) -> None:
    from lasynth.models import load

    written(model_files()[".safetensors"], folder, "tiny.safetensors")
    written(data, folder, "tiny.json")
    load(folder / "tiny.safetensors")


def data_of(name: str, number: int) -> bytes:
    """Input `number` of a reader."""
    one = READERS[name]
    return mutant(one.seeds(), one.mutations, name, number)


if __name__ == "__main__":
    replayed = data_of(sys.argv[1], int(sys.argv[2]))
    print(replayed[:10_000])
    with tempfile.TemporaryDirectory() as place:
        READERS[sys.argv[1]].read(replayed, Path(place))
    print("accepted")
