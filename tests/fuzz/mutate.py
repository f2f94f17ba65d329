"""Mutations of inputs: of bytes, words, values of JSON and lines of TOML."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable, Sequence
from typing import Any

Mutation = Callable[[bytes, Sequence[bytes], random.Random], bytes]

BYTES = (
    *(
        b"",
        b"\0",
        b"\xff",
        b"\xef\xbb\xbf",
        b"\n",
        b"\r\n",
        b"\r",
        b"\x1b[2J",
        b"\xed\xa0\x80",
        b"\xf0\x9f\x98\x80",
    ),
    *(
        b"[",
        b"]",
        b"{",
        b"}",
        b"(",
        b")",
        b'"',
        b"'",
        b"\\",
        b"//",
        b"/*",
        b"#",
        b"??/",
        b",",
        b":",
        b" ",
        b"\t",
    ),
    *(
        b"0",
        b"-1",
        b"9" * 30,
        b"9" * 5000,
        b"1e999",
        b"NaN",
        b"null",
        b"\\ud800",
        b"\xc2\x85",
        b"\xe2\x80\xa8",
        b"\xd9\xa3",
    ),
)
MAX_SIZE = 1_000_000  # bytes of an input
LARGE = 200_000  # bytes that one mutation repeats
WORD = re.compile(rb"\w+|\s+|[^\w\s]")
VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        2,
        1.5,
        -0.0,
        1e308,
        2**31,
        2**63,
        10**30,
        float("nan"),
        float("inf"),
    ),
    *("", "x", "0", "\0", "\x1b[31m", "\ud800", "é", "c", "karel", "\n", "../x", "x" * 5000),
    *([], {}, [[]], [None], {"": 0}, ["x"] * 300, [0] * 300, list(range(17))),
)
LITERALS = (
    *(
        "0",
        "-1",
        "1",
        "1.5",
        "1e400",
        "nan",
        "-inf",
        "true",
        '""',
        '"x"',
        "[]",
        "{}",
        "[0, 0]",
        "{x = 1}",
        "9" * 25,
    ),
    *('"\\u0000"', "1979-05-27", "[[1, 2], [0.5, 3]]", '"""', "'", "0x", "[" * 200),
)


def by_bytes(data: bytes, seeds: Sequence[bytes], rng: random.Random) -> bytes:
    """Bits, bytes and ranges: flipped, cut, put in, doubled, repeated, joined with another seed."""
    for _ in range(rng.choice((1, 1, 1, 2, 4, 16))):
        at = rng.randrange(len(data) + 1)
        to = min(len(data), at + rng.choice((1, 1, 2, 8, 64, 1024)))
        match rng.randrange(8):
            case 0 if at < len(data):
                data = data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]
            case 1:
                data = data[:at] + data[to:]
            case 2:
                data = data[:at] + rng.choice(BYTES) + data[at:]
            case 3:
                data = data[:at] + rng.choice(BYTES) + data[to:]
            case 4:
                data = data[:to] + data[at:]
            case 5:
                other = rng.choice(seeds)
                data = data[:at] + other[rng.randrange(len(other) + 1) :]
            case 6 if rng.random() < 0.2:
                data = data[:at] + data[at:to] * rng.choice((3, 30, 300)) + data[to:]
            case 7 if rng.random() < 0.3:
                data = data[:at]
            case _:
                data = data[:at] + rng.randbytes(rng.choice((1, 2, 8))) + data[at:]
    return data


def by_words(data: bytes, seeds: Sequence[bytes], rng: random.Random) -> bytes:
    """Words deleted, put in from other seeds, exchanged, doubled, repeated up to thousands of times."""
    words = WORD.findall(data)
    for _ in range(rng.choice((1, 1, 2, 3, 6))):
        at, other = rng.randrange(len(words) + 1), WORD.findall(rng.choice(seeds)) or [b"x"]
        to = min(len(words), at + rng.choice((1, 1, 2, 3, 8)))
        match rng.randrange(7):
            case 0:
                del words[at:to]
            case 1:
                words[at:at] = [rng.choice((*other, *BYTES))]
            case 2:
                words[at:to] = [rng.choice((*other, *BYTES))]
            case 3:
                first = rng.randrange(len(other))
                words[at:at] = other[first : first + rng.choice((1, 2, 5, 20))]
            case 4:
                words[at:to] = words[at:to][::-1]
            case 5:
                words[at:at] = words[at:to]
            case _ if rng.random() < 0.3:
                copies = rng.choice((3, 30, 300, 3000))
                if copies * sum(map(len, words[at:to])) < LARGE:
                    words[at:to] = words[at:to] * copies
    return b"".join(words)


