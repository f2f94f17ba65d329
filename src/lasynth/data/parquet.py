"""Parquet files with a checksum of the whole file, so that damage is seen when they are read.

Parquet's own checksums cover the pages alone, and neither their headers nor the footer. So the footer holds,
under the key `lasynth.sha256`, the digest of the file with zeros in the place of the digest. A file without
that key is read as it is: earlier versions wrote none, and other software drops it when it rewrites a file.
"""

from __future__ import annotations

import hashlib
import io
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from lasynth.places import Place

__all__ = ["read_parquet_bytes", "to_parquet"]

_KEY: Final = b"lasynth.sha256"
_ZEROS: Final = b"0" * 64
_BETWEEN: Final = 2  # bytes between a key and its value: the kind of the field, and the length


def to_parquet(table: pa.Table) -> bytes:
    """A table as a Parquet file."""
    stream = io.BytesIO()
    # Page checksums are for other software; the digest covers the pages too.
    with pq.ParquetWriter(stream, table.schema, compression="zstd", write_page_checksum=True) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({_KEY: _ZEROS})
    content = bytearray(stream.getbuffer())
    place = _place(content)
    assert place is not None
    assert content[place] == _ZEROS, "the value stands behind its key"
    content[place] = hashlib.sha256(content).hexdigest().encode()
    return bytes(content)


def read_parquet_bytes(path: Place) -> pa.BufferReader:
    """The content of a Parquet file, for pyarrow to read, after its digest was compared.

    Raises:
        ValueError: the file is damaged.
        OSError: it cannot be read.
    """
    content = path.read_bytes()
    place = _place(content)
    if place is not None:
        digest = hashlib.sha256(memoryview(content)[: place.start])
        digest.update(_ZEROS)
        digest.update(memoryview(content)[place.stop :])
        if content[place] != digest.hexdigest().encode():
            raise ValueError("the digest is another")
    return pa.BufferReader(content)


def _place(content: bytes | bytearray) -> slice | None:
    """Where the digest of a file is; it has the last of its keys."""
    key = content.rfind(_KEY)
    start = key + len(_KEY) + _BETWEEN
    return None if key < 0 else slice(start, start + len(_ZEROS))
