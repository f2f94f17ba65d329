"""Make the bank of a language: beginnings of random programs, one of each behaviour, and how common they are.

    python experiments/bank.py [--domain c] [--num N] [--seed 9001]

Writes `src/lasynth/domains/DOMAIN/bank.npz`. What was drawn of the splits valid and test is left out, so that
tasks of these are new to a search. Two kinds of behaviours are in it whatever their split: those of short
programs, which are listed and not drawn, and those that are one edit away from common ones of the split
train. An edit puts another token of the same kind in the place of one. How many programs begin so is
estimated from those that they were made from; what each kind of edit counts is fitted on behaviours of the
split train, where the number is known.
"""

from __future__ import annotations

import argparse
import io
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lasynth import domains
from lasynth.data.filters import Split, splits_of
from lasynth.domains.base import Cutting, Tokens
from lasynth.domains.c.behaviour import behaviours as c_behaviours
from lasynth.domains.c.grammar import FIRST_INT, FIRST_NAME
from lasynth.domains.c.grammar import token_of as c_token
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
        kinds: of tokens, each in one at most: those that an edit exchanges.
        short: short programs, listed one by one, that are kept however few begin so and whatever their split;
            they count as half a program at least.
    """

    draw: Callable[[int, int, int], Tokens]
    behaviours: Callable[[Tokens], npt.NDArray[np.int64]]
    num: int
    longest: int
    least: int
    kinds: tuple[tuple[int, ...], ...]
    short: Callable[[], list[Tokens]] | None = None


# Actions that one line or the other does not need: they cancel out, or turn once the other way.
IDLE = (
    *(("turnLeft", "turnRight"), ("turnRight", "turnLeft")),
    *(("pickMarker", "putMarker"), ("putMarker", "pickMarker")),
    *(("turnLeft",) * 3, ("turnRight",) * 3),
)
C_SETTINGS = CSamplerSettings.named("mixed")
MOST_EDITED = 60_000  # the commonest beginnings, from which others are made


def karel_programs(seed: int, first: int, count: int) -> Tokens:
    """Random programs of Karel for which worlds are found; others are in no task."""
    drawn = draw_tasks(KarelSamplerSettings(), seed, first, count)
    return drawn.tokens_PT[drawn.verdicts_P == 0]


def karel_lines(longest: int) -> list[tuple[str, ...]]:
    """Lines of up to so many actions, the empty one first, without idle ones."""
    lines: list[tuple[str, ...]] = [()]
    for line in lines:
        if len(line) < longest:
            longer = [(*line, action) for action in ACTION_NAMES]
            lines += [each for each in longer if each[-2:] not in IDLE and each[-3:] not in IDLE]
    return lines


def karel_loops() -> list[Tokens]:
    """Short loops of Karel: around up to five actions, and around a loop, with up to three actions in all."""
    tests = [f"c( {condition} c)" for condition in CONDITION_NAMES]
    tests += [f"c( not {test} c)" for test in tests if "IsClear" in test]
    heads = [(f"WHILE {test}", "w") for test in tests]
    heads += [(f"REPEAT R={times}", "r") for times in range(2, 11)]

    def loops(bodies: Iterable[str]) -> list[str]:
        return [f"{head} {block}( {body} {block})" for body in bodies for head, block in heads]

    nested = [
        " ".join((*line[:before], inner, *line[before + within :]))
        for line in karel_lines(3)
        for within in range(1, len(line) + 1)
        for before in range(len(line) - within + 1)
        for inner in loops([" ".join(line[before : before + within])])
    ]
    texts = loops([*map(" ".join, karel_lines(5)[1:]), *nested])
    return [
        np.array([*map(token_of, f"DEF run m( {text} m) <eos>".split())], dtype=np.int32) for text in texts
    ]


def c_kinds() -> tuple[tuple[int, ...], ...]:
    """Tokens of C that an edit exchanges."""
    kinds = ("< <= > >= == !=", "+ -", "= += -=", "++ --", "break continue")
    numbers = tuple(range(FIRST_INT, FIRST_INT + C_SETTINGS.num_cells + 1))
    names = tuple(range(FIRST_NAME, FIRST_INT))
    return (*(tuple(map(c_token, kind.split())) for kind in kinds), (*names, *numbers))


def karel_kinds() -> tuple[tuple[int, ...], ...]:
    """Tokens of Karel that an edit exchanges."""
    times = (f"R={number}" for number in range(2, 11))
    return tuple(tuple(map(token_of, kind)) for kind in (ACTION_NAMES, CONDITION_NAMES, times))


SOURCES = {
    "c": Source(
        draw=lambda seed, first, count: c_programs(C_SETTINGS, seed, first, count),
        behaviours=lambda tokens_PT: c_behaviours(tokens_PT, num_cells=C_SETTINGS.num_cells, max_value=4)[0],
        num=4_000_000,
        longest=96,
        least=3,
        kinds=c_kinds(),
    ),
    "karel": Source(
        draw=karel_programs,
        behaviours=karel_behaviours,
        num=1_600_000,
        longest=40,
        least=3,
        kinds=karel_kinds(),
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


@dataclass(frozen=True, slots=True, eq=False)
class Beginnings:
    """Beginnings, one of each behaviour, the shortest.

    Attributes:
        tokens_PT: ended and padded by EOS.
        hashes_P: their behaviours; rising where they were grouped, in a bank by falling total.
        totals_P: how many programs begin so.
        short_P: whether one of them is a short program.
    """

    tokens_PT: Tokens
    hashes_P: npt.NDArray[np.int64]
    totals_P: npt.NDArray[np.float64]
    short_P: npt.NDArray[np.bool_]

    def rows(self, which: Any) -> Beginnings:
        """Those that an index or a mask selects."""
        return Beginnings(
            *(each[which] for each in (self.tokens_PT, self.hashes_P, self.totals_P, self.short_P))
        )


def grouped(source: Source, counts: Counter[bytes], eos: int) -> Beginnings:
    """The beginnings, one of each behaviour, the identity left out."""
    short = set() if source.short is None else {tokens.tobytes() for tokens in source.short()}
    counts.update(dict.fromkeys(short, 0))
    tokens_PT = np.full((len(counts), source.longest), eos, dtype=np.int32)
    for row, part in enumerate(counts):
        tokens = np.frombuffer(part, dtype=np.int32)
        tokens_PT[row, : len(tokens)] = tokens
    counts_P = np.fromiter(counts.values(), dtype=np.int64)
    short_P = np.array([part in short for part in counts])
    hashes_P = behaviours(source, tokens_PT)
    shortest, group_P = first_of(hashes_P, (tokens_PT != eos).sum(axis=1))
    found = Beginnings(
        tokens_PT[shortest],
        hashes_P[shortest],
        np.bincount(group_P, weights=counts_P),
        np.bincount(group_P, weights=short_P) > 0,
    )
    identity = source.behaviours(np.full((1, 1), eos, dtype=np.int32))
    return found.rows(found.hashes_P != identity[0])


def behaviours(source: Source, tokens_PT: Tokens) -> npt.NDArray[np.int64]:
    """Those of many programs."""
    blocks = [
        source.behaviours(tokens_PT[first : first + BLOCK]) for first in range(0, len(tokens_PT), BLOCK)
    ]
    return np.concatenate(blocks)


def first_of(hashes_P: npt.NDArray[np.int64], lengths_P: npt.NDArray[Any]) -> tuple[Any, Any]:
    """The row of the shortest program of each behaviour, by rising hash, and each row's place among these."""
    order = np.lexsort((lengths_P, hashes_P))
    _, begins, group = np.unique(hashes_P[order], return_index=True, return_inverse=True)
    group_P = np.empty(len(order), dtype=np.int64)
    group_P[order] = group
    return order[begins], group_P


