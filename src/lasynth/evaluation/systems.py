"""The table of a study's systems: protocols, budgets, the paper's numbers, and which differences are real."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lasynth.domains.base import FloorWords
from lasynth.evaluation.intervals import Rate
from lasynth.evaluation.records import Record
from lasynth.evaluation.results import Result, Row, Study
from lasynth.evaluation.significance import Pair, holm
from lasynth.evaluation.tables import PROTOCOLS
from lasynth.evaluation.words import words_of

__all__ = ["Comparison", "as_json", "as_markdown", "compare"]

LEVEL = 0.05
_SAME_BUDGET = 0.001  # batches end where programs of one length do, so runs differ by a few programs


@dataclass(frozen=True, slots=True)
class Comparison:
    """The reference against one run of another system, on consistent@W.

    Attributes:
        system: the other one.
        seed: of the reference's run; the other's too, unless it is a peer.
        other_seed: of the other run.
        pair: the counts; `b` is the reference alone right.
        p_holm: p-value corrected for all tests of the study.
    """

    system: str
    seed: int
    other_seed: int
    pair: Pair
    p_holm: float

    @property
    def real(self) -> bool:
        """Whether the difference holds at 5 % among all tests."""
        return self.p_holm < LEVEL

    def to_json(self) -> dict[str, Any]:
        """As JSON; p-values to six digits."""
        return {
            "system": self.system,
            "seed": self.seed,
            "other_seed": self.other_seed,
            "b": self.pair.b,
            "c": self.pair.c,
            "difference": round(self.pair.difference, 4),
            "p": float(f"{self.pair.p:.6g}"),
            "p_holm": float(f"{self.p_holm:.6g}"),
            "real": self.real,
        }


def compare(study: Study) -> list[Comparison]:
    """Test the reference against every other row, run by run of equal seed.

    A peer does not depend on a seed: its only run is paired with every run of the reference. Holm's
    correction is over all tests together.
    """
    found: list[tuple[str, int, int, Pair]] = []
    for row in study.rows:
        if row.system == study.reference:
            continue
        runs = study.of(row.system)
        for mine in study.of(study.reference):
            if row.peer and len(runs) == 1:
                others = list(runs)
            else:
                others = [result for result in runs if result.seed == mine.seed]
            for other in others:
                pair = Pair.of(_verdicts(mine), _verdicts(other))
                found.append((row.system, mine.seed, other.seed, pair))
    corrected = holm([pair.p for *_, pair in found])
    return [Comparison(*some, p_holm) for some, p_holm in zip(found, corrected, strict=True)]


def as_json(study: Study) -> dict[str, Any]:
    """Everything in the table, with the interval of every run."""
    rows = []
    for row in study.rows:
        results = study.of(row.system)
        rows.append(
            {
                "system": row.system,
                "title": row.title,
                "paper": row.paper,
                **({} if row.paper_exact is None else {"paper_exact": row.paper_exact}),
                "peer": row.peer,
                "runs": [_run_json(study, result) for result in results],
                "mean": {
                    name: round(_mean([_rate(result, name) for result in results]), 4)
                    for name, *_ in _protocols(study)
                }
                if results
                else None,
            }
        )
    return {
        "study": study.name,
        "title": study.title,
        "test_set": {
            "name": study.test_set.name,
            "digest": study.test_set.digest,
            "num_tasks": study.test_set.num_tasks,
        },
        "beam": study.beam,
        "reference": study.reference,
        "rows": rows,
        "tests": [test.to_json() for test in compare(study)],
    }


def as_markdown(study: Study) -> str:
    """The page of the table."""
    wide = "W" if study.beam is None else str(study.beam)
    floor = any(record.floor is not None for record in study.results[0].evaluation.records)
    headings = ["system", "runs", *(heading.format(beam=wide) for _, heading, _ in _protocols(study))]
    headings += [f"consistent@{wide} where the {_words(study).name} fails"] * floor
    headings += ["parameters", "programs seen", "minutes", "paper"]
    headings += ["paper, exact"] * _has_exact(study)
    lines = [
        f"# {study.title}",
        "",
        f"Written by `lasynth report` from {_count(len(study.results), 'saved run')} on the same",
        f"{study.test_set.num_tasks:,} tasks of {study.test_set.name}.",
        "",
        "| " + " | ".join(headings) + " |",
        "|---|" + "---:|" * (len(headings) - 1),
        *("| " + " | ".join(_row(study, row, floor)) + " |" for row in study.rows),
        "",
        *(f"- {line}" for line in _legend(study, wide, floor)),
        *_differences(study, wide),
    ]
    return "\n".join(lines) + "\n"


def _row(study: Study, row: Row, floor: bool) -> list[str]:
    results = study.of(row.system)
    paper = ["-" if row.paper is None else f"{row.paper:.1f}"]
    if _has_exact(study):
        paper.append("-" if row.paper_exact is None else f"{row.paper_exact:.1f}")
    if not results:
        return [row.title, "not run", *["-"] * (len(_protocols(study)) + floor + 3), *paper]
    shown = [
        "-" if name != "consistent" and _gives_one(row, results) else _cell(results, name)
        for name, *_ in _protocols(study)
    ]
    if floor:
        shown.append(_cell(results, "consistent", only=_floor_fails))
    return [
        row.title,
        str(len(results)),
        *shown,
        _span([result.parameters for result in results]),
        _span([result.programs for result in results]),
        _span([None if result.minutes is None else round(result.minutes) for result in results]),
        *paper,
    ]


def _legend(study: Study, wide: str, floor: bool) -> list[str]:
    results = study.results
    lines = [
        'Per cent of tasks. "Right" is right on shown and held-out examples.',
        *(f"{heading}: {meaning}.".format(beam=wide) for _, heading, meaning in _protocols(study)),
    ]
    repeated = [row.title for row in study.rows if len(study.of(row.system)) > 1]
    lines.append(
        "One run: the rate with its 95 % interval (Wilson), which speaks of the choice of tasks only."
    )
    if repeated:
        lines.append(
            "Several runs, of different seeds: the mean, and in brackets the lowest and the highest. The JSON"
            " has the interval of each."
        )
    if floor:
        num = sum(record.floor is False for record in results[0].evaluation.records)
        lines.append(
            f"The {_words(study).name} fails on {num:,} of the tasks, so it has none of these right by"
            " definition."
        )
    single = [
        row.title for row in study.rows if study.of(row.system) and _gives_one(row, study.of(row.system))
    ]
    if single:
        lines.append(
            f"{_and(single)} {_verb(single, 'gives', 'give')} at most one program a task, and only one that"
            f" satisfies the shown examples: the rate stands under consistent@{wide} and has no beam."
        )
    lines.append(_budget(study))
    if any(row.paper is not None for row in study.rows):
        lines.append(
            "The paper's numbers are of its own data, tasks and budget: compare the order and the"
            " distances, not the rates."
        )
    if any(not study.of(row.system) for row in study.rows):
        lines.append("-: not known, or nothing to report.")
    lines += [study.note] * bool(study.note)
    lines += [f"{row.title}: {row.note}" for row in study.rows if row.note]
    for row in study.rows:
        for result in study.of(row.system):
            lines += [f"{row.title}, seed {result.seed}: {remark}" for remark in result.remarks]
    machines = sorted({result.machine for result in results if result.machine})
    return lines + ([f"Machine: {'; '.join(machines)}."] if machines else [])


def _budget(study: Study) -> str:
    """Whether the learned systems saw as many programs as each other."""
    learned = [result for result in study.results if not study.row(result.system).peer]
    seen = [result.programs for result in learned]
    known = [number for number in seen if number is not None]
    if len(known) < len(seen) or (known and max(known) > (1 + _SAME_BUDGET) * min(known)):
        return (
            "**The learned systems did not all see the same number of programs**: read that column before the"
            " rates."
        )
    if not known:
        return "No learned system was run."
    return f"Every learned system saw {_span(known)} programs in training, repeats counted."


def _differences(study: Study, wide: str) -> list[str]:
    tests = compare(study)
    title = study.row(study.reference).title
    lines = ["", "## Which differences are real", ""]
    if not tests:
        return [*lines, f"No two runs can be paired: {title} or every other system of its seeds is missing."]
    seeds = {test.seed for test in tests}
    lines += [
        f"McNemar's exact test of {title} against each other row: consistent@{wide} on the same tasks.",
        f"b: {title} alone is right; c: the other alone is right.",
        f"p (Holm) is corrected for the number of tests on this page, {len(tests)}.",
    ]
    if len(seeds) > 1:
        lines.append(
            f"{title} has several runs: each is tested against the other system's run of the same seed, and"
            " against the one run of a peer."
        )
    lines += ["", "| against | seed | b | c | difference, points | p | p (Holm) |", "|---|" + "---:|" * 6]
    for test in tests:
        cells = [study.row(test.system).title, str(test.seed), str(test.pair.b), str(test.pair.c)]
        cells += [f"{100 * test.pair.difference:+.1f}", _p(test.pair.p), _p(test.p_holm)]
        lines.append("| " + " | ".join(cells) + " |")
    return [*lines, "", *_sentences(study, tests)]


def _sentences(study: Study, tests: Sequence[Comparison]) -> list[str]:
    title = study.row(study.reference).title
    better, worse, not_shown = [], [], []
    for row in study.rows:
        mine = [test for test in tests if test.system == row.system]
        if not mine:
            continue
        if all(test.real and test.pair.b > test.pair.c for test in mine):
            better.append(row.title)
        elif all(test.real and test.pair.b < test.pair.c for test in mine):
            worse.append(row.title)
        else:
            not_shown.append(row.title)
    lines = []
    if better:
        lines.append(f"**{title} is better than {_and(better)}**.")
    if worse:
        lines.append(f"**{title} is worse than {_and(worse)}**.")
    if not_shown:
        lines.append(
            f"Against {_and(not_shown)} no difference is shown, which does not say that there is none."
        )
    if any(sum(test.system == other.system for other in tests) > 1 for test in tests):
        lines.append("With several pairs of runs a difference counts as real where every pair shows it.")
    untested = [
        row.title
        for row in study.rows
        if row.system != study.reference and not any(test.system == row.system for test in tests)
    ]
    if untested:
        lines.append(f"Not tested, as there is no run to pair: {_and(untested)}.")
    learned = {test.system for test in tests if not study.row(test.system).peer}
    single = [
        row.title
        for row in study.rows
        if (row.system in learned or row.system == study.reference) and len(study.of(row.system)) == 1
    ]
    if single:
        lines.append(
            f"{_and(single)} {_verb(single, 'was', 'were')} trained once: the tests speak of the choice of"
            " tasks, and not of what another seed would have learned."
        )
    return lines


def _protocols(study: Study) -> list[tuple[str, str, str]]:
    """The protocols that are shown, as in `PROTOCOLS`: all runs know them, but those of peers."""
    shown = {"greedy", "consistent", "oracle"}
    if _words(study).top1:
        shown.add("top1")
    if _has_exact(study):
        shown.add("exact")
    return [protocol for protocol in PROTOCOLS if protocol[0] in shown]


def _has_exact(study: Study) -> bool:
    """Whether the paper's table says how many programs were equal to the reference."""
    return any(row.paper_exact is not None for row in study.rows)


