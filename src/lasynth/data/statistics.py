"""What a data set is like: kinds, lengths, constructs, nesting, affine tasks, and what was turned down.

`lasynth generate --stats` shows it as text or as JSON.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from lasynth.data.dataset import Dataset
from lasynth.domains.c.constructs import constructs_of, depths_of
from lasynth.domains.c.kinds import Kind

__all__ = ["IMPORTED", "REASONS", "Lengths", "Statistics"]

# Why a drawn program is not a task, in the order in which that is found out.
REASONS: Final = {
    "invalid": "not a program (a bug)",
    "fails": "fails or leaves the range on nearly every list",
    "few_inputs": "too few lists found on which it stays in range",
    "constant": "constant",
    "identity": "identity",
    "other_split": "belongs to another split",
    "thinned": "affine, thinned out",
    "repeated_text": "same text as another",
    "repeated_behaviour": "same behaviour as another",
    "simplified_wrongly": "behaviour not kept by the simplifier",
}
# What became of Csmith's programs before there was anything to draw examples for.
IMPORTED: Final = {
    "csmith_runs": "runs of Csmith",
    "csmith_timeout": "runs that took too long",
    "csmith_unreadable": "texts that are not readable",
    "csmith_pieces": "pieces of their functions",
    "csmith_empty": "pieces of which nothing is left",
    "csmith_no_cell": "pieces that assign no cell",
    "csmith_too_long": "pieces of one statement, too long",
    "csmith_too_many_names": "pieces with too many loop variables",
}
_UNFIT: Final = ("invalid", "fails", "few_inputs", "constant", "identity")
_PERCENTILES: Final = (5, 25, 50, 75, 95)


@dataclass(frozen=True, slots=True)
class Lengths:
    """Token counts of programs, EOS not counted: the mean, the percentiles 5, 25, 50, 75, 95, the largest."""

    mean: float
    percentiles: tuple[float, ...]
    longest: int

    @classmethod
    def of(cls, tokens_PT: npt.NDArray[Any]) -> Self:
        """The lengths of `[P, T]` programs, P at least 1."""
        lengths = (tokens_PT != 0).sum(axis=1)
        percentiles = tuple(float(value) for value in np.percentile(lengths, _PERCENTILES))
        return cls(float(lengths.mean()), percentiles, int(lengths.max()))


@dataclass(frozen=True, slots=True)
class Statistics:
    """What a data set is like; shares are of its tasks, from 0 to 1.

    Attributes:
        num_tasks: without those whose behaviour is in an earlier shard.
        num_repeated: these.
        num_drawn: programs drawn for them.
        rejected: of those, how many were turned down, by reason (the keys of `REASONS`).
        imported: counts of what became of Csmith's programs before that (the keys of `IMPORTED`); empty for
            the sampler.
        kinds: share of each kind, by its label.
        affine_by_kind: share of affine tasks in each kind that occurs.
        with_loop: share of the references that have a loop.
        affine: share of the tasks that are affine functions of their input.
        lengths, raw_lengths: of the references, and of the programs as they were drawn.
        constructs: share of the references that use each construct.
        loop_depths, block_depths: share of the references by nesting, from 0.
    """

    num_tasks: int
    num_repeated: int
    num_drawn: int
    rejected: Mapping[str, int]
    imported: Mapping[str, int]
    kinds: Mapping[str, float]
    affine_by_kind: Mapping[str, float]
    with_loop: float
    affine: float
    lengths: Lengths
    raw_lengths: Lengths
    constructs: Mapping[str, float]
    loop_depths: tuple[float, ...]
    block_depths: tuple[float, ...]

    @classmethod
    def of_shards(cls, paths: Iterable[str | Path]) -> Self:
        """The statistics of some shards together.

        Raises:
            ShardError: as `Dataset.open`.
        """
        return cls.of(Dataset.open(paths))

    @classmethod
    def of(cls, dataset: Dataset) -> Self:
        """The statistics of a data set of at least one task."""
        counts: Counter[str] = Counter()
        for info in dataset.infos:
            counts.update(info.counts)
        num_written = sum(info.num_tasks for info in dataset.infos)
        tokens_PT = dataset.tokens_PT.astype(np.int32)
        block_depths, loop_depths = depths_of(tokens_PT)
        kinds, affine = dataset.kinds_P, dataset.affine_P
        return cls(
            num_tasks=len(dataset),
            num_repeated=max(num_written - len(dataset), 0),
            num_drawn=counts["drawn"],
            rejected={reason: counts[reason] for reason in REASONS},
            imported={name: counts[name] for name in IMPORTED if counts[name]},
            kinds={kind.label: float((kinds == kind).mean()) for kind in Kind},
            affine_by_kind={k.label: float(affine[kinds == k].mean()) for k in Kind if (kinds == k).any()},
            with_loop=float((loop_depths > 0).mean()),
            affine=float(affine.mean()),
            lengths=Lengths.of(dataset.tokens_PT),
            raw_lengths=Lengths.of(dataset.raw_PT),
            constructs={text: float(uses.mean()) for text, uses in constructs_of(tokens_PT).items()},
            loop_depths=tuple((np.bincount(loop_depths) / len(dataset)).tolist()),
            block_depths=tuple((np.bincount(block_depths) / len(dataset)).tolist()),
        )

    @property
    def acceptance(self) -> float:
        """Share of the drawn programs that passed every test, whatever their split and if new or not."""
        if not self.num_drawn:
            return 0.0
        return 1 - sum(self.rejected[reason] for reason in _UNFIT) / self.num_drawn

    def to_json(self) -> dict[str, Any]:
        """All of it as JSON values."""
        return {**dataclasses.asdict(self), "acceptance": self.acceptance}

    def sections(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """What there is to show: titles, each with rows of a name and a value."""
        drawn = max(self.num_drawn, 1)
        rejected = [
            (words, f"{self.rejected[reason]:,} ({self.rejected[reason] / drawn:.1%})")
            for reason, words in REASONS.items()
            if self.rejected[reason]
        ]
        imported = [(IMPORTED[name], f"{count:,}") for name, count in self.imported.items()]
        return [
            *([("Csmith", imported)] if imported else []),
            (
                "Tasks",
                [
                    ("tasks", f"{self.num_tasks:,}"),
                    ("repeated across shards", f"{self.num_repeated:,}"),
                    ("with a loop", f"{self.with_loop:.1%}"),
                    ("affine", f"{self.affine:.1%}"),
                    ("programs drawn", f"{self.num_drawn:,}"),
                    ("of them fit", f"{self.acceptance:.1%}"),
                ],
            ),
            ("Turned down", rejected),
            (
                "Kinds",
                [
                    (label, f"{share:.1%}" + _of_them_affine(self.affine_by_kind.get(label)))
                    for label, share in self.kinds.items()
                ],
            ),
            ("Tokens", [("reference", _lengths(self.lengths)), ("as drawn", _lengths(self.raw_lengths))]),
            ("Constructs", [(text, f"{share:.1%}") for text, share in self.constructs.items()]),
            ("Nesting", _depths("loops", self.loop_depths) + _depths("blocks", self.block_depths)),
        ]

    def to_text(self) -> str:
        """All of it as lines of plain text."""
        lines = []
        for title, rows in self.sections():
            lines.append(title)
            width = max((len(name) for name, _ in rows), default=0)
            lines += [f"  {name:<{width}}  {value}" for name, value in rows]
        return "\n".join(lines)

    def __rich__(self) -> Any:
        """The same as a table of rich, for a terminal."""
        from rich.table import Table

        table = Table(show_header=False, box=None, pad_edge=False)
        for title, rows in self.sections():
            table.add_row(f"[bold]{title}[/bold]", "")
            for name, value in rows:
                table.add_row(f"  {name}", value)
        return table


def _of_them_affine(share: float | None) -> str:
    return "" if share is None else f", {share:.1%} of them affine"


def _depths(what: str, shares: tuple[float, ...]) -> list[tuple[str, str]]:
    return [(f"{what}, {depth} deep", f"{share:.1%}") for depth, share in enumerate(shares)]


def _lengths(lengths: Lengths) -> str:
    shown = ", ".join(f"{value:g}" for value in lengths.percentiles)
    return f"mean {lengths.mean:.1f}; percentiles 5, 25, 50, 75, 95: {shown}; longest {lengths.longest}"
