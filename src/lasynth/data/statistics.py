"""Statistics of a data set: kinds, lengths, constructs, nesting, plain tasks, and rejected programs.

`lasynth generate --stats` prints them as text or as JSON.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from lasynth import domains
from lasynth.data.dataset import Dataset
from lasynth.domains.generator import TaskGenerator
from lasynth.places import Place

__all__ = ["IMPORTED", "Lengths", "Statistics"]

# The results for Csmith's programs before examples are drawn.
IMPORTED: Final = {
    "csmith_runs": "runs of Csmith",
    "csmith_timeout": "runs that took too long",
    "csmith_unreadable": "unreadable programs",
    "csmith_pieces": "pieces of their functions",
    "csmith_empty": "pieces with nothing left",
    "csmith_no_cell": "pieces that assign no cell",
    "csmith_too_long": "pieces of one statement that is too long",
    "csmith_too_many_names": "pieces with too many loop variables",
}
_FOR_FIGURES: Final = 2000  # the number of tasks used
_PERCENTILES: Final = (5, 25, 50, 75, 95)


@dataclass(frozen=True, slots=True)
class Lengths:
    """Token counts of programs without EOS: the mean, the percentiles 5, 25, 50, 75, 95, the largest."""

    mean: float
    percentiles: tuple[float, ...]
    longest: int

    @classmethod
    def of(cls, tokens_PT: npt.NDArray[Any], eos: int) -> Self:
        """The lengths of `[P, T]` programs, P at least 1, padded by `eos`."""
        lengths = (tokens_PT != eos).sum(axis=1)
        return cls(float(lengths.mean()), _percentiles(lengths), int(lengths.max()))


@dataclass(frozen=True, slots=True)
class Statistics:
    """The statistics of a data set; shares are of its tasks, from 0 to 1.

    Attributes:
        domain: the language.
        num_tasks: number of tasks, without those whose behaviour is in an earlier shard.
        num_repeated: number of tasks whose behaviour is in an earlier shard.
        num_drawn: number of programs sampled for the tasks.
        rejected: number of sampled programs rejected, by reason (the keys of `TaskGenerator.REASONS`).
        imported: results for Csmith's programs before that (the keys of `IMPORTED`); empty for other sources.
        kinds: share of each kind, by its label.
        plain_by_kind: share of plain tasks (`lasynth.domains.generator`) among each kind that occurs.
        with_loop: share of the references that have a loop.
        plain: share of the tasks that are plain.
        lengths, raw_lengths: lengths of the references, and of the sampled programs.
        constructs: share of the references that use each construct.
        loop_depths, block_depths: share of the references by nesting, from 0.
        figures: for inputs (those of the first 2,000 tasks), the percentiles 5, 25, 50, 75, 95 by name.
    """

    domain: str
    num_tasks: int
    num_repeated: int
    num_drawn: int
    rejected: Mapping[str, int]
    imported: Mapping[str, int]
    kinds: Mapping[str, float]
    plain_by_kind: Mapping[str, float]
    with_loop: float
    plain: float
    lengths: Lengths
    raw_lengths: Lengths
    constructs: Mapping[str, float]
    loop_depths: tuple[float, ...]
    block_depths: tuple[float, ...]
    figures: Mapping[str, tuple[float, ...]]

    @classmethod
    def of_shards(cls, paths: Iterable[str | Place]) -> Self:
        """The statistics of several shards together.

        Raises:
            ShardError: as for `Dataset.open`.
        """
        return cls.of(Dataset.open(paths))

    @classmethod
    def of(cls, dataset: Dataset) -> Self:
        """The statistics of a data set of at least one task."""
        counts: Counter[str] = Counter()
        for info in dataset.infos:
            counts.update(info.counts)
        num_written = sum(info.num_tasks for info in dataset.infos)
        source, eos = dataset.language.generator(), dataset.language.grammar.eos
        tokens_PT = dataset.tokens_PT.astype(np.int32)
        block_depths, loop_depths = source.depths_of(tokens_PT)
        kinds, plain = dataset.kinds_P, dataset.plain_P
        figures = source.figures_of(dataset.inputs_PKN[:_FOR_FIGURES])
        return cls(
            domain=dataset.domain,
            num_tasks=len(dataset),
            num_repeated=max(num_written - len(dataset), 0),
            num_drawn=counts["drawn"],
            rejected={reason: counts[reason] for reason in source.REASONS},
            imported={name: counts[name] for name in IMPORTED if counts[name]},
            kinds={kind.label: float((kinds == kind).mean()) for kind in source.KINDS},
            plain_by_kind={
                kind.label: float(plain[kinds == kind].mean())
                for kind in source.KINDS
                if (kinds == kind).any()
            },
            with_loop=float((loop_depths > 0).mean()),
            plain=float(plain.mean()),
            lengths=Lengths.of(dataset.tokens_PT, eos),
            raw_lengths=Lengths.of(dataset.raw_PT, eos),
            constructs={text: float(uses.mean()) for text, uses in source.constructs_of(tokens_PT).items()},
            loop_depths=tuple((np.bincount(loop_depths) / len(dataset)).tolist()),
            block_depths=tuple((np.bincount(block_depths) / len(dataset)).tolist()),
            figures={name: _percentiles(values) for name, values in figures.items()},
        )

    @property
    def _source(self) -> type[TaskGenerator]:
        return domains.get(self.domain).generator()

    @property
    def acceptance(self) -> float:
        """Share of the sampled programs that become tasks of any split, repeats included."""
        if not self.num_drawn:
            return 0.0
        unfit = (verdict.name.lower() for verdict in self._source.VERDICTS if verdict)
        return 1 - sum(self.rejected[reason] for reason in unfit) / self.num_drawn

    def to_json(self) -> dict[str, Any]:
        """All statistics as JSON values, with the language's own word for plain tasks."""
        names = {"plain": "", "plain_by_kind": ""}
        if word := self._source.PLAIN:
            names = {"plain": word, "plain_by_kind": f"{word}_by_kind"}
        values = {
            name: value for key, value in dataclasses.asdict(self).items() if (name := names.get(key, key))
        }
        return {**values, "acceptance": self.acceptance}

    def sections(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The sections to show: titles, each with rows of a name and a value."""
        drawn, word = max(self.num_drawn, 1), self._source.PLAIN
        rejected = [
            (words, f"{self.rejected[reason]:,} ({self.rejected[reason] / drawn:.1%})")
            for reason, words in self._source.REASONS.items()
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
                    *([(word, f"{self.plain:.1%}")] if word is not None else []),
                    ("sampled programs", f"{self.num_drawn:,}"),
                    ("accepted", f"{self.acceptance:.1%}"),
                ],
            ),
            ("Rejected", rejected),
            (
                "Kinds",
                [(label, f"{share:.1%}" + self._of_them_plain(label)) for label, share in self.kinds.items()],
            ),
            ("Tokens", [("reference", _lengths(self.lengths)), ("as sampled", _lengths(self.raw_lengths))]),
            ("Constructs", [(text, f"{share:.1%}") for text, share in self.constructs.items()]),
            ("Nesting", _depths("loops", self.loop_depths) + _depths("blocks", self.block_depths)),
            *([("Inputs, percentiles 5, 25, 50, 75, 95", self._figures())] if self.figures else []),
        ]

    def _of_them_plain(self, label: str) -> str:
        share, word = self.plain_by_kind.get(label), self._source.PLAIN
        return "" if share is None or word is None else f", {share:.1%} of them {word}"

    def _figures(self) -> list[tuple[str, str]]:
        return [
            (name, ", ".join(f"{value:.3g}" for value in values)) for name, values in self.figures.items()
        ]

    def to_text(self) -> str:
        """All statistics as lines of text."""
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


def _percentiles(values: npt.NDArray[Any]) -> tuple[float, ...]:
    return tuple(float(value) for value in np.percentile(values, _PERCENTILES))


def _depths(what: str, shares: tuple[float, ...]) -> list[tuple[str, str]]:
    return [(f"{what}, {depth} deep", f"{share:.1%}") for depth, share in enumerate(shares)]


def _lengths(lengths: Lengths) -> str:
    shown = ", ".join(f"{value:g}" for value in lengths.percentiles)
    return f"mean {lengths.mean:.1f}; percentiles 5, 25, 50, 75, 95: {shown}; longest {lengths.longest}"
