"""Make the bank of a language: beginnings of random programs, one of each behaviour, and how common they are.

    python experiments/bank.py [--domain c] [--num N] [--seed 9001]

Writes `src/lasynth/domains/DOMAIN/bank.npz`. Behaviours of the splits valid and test are left out.
"""

from __future__ import annotations

import argparse
import io
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lasynth import domains
from lasynth.data.filters import Split, splits_of
from lasynth.domains.base import Cutting, Tokens
from lasynth.domains.c.behaviour import behaviours as c_behaviours
from lasynth.domains.c.sampler import CSamplerSettings
from lasynth.domains.c.sampler import sample_programs as c_programs
from lasynth.domains.karel.behaviour import behaviours as karel_behaviours
from lasynth.domains.karel.grammar import ACTION_NAMES, CONDITION_NAMES, token_of
from lasynth.domains.karel.sampler_config import KarelSamplerSettings
from lasynth.domains.karel.tasks import draw_tasks
from lasynth.files import write_whole

BLOCK = 50_000  # programs drawn, or run, together
DOMAINS = Path(__file__).parents[1] / "src" / "lasynth" / "domains"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the programs of a language come from, and which of their beginnings are kept.

    Attributes:
        draw: of `(seed, first, count)` programs, `[P, T]`; of those numbers some may be left out.
        behaviours: of programs, `[P]` hashes.
        num: programs drawn by default.
        longest: tokens of a beginning, its EOS included.
        least: programs that begin so.
        short: short programs that are kept however few begin so, and count as half a program at least.
    """

    draw: Callable[[int, int, int], Tokens]
    behaviours: Callable[[Tokens], npt.NDArray[np.int64]]
    num: int
    longest: int
    least: int
    short: Callable[[], list[Tokens]] | None = None


# Actions that one line or the other does not need: they cancel out, or turn once the other way.
IDLE = (
    *(("turnLeft", "turnRight"), ("turnRight", "turnLeft")),
    *(("pickMarker", "putMarker"), ("putMarker", "pickMarker")),
    *(("turnLeft",) * 3, ("turnRight",) * 3),
)
C_SETTINGS = CSamplerSettings.named("mixed")


def karel_programs(seed: int, first: int, count: int) -> Tokens:
    """Random programs of Karel for which worlds are found; others are in no task."""
    drawn = draw_tasks(KarelSamplerSettings(), seed, first, count)
    return drawn.tokens_PT[drawn.verdicts_P == 0]


def karel_loops() -> list[Tokens]:
    """All programs of Karel of one loop of up to five actions, without idle ones."""
    lines: list[tuple[str, ...]] = [()]
    for line in lines:
        if len(line) < 5:
            longer = [(*line, action) for action in ACTION_NAMES]
            lines += [each for each in longer if each[-2:] not in IDLE and each[-3:] not in IDLE]
    tests = [f"c( {condition} c)" for condition in CONDITION_NAMES]
    tests += [f"c( not {test} c)" for test in tests if "IsClear" in test]
    heads = [(f"WHILE {test}", "w") for test in tests] + [
        (f"REPEAT R={times}", "r") for times in range(2, 11)
    ]
    texts = [
        f"DEF run m( {head} {block}( {' '.join(line)} {block}) m) <eos>"
        for head, block in heads
        for line in lines[1:]
    ]
    return [np.array([*map(token_of, text.split())], dtype=np.int32) for text in texts]


SOURCES = {
    "c": Source(
        draw=lambda seed, first, count: c_programs(C_SETTINGS, seed, first, count),
        behaviours=lambda tokens_PT: c_behaviours(tokens_PT, num_cells=C_SETTINGS.num_cells, max_value=4)[0],
        num=2_000_000,
        longest=96,
        least=3,
    ),
    "karel": Source(
        draw=karel_programs,
        behaviours=karel_behaviours,
        num=1_600_000,
        longest=40,
        least=3,
        short=karel_loops,
    ),
}


def counted(cutting: Cutting, source: Source, num: int, seed: int) -> tuple[Counter[bytes], int]:
    """The beginnings of random programs, each with its number, and the number of programs."""
    counts: Counter[bytes] = Counter()
    num_programs = 0
    for first in range(0, num, BLOCK):
        programs = source.draw(seed, first, min(BLOCK, num - first))
        num_programs += len(programs)
        for tokens in programs:
            counts.update(
                part.tobytes() for part in cutting.beginnings(tokens) if len(part) <= source.longest
            )
    return counts, num_programs


def grouped(source: Source, counts: Counter[bytes], eos: int) -> tuple[Tokens, npt.NDArray[Any]]:
    """The beginnings that are kept, one of each behaviour, and how many programs begin so; falling."""
    short = set() if source.short is None else {tokens.tobytes() for tokens in source.short()}
    counts.update(dict.fromkeys(short, 0))
    tokens_PT = np.full((len(counts), source.longest), eos, dtype=np.int32)
    for row, part in enumerate(counts):
        tokens = np.frombuffer(part, dtype=np.int32)
        tokens_PT[row, : len(tokens)] = tokens
    counts_P = np.fromiter(counts.values(), dtype=np.int64)
    short_P = np.array([part in short for part in counts])
    hashes_P = np.concatenate(
        [source.behaviours(tokens_PT[first : first + BLOCK]) for first in range(0, len(tokens_PT), BLOCK)]
    )
    # One of each behaviour, the shortest, and all its programs counted.
    lengths_P = (tokens_PT != eos).sum(axis=1)
    order = np.lexsort((lengths_P, hashes_P))
    _, begins, group_P = np.unique(hashes_P[order], return_index=True, return_inverse=True)
    totals = np.bincount(group_P, weights=counts_P[order]).astype(np.int64)
    some_short = np.bincount(group_P, weights=short_P[order]) > 0
    shortest = order[begins]
    identity = source.behaviours(np.full((1, 1), eos, dtype=np.int32))
    kept = (
        (splits_of(hashes_P[shortest]) == Split.TRAIN)
        & ((totals >= source.least) | some_short)
        & (hashes_P[shortest] != identity[0])
    )
    shortest, totals = shortest[kept], totals[kept]
    totals = np.maximum(totals, 0.5) if short else totals
    order = np.argsort(-totals, kind="stable")
    return tokens_PT[shortest[order]], totals[order]


def write(domain: str, tokens_PT: Tokens, totals_P: npt.NDArray[Any], num_programs: int, seed: int) -> None:
    """Write the file of a language."""
    file = io.BytesIO()
    np.savez_compressed(
        file, tokens=tokens_PT.astype(np.int16), counts=totals_P, num_programs=num_programs, seed=seed
    )
    target = DOMAINS / domain / "bank.npz"
    write_whole(target, file.getvalue())
    size = f"{len(totals_P):,} beginnings of {num_programs:,} programs, {len(file.getvalue()):,} bytes"
    print(f"{size}: {target}")


def main() -> None:
    """Draw, cut, group by behaviour, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--domain", choices=SOURCES, default="c")
    parser.add_argument("--num", type=int, help="programs drawn")
    parser.add_argument("--seed", type=int, default=9001)
    options = parser.parse_args()
    language, source = domains.get(options.domain), SOURCES[options.domain]
    assert language.cutting is not None
    counts, num_programs = counted(language.cutting, source, options.num or source.num, options.seed)
    tokens_PT, totals_P = grouped(source, counts, language.grammar.eos)
    write(options.domain, tokens_PT, totals_P, num_programs, options.seed)


if __name__ == "__main__":
    main()