def by_values(data: bytes, seeds: Sequence[bytes], rng: random.Random) -> bytes:
    """Values of JSON replaced, removed, renamed, doubled, exchanged, nested; keys given twice."""
    try:
        root: list[Any] = [json.loads(data)]
    except (ValueError, RecursionError):
        return by_words(data, seeds, rng)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        places: list[tuple[Any, Any]] = []
        open_nodes: list[Any] = [root]
        while open_nodes:
            node = open_nodes.pop()
            items = list(node.items() if isinstance(node, dict) else enumerate(node))
            places += [(node, key) for key, _ in items]
            open_nodes += [value for _, value in items if isinstance(value, dict | list) and value]
        node, key = rng.choice(places)
        value = node[key]
        match rng.randrange(8):
            case 0 if node is not root:
                del node[key]
            case 1 if isinstance(node, dict):
                node[rng.choice((key + "s", key.upper(), "", "x", rng.choice(places)[1]))] = node.pop(key)
            case 2:
                other, name = rng.choice(places)
                node[key] = copy.deepcopy(other[name])
            case 3 if isinstance(node, list) and node is not root:
                copies = rng.choice((1, 2, 20, 400))
                if copies * len(json.dumps(value)) < LARGE:
                    node[key:key] = [value] * copies
            case 4:
                for _ in range(rng.choice((1, 2, 60, 300))):
                    value = [value] if rng.random() < 0.5 else {"x": value}
                node[key] = value
            case 5 if isinstance(value, int) and not isinstance(value, bool):
                node[key] = value + rng.choice((-1, 1, 2**16, -(2**40)))
            case 6 if isinstance(value, str):
                node[key] = by_words(value.encode(), seeds, rng).decode(errors="replace")
            case _:
                node[key] = copy.deepcopy(rng.choice(VALUES))
        if len(root) != 1:
            root = root[:1] or [None]
    try:
        text = json.dumps(root[0], ensure_ascii=rng.random() < 0.7)
    except (RecursionError, ValueError):
        return data
    if rng.random() < 0.05:
        keys = re.findall(r'"\w+": ', text)
        text = text.replace("{", "{" + (rng.choice(keys) + "0, " if keys else ""), 1)
    return text.encode(errors="surrogatepass")


def by_lines(data: bytes, seeds: Sequence[bytes], rng: random.Random) -> bytes:
    """Lines of TOML: values replaced by others, lines removed, doubled, moved, taken from another seed."""
    lines = data.split(b"\n")
    for _ in range(rng.choice((1, 1, 2, 3))):
        at = rng.randrange(len(lines))
        name, equals, _ = lines[at].partition(b"=")
        match rng.randrange(6):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, rng.choice(lines))
            case 2:
                lines.insert(at, rng.choice(rng.choice(seeds).split(b"\n")))
            case 3 if equals:
                lines[at] = name.rstrip() + b"s =" + lines[at].partition(b"=")[2]
            case _ if equals:
                lines[at] = name + b"= " + rng.choice(LITERALS).encode()
        lines = lines or [b""]
    return b"\n".join(lines)


def mutant(seeds: Sequence[bytes], mutations: Sequence[Mutation], reader: str, number: int) -> bytes:
    """Input `number` of a reader: a seed, mutated one to three times; one in fifty is left as it is."""
    rng = random.Random(f"{reader} {number}")
    data = rng.choice(seeds)
    if rng.random() < 0.02:
        return data
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        data = rng.choice(mutations)(data, seeds, rng)[:MAX_SIZE]
    return data
