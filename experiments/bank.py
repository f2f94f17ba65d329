"""Make the bank of C: the beginnings of random programs, one of each behaviour, and how common they are.

    python experiments/bank.py [--num 2000000] [--seed 9001]

Writes `src/lasynth/domains/c/bank.npz`. Behaviours of the splits valid and test are left out.
"""

from __future__ import annotations

import argparse
import io
from collections import Counter
from pathlib import Path

import numpy as np

from lasynth import domains
from lasynth.data.filters import Split, splits_of
from lasynth.domains.c.behaviour import behaviours
from lasynth.domains.c.sampler import CSamplerSettings, sample_programs
from lasynth.files import write_whole

BLOCK = 50_000  # programs drawn, or run, together
LONGEST = 48  # tokens of a beginning, its EOS included
LEAST = 3  # programs that begin so
TARGET = Path(__file__).parents[1] / "src" / "lasynth" / "domains" / "c" / "bank.npz"


def main() -> None:
    """Draw, cut, group by behaviour, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--num", type=int, default=2_000_000, help="programs drawn")
    parser.add_argument("--seed", type=int, default=9001)
    options = parser.parse_args()
    language, settings = domains.get("c"), CSamplerSettings.named("mixed")
    assert language.cutting is not None
    counts: Counter[bytes] = Counter()
    for first in range(0, options.num, BLOCK):
        for tokens in sample_programs(settings, options.seed, first, min(BLOCK, options.num - first)):
            counts.update(
                part.tobytes() for part in language.cutting.beginnings(tokens) if len(part) <= LONGEST
            )
    tokens_PT = np.full((len(counts), LONGEST), language.grammar.eos, dtype=np.int32)
    for row, part in enumerate(counts):
        tokens = np.frombuffer(part, dtype=np.int32)
        tokens_PT[row, : len(tokens)] = tokens
    counts_P = np.fromiter(counts.values(), dtype=np.int64)
    hashes_P = np.concatenate(
        [
            behaviours(tokens_PT[first : first + BLOCK], num_cells=settings.num_cells, max_value=4)[0]
            for first in range(0, len(tokens_PT), BLOCK)
        ]
    )
    # One of each behaviour, the shortest, and all its programs counted.
    lengths_P = (tokens_PT != language.grammar.eos).sum(axis=1)
    order = np.lexsort((lengths_P, hashes_P))
    _, begins, group_P = np.unique(hashes_P[order], return_index=True, return_inverse=True)
    totals = np.bincount(group_P, weights=counts_P[order]).astype(np.int64)
    shortest = order[begins]
    identity, _ = behaviours(
        np.full((1, 1), language.grammar.eos, dtype=np.int32), num_cells=settings.num_cells, max_value=4
    )
    kept = (
        (splits_of(hashes_P[shortest]) == Split.TRAIN)
        & (totals >= LEAST)
        & (hashes_P[shortest] != identity[0])
    )
    shortest, totals = shortest[kept], totals[kept]
    order = np.argsort(-totals, kind="stable")
    file = io.BytesIO()
    np.savez_compressed(
        file,
        tokens=tokens_PT[shortest[order]].astype(np.int16),
        counts=totals[order],
        num_programs=options.num,
        seed=options.seed,
    )
    write_whole(TARGET, file.getvalue())
    print(f"{len(order):,} beginnings of {options.num:,} programs, {len(file.getvalue()):,} bytes: {TARGET}")


if __name__ == "__main__":
    main()