def edited(source: Source, some: Beginnings, eos: int) -> tuple[Beginnings, npt.NDArray[np.float64]]:
    """What one edit makes of beginnings, and a weight of each behaviour by kind of edit, `[P, E]`.

    The weight of a behaviour is the sum over the programs that it is made from: how many begin so, over the
    number of programs that edits make of each.
    """
    tokens, origins, kinds = [], [], []
    for number, kind in enumerate(source.kinds):
        for place in range(some.tokens_PT.shape[1]):
            for new in kind:
                rows = np.flatnonzero(
                    np.isin(some.tokens_PT[:, place], kind) & (some.tokens_PT[:, place] != new)
                )
                if len(rows):
                    changed = some.tokens_PT[rows].astype(np.int16)
                    changed[:, place] = new
                    tokens.append(changed)
                    origins.append(rows)
                    kinds.append(np.full(len(rows), number))
    tokens_PT, origin_P, kind_P = np.concatenate(tokens), np.concatenate(origins), np.concatenate(kinds)
    hashes_P = behaviours(source, tokens_PT)
    # Some are no programs, and some edits change nothing.
    real_P = (hashes_P != -1) & (hashes_P != some.hashes_P[origin_P])
    tokens_PT, origin_P, kind_P, hashes_P = (each[real_P] for each in (tokens_PT, origin_P, kind_P, hashes_P))
    weights_P = (some.totals_P / np.maximum(np.bincount(origin_P, minlength=len(some.totals_P)), 1))[origin_P]
    shortest, group_P = first_of(hashes_P, (tokens_PT != eos).sum(axis=1))
    weights_PE = np.zeros((len(shortest), len(source.kinds)))
    np.add.at(weights_PE, (group_P, kind_P), weights_P)
    none_P = np.zeros(len(shortest))
    found = Beginnings(tokens_PT[shortest].astype(np.int32), hashes_P[shortest], none_P, none_P > 0)
    return found, weights_PE


