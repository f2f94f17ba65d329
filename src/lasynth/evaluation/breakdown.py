"""Solve rates of every system of a study by kind or by length of the reference; the figures show these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import count
from typing import Any

from lasynth.evaluation.intervals import Rate
from lasynth.evaluation.results import Study
from lasynth.evaluation.tables import groups

__all__ = ["Breakdown", "Point", "Series", "breakdown"]

# In the order of the paper's figures for C and Karel; kinds of other languages follow by name.
_KINDS = ("Seq-only", "For-only", "If-only", "Loop-only", "Mixture")


@dataclass(frozen=True, slots=True)
class Point:
    """A share with the ends of its whisker, all between 0 and 1.

    Attributes:
        share: the share of one run, or the mean over runs.
        low: lower end of the 95 % interval; for several runs the lowest of their lower ends.
        high: upper end; for several runs the highest.
    """

    share: float
    low: float
    high: float

    @classmethod
    def over(cls, rates: Sequence[Rate]) -> Point:
        """The point of the rates of several runs.

        The runs share their tasks, so pooling their counts would make the interval too narrow.
        """
        intervals = [rate.interval for rate in rates]
        share = sum(rate.share for rate in rates) / len(rates)
        return cls(share, min(low for low, _ in intervals), max(high for _, high in intervals))

    def to_json(self) -> dict[str, float]:
        """As JSON."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Series:
    """One system of a figure.

    Attributes:
        system: its name in file names.
        title: its name in print.
        place: position of its row among rows of the same sort (peers, or systems that learn), so that it
            looks the same in every figure.
        peer: whether it learns nothing.
        seeds: seeds of the runs in the mean.
        points: one per category.
        rates: the rates of each run, by category.
    """

    system: str
    title: str
    place: int
    peer: bool
    seeds: tuple[int, ...]
    points: tuple[Point, ...]
    rates: tuple[tuple[Rate, ...], ...]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Consistent@W by category and system.

    Attributes:
        by: the grouping of tasks, `"kind"` or `"length"`.
        beam: W; None where only peers have results.
        categories: labels, each with its number of tasks.
        series: the systems with results, in the order of the rows.
    """

    by: str
    beam: int | None
    categories: tuple[tuple[str, int], ...]
    series: tuple[Series, ...]

    def to_json(self) -> dict[str, Any]:
        """The data of the figure, with the interval of each run."""
        return {
            "by": self.by,
            "protocol": "consistent",
            "beam": self.beam,
            "categories": [{"label": label, "num_tasks": number} for label, number in self.categories],
            "systems": [
                {
                    "system": series.system,
                    "title": series.title,
                    "seeds": list(series.seeds),
                    "points": [point.to_json() for point in series.points],
                    "runs": [[rate.to_json() for rate in rates] for rates in series.rates],
                }
                for series in self.series
            ],
        }


def breakdown(study: Study, by: str) -> Breakdown:
    """Group the tasks of a study.

    Args:
        study: the results.
        by: `"kind"` or `"length"`.

    Returns:
        The rates; no categories where no result knows the kind or length of any task.
    """
    found = {
        result.file_name: {
            group.label: group
            for group in groups(result.evaluation.records, result.evaluation.domain)
            if group.section == by
        }
        for result in study.results
    }
    labels = [(group.label, group.num_tasks) for group in found[study.results[0].file_name].values()]
    if by == "kind":
        order = {kind: number for number, kind in enumerate(_KINDS)}
        labels.sort(key=lambda label: (order.get(label[0], len(order)), label[0]))
    series = []
    places = {False: count(), True: count()}
    for row in study.rows:
        place, results = next(places[row.peer]), study.of(row.system)
        rates = tuple(
            tuple(found[result.file_name][label].rates["consistent"] for label, _ in labels)
            for result in results
        )
        points = tuple(Point.over(of_label) for of_label in zip(*rates, strict=True))
        seeds = tuple(result.seed for result in results)
        if results:
            series.append(Series(row.system, row.title, place, row.peer, seeds, points, rates))
    return Breakdown(by, study.beam, tuple(labels), tuple(series))