def _run_json(study: Study, result: Result) -> dict[str, Any]:
    rates: dict[str, Any] = {name: _rate(result, name).to_json() for name, *_ in _protocols(study)}
    if any(record.floor is not None for record in result.evaluation.records):
        key = words_of(result.evaluation.domain).key
        rates[f"consistent_where_{key}_fails"] = _rate(result, "consistent", _floor_fails).to_json()
    return {
        "seed": result.seed,
        "method": result.evaluation.method,
        "parameters": result.parameters,
        "programs": result.programs,
        "distinct_programs": result.distinct_programs,
        "minutes": result.minutes,
        "machine": result.machine,
        "remarks": list(result.remarks),
        **rates,
    }


def _words(study: Study) -> FloorWords:
    """The words for the floor of the study's language."""
    return words_of(study.results[0].evaluation.domain)


def _verdicts(result: Result) -> list[bool]:
    return [record.consistent for record in result.evaluation.records]


def _floor_fails(record: Record) -> bool:
    return record.floor is False


def _rate(result: Result, name: str, only: Callable[[Record], bool] | None = None) -> Rate:
    records = result.evaluation.records
    return Rate.of(getattr(record, name) for record in records if only is None or only(record))


def _mean(rates: Sequence[Rate]) -> float:
    return sum(rate.share for rate in rates) / len(rates)


def _cell(results: Sequence[Result], name: str, only: Callable[[Record], bool] | None = None) -> str:
    rates = [_rate(result, name, only) for result in results]
    if len(rates) == 1 or not rates[0].num_tasks:
        return str(rates[0])
    shares = [100 * rate.share for rate in rates]
    return f"{100 * _mean(rates):.1f} ({min(shares):.1f} to {max(shares):.1f})"


def _gives_one(row: Row, results: Sequence[Result]) -> bool:
    """Whether a peer's three rates are one number, that of its only program."""
    return row.peer and all(
        record.greedy == record.consistent == record.oracle
        for result in results
        for record in result.evaluation.records
    )


def _span(values: Sequence[int | None]) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "-"
    low, high = min(known), max(known)
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def _p(value: float) -> str:
    return "<0.0001" if value < 0.0001 else f"{value:.4f}"


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _verb(names: Sequence[str], one: str, many: str) -> str:
    return one if len(names) == 1 else many


def _count(num: int, what: str) -> str:
    return f"{num:,} {what}" if num == 1 else f"{num:,} {what}s"
