from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from lasynth.data.shards import (
    SCHEMA_VERSION,
    ShardInfo,
    TaskTable,
    read_info,
    read_shard,
    shard_path,
    write_shard,
)
from lasynth.errors import ShardError

INFO = ShardInfo({"a": 1}, "train", 3, 0, 2, 4, num_cells=3, num_examples=2, counts={"drawn": 9})
COLUMNS = [field.name for field in dataclasses.fields(TaskTable)]


def table() -> TaskTable:
    rng = np.random.default_rng(0)
    tokens_PT = np.zeros((4, 9), dtype=np.int16)
    for row, length in enumerate((3, 8, 1, 5)):
        tokens_PT[row, :length] = rng.integers(1, 60, length)
    lists = rng.integers(-4, 5, (2, 4, 2, 3)).astype(np.int8)
    return TaskTable(
        tokens_PT=tokens_PT,
        raw_PT=tokens_PT[::-1].copy(),
        inputs_PKN=lists[0],
        outputs_PKN=lists[1],
        kinds_P=np.arange(4, dtype=np.uint8),
        plain_P=np.array([True, False, True, True]),
        hashes_P=rng.integers(0, 1 << 62, 4),
    )


def with_head(path: Path, head: object) -> None:
    arrow = pq.read_table(path)
    metadata = {} if head is None else {b"lasynth": json.dumps(head).encode()}
    pq.write_table(arrow.replace_schema_metadata(metadata), path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = shard_path(tmp_path, "train", 0, 2)
    write_shard(path, table(), INFO)
    return path


def test_what_was_written_is_read(path: Path) -> None:
    found, info = read_shard(path)
    assert path.name == "train-00000-of-00002.parquet"
    assert info == dataclasses.replace(INFO, dialect="restricted")
    assert info.lexemes[:3] == ("<eos>", "<bos>", "int")
    assert info.counts == INFO.counts
    for name in COLUMNS:
        wanted = getattr(table(), name)
        assert (getattr(found, name) == wanted).all(), name
        assert getattr(found, name).dtype == wanted.dtype
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_columns_can_be_read_without_lasynth(path: Path) -> None:
    arrow = pq.read_table(path)
    assert arrow.column_names == [
        *("tokens", "raw_tokens", "inputs", "outputs"),
        *("num_cells", "kind", "num_tokens", "affine", "behaviour"),
    ]
    assert arrow["num_tokens"].to_pylist() == [3, 8, 1, 5]
    assert arrow["tokens"][2].as_py() == table().tokens_PT[2, :1].tolist()
    assert arrow["inputs"][0].as_py() == table().inputs_PKN[0].reshape(-1).tolist()


def test_tables_of_other_widths_go_together() -> None:
    narrow = dataclasses.replace(table(), tokens_PT=np.ones((4, 2), dtype=np.int16))
    both = TaskTable.concatenate([table(), narrow], 0)
    assert both.tokens_PT.shape == (8, 9)
    assert both.tokens_PT[4].tolist() == [1, 1] + 7 * [0]
    assert len(both.rows(both.plain_P)) == 6


def changed_head(path: Path, **changes: object) -> None:
    head = json.loads(pq.read_schema(path).metadata[b"lasynth"])
    kept = {key: value for key, value in (head | changes).items() if value is not None}
    with_head(path, kept)


def test_tokens_are_mapped_by_their_lexemes(path: Path) -> None:
    lexemes = list(read_info(path).lexemes)
    # As if the shard had been written when the order of `for` and `int` was reversed.
    lexemes[2], lexemes[3] = lexemes[3], lexemes[2]
    changed_head(path, lexemes=lexemes)
    found, _ = read_shard(path)
    swap = np.arange(100)
    swap[[2, 3]] = 3, 2
    assert (found.tokens_PT == swap[table().tokens_PT]).all()
    assert (found.tokens_PT != table().tokens_PT).any()


def test_a_shard_without_lexemes_has_those_of_today(path: Path) -> None:
    changed_head(path, lexemes=None, dialect=None)
    found, info = read_shard(path)
    assert (found.tokens_PT == table().tokens_PT).all()
    assert info.dialect == "restricted"


def test_a_lexeme_that_is_gone_is_named(path: Path) -> None:
    changed_head(path, lexemes=["goto", *read_info(path).lexemes[1:]])
    with pytest.raises(ShardError, match=r"has the lexeme 'goto', which c no longer has"):
        read_shard(path)


def test_another_dialect_is_refused(path: Path) -> None:
    changed_head(path, dialect="lists")
    with pytest.raises(ShardError, match="written in dialect lists, this lasynth has restricted"):
        read_info(path)


def test_another_schema_version_is_said(path: Path) -> None:
    with_head(path, {"schema": SCHEMA_VERSION + 1})
    with pytest.raises(ShardError) as raised:
        read_shard(path)
    assert str(raised.value) == (
        f"{path}: written in schema version {SCHEMA_VERSION + 1}, "
        f"this lasynth reads version {SCHEMA_VERSION}. "
        "Generate the data again with `lasynth generate`, or use the lasynth that wrote it."
    )


@pytest.mark.parametrize("head", [None, {"seed": 1}, [1]])
def test_a_parquet_file_of_others_is_said(path: Path, head: object) -> None:
    with_head(path, head)
    with pytest.raises(ShardError, match="not a shard of lasynth"):
        read_info(path)


def test_damaged_metadata_is_said(path: Path) -> None:
    with_head(path, {"schema": SCHEMA_VERSION, "seed": 1})
    with pytest.raises(ShardError, match="its metadata is damaged"):
        read_info(path)


def test_a_truncated_shard_is_said(path: Path) -> None:
    whole = path.read_bytes()
    for length in (0, 3, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(ShardError, match="truncated"):
            read_shard(path)


def test_damage_in_the_middle_is_said(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[4:200] = bytes(196)
    path.write_bytes(whole)
    with pytest.raises(ShardError, match="damaged: its checksum"):
        read_shard(path)


def test_a_missing_column_is_said(path: Path) -> None:
    arrow = pq.read_table(path)
    pq.write_table(arrow.drop_columns(["outputs"]), path)
    with pytest.raises(ShardError, match="truncated or damaged"):
        read_shard(path)


def test_no_such_shard_is_said(tmp_path: Path) -> None:
    with pytest.raises(ShardError, match="no such shard"):
        read_shard(tmp_path / "train.parquet")


def test_a_failed_write_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = path.read_bytes()

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(ShardError, match="cannot be written: No space left on device"):
        write_shard(path, table(), INFO)
    assert path.read_bytes() == whole
    assert list(path.parent.iterdir()) == [path]


def same(one: tuple[TaskTable, ShardInfo], other: tuple[TaskTable, ShardInfo]) -> bool:
    tables = (one[0], other[0])
    return one[1] == other[1] and all(np.array_equal(*(getattr(t, name) for t in tables)) for name in COLUMNS)


def test_a_flipped_bit_changes_nothing_that_is_read(path: Path) -> None:
    whole, wanted = path.read_bytes(), read_shard(path)
    start = whole.rindex(b"lasynth.sha256")
    key = set(range(8 * start, 8 * (start + 14)))
    accepted = set()
    for place in {*np.random.default_rng(0).integers(8 * len(whole), size=500).tolist(), *key}:
        flipped = bytearray(whole)
        flipped[place // 8] ^= 1 << (place % 8)
        path.write_bytes(flipped)
        try:
            found = read_shard(path)
        except ShardError as error:
            assert str(error).startswith(f"{path}: ")
        else:
            accepted.add(place)
            assert same(found, wanted)
    # Without its key the digest is not looked for; then nothing but the key is damaged.
    assert accepted <= key


def test_a_shard_without_a_digest_is_read(path: Path) -> None:
    wanted = read_shard(path)
    pq.write_table(pq.read_table(path), path, compression="zstd")
    assert b"lasynth.sha256" not in path.read_bytes()
    assert same(read_shard(path), wanted)