def fitted(weights_PE: npt.NDArray[np.float64], totals_P: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """`[E]` factors for which the sums of the weights explain the totals best, as means of Poisson numbers.

    Updates that multiply, as of Lee and Seung's factorisation; they keep the factors positive.
    """
    factors_E = np.ones(weights_PE.shape[1])
    for _ in range(100):
        expected_P = np.maximum(weights_PE @ factors_E, 1e-12)
        factors_E *= (weights_PE.T @ (totals_P / expected_P)) / np.maximum(weights_PE.sum(axis=0), 1e-12)
    return factors_E


def bank_of(source: Source, drawn: Beginnings, eos: int) -> Beginnings:
    """The beginnings that are kept, with how many programs begin so, or an estimate; falling."""
    train = drawn.rows(splits_of(drawn.hashes_P) == Split.TRAIN)
    some = train.rows(np.argsort(-train.totals_P, kind="stable")[:MOST_EDITED])
    made, weights_PE = edited(source, some, eos)
    known_P = splits_of(made.hashes_P) == Split.TRAIN
    place_P = np.searchsorted(train.hashes_P, made.hashes_P).clip(max=len(train.hashes_P) - 1)
    drawn_P = known_P & (train.hashes_P[place_P] == made.hashes_P)
    totals_P = np.where(drawn_P, train.totals_P[place_P], 0.0)
    factors_E = fitted(weights_PE[known_P], totals_P[known_P])
    estimates_P = weights_PE @ factors_E
    print("factors of the kinds of edits:", " ".join(f"{factor:.2f}" for factor in factors_E))
    for low, high in pairwise((1, 3, 10, 30, 100, 1000, np.inf)):
        band_P = known_P & (estimates_P >= low) & (estimates_P < high)
        mean = totals_P[band_P].mean() if band_P.any() else 0.0
        print(f"  {low:>5}-{high:<5} expected: {band_P.sum():>7,} behaviours, {mean:.1f} drawn each")
    kept = train.rows((train.totals_P >= source.least) | train.short_P)
    added = ~known_P & (estimates_P >= source.least)
    # Short ones are listed and not drawn, so their split does not matter; their number is not used.
    listed = drawn.rows(drawn.short_P & (splits_of(drawn.hashes_P) != Split.TRAIN))
    listed = listed.rows(~np.isin(listed.hashes_P, made.hashes_P[added]))
    print(f"  {added.sum():,} added to {len(kept.totals_P):,}, and {len(listed.totals_P):,} short ones")
    parts = (
        kept,
        Beginnings(made.tokens_PT[added], made.hashes_P[added], estimates_P[added], made.short_P[added]),
        replace(listed, totals_P=np.zeros(len(listed.totals_P))),
    )
    names = ("tokens_PT", "hashes_P", "totals_P", "short_P")
    both = Beginnings(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))
    return both.rows(np.argsort(-both.totals_P, kind="stable"))


def write(domain: str, tokens_PT: Tokens, totals_P: npt.NDArray[Any], num_programs: int, seed: int) -> None:
    """Write the file of a language."""
    file = io.BytesIO()
    np.savez_compressed(
        file,
        tokens=tokens_PT.astype(np.int16),
        counts=totals_P.astype(np.float32),
        num_programs=num_programs,
        seed=seed,
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
    bank = bank_of(source, grouped(source, counts, language.grammar.eos), language.grammar.eos)
    # A short program that was not drawn counts as half a program.
    write(options.domain, bank.tokens_PT, np.maximum(bank.totals_P, 0.5), num_programs, options.seed)


if __name__ == "__main__":
    main()
