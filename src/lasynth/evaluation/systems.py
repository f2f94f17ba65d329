"""The table of a study's systems: protocols, budgets, the paper's numbers, and significant differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from lasynth.domains.unlearned import FloorWords
from lasynth.evaluation.intervals import Rate
from lasynth.evaluation.record import Record
from lasynth.evaluation.results import Result, Row, Study
from lasynth.evaluation.significance import Pair, holm
from lasynth.evaluation.tables import PROTOCOLS, table
from lasynth.evaluation.words import words_of

__all__ = ["Comparison", "as_json", "as_markdown", "compare"]

LEVEL = 0.05
_SAME_BUDGET = 0.001  # batches end where programs of one length end, so runs differ slightly


@dataclass(frozen=True, slots=True)
class Comparison:
    """The reference against one run of another system, on consistent@W.

    Attributes:
        system: the other system.
        seed: seed of the reference's run, and of the other run unless it is a peer's.
        other_seed: seed of the other run.
        pair: the counts; `b` counts tasks that only the reference has right.
        p_holm: p-value corrected for all tests of the study.
    """

    system: str
    seed: int
    other_seed: int
    pair: Pair
    p_holm: float

    @property
    def real(self) -> bool:
        """Whether the difference is significant at 5 % among all tests."""
        return self.p_holm < LEVEL

    def to_json(self) -> dict[str, Any]:
        """As JSON; p-values to six digits."""
        runs: dict[str, Any] = {"system": self.system, "seed": self.seed, "other_seed": self.other_seed}
        counts = {"b": self.pair.b, "c": self.pair.c, "difference": round(self.pair.difference, 4)}
        p, p_holm = (float(f"{value:.6g}") for value in (self.pair.p, self.p_holm))
        return runs | counts | {"p": p, "p_holm": p_holm, "real": self.real}


def compare(study: Study) -> list[Comparison]:
    """Test the reference against every other row, pairing runs of equal seed.

    A peer does not depend on a seed: its only run is paired with every run of the reference. Holm's
    correction covers all tests together.
    """
    found: list[tuple[str, int, int, Pair]] = []
    for row in study.rows:
        if row.system == study.reference:
            continue
        runs = study.of(row.system)
        for mine in study.of(study.reference):
            same_seed = [result for result in runs if result.seed == mine.seed]
            for other in runs if row.peer and len(runs) == 1 else same_seed:
                verdicts = ([record.consistent for record in run.evaluation.records] for run in (mine, other))
                pair = Pair.of(*verdicts)
                found.append((row.system, mine.seed, other.seed, pair))
    corrected = holm([pair.p for *_, pair in found])
    return [Comparison(*some, p_holm) for some, p_holm in zip(found, corrected, strict=True)]


def as_json(study: Study) -> dict[str, Any]:
    """Everything in the table, with the interval of every run."""
    return {
        "study": study.name,
        "title": study.title,
        "test_set": asdict(study.test_set),
        "beam": study.beam,
        "reference": study.reference,
        "rows": [_row_json(study, row) for row in study.rows],
        "tests": [test.to_json() for test in compare(study)],
    }


def _row_json(study: Study, row: Row) -> dict[str, Any]:
    results, names = study.of(row.system), [name for name, *_ in _protocols(study)]
    means = {name: round(_mean([_rate(result, name) for result in results]), 4) for name in names if results}
    return {
        "system": row.system,
        "title": row.title,
        "paper": row.paper,
        **({} if row.paper_exact is None else {"paper_exact": row.paper_exact}),
        "peer": row.peer,
        "runs": [_run_json(study, result) for result in results],
        "mean": means or None,
    }


def _run_json(study: Study, result: Result) -> dict[str, Any]:
    rates: dict[str, Any] = {name: _rate(result, name).to_json() for name, *_ in _protocols(study)}
    if _knows_floor(result):
        key = f"consistent_where_{_words(study).key}_fails"
        rates[key] = _rate(result, "consistent", _floor_fails).to_json()
    budget = ("parameters", "programs", "distinct_programs", "minutes", "machine", "remarks")
    known = {name: getattr(result, name) for name in budget}
    return {"seed": result.seed, "method": result.evaluation.method, **known, **rates}


def as_markdown(study: Study) -> str:
    """The page of the table."""
    wide = "W" if study.beam is None else str(study.beam)
    floor = _knows_floor(study.results[0])
    headings = ["system", "runs", *(heading.format(beam=wide) for _, heading, _ in _protocols(study))]
    headings += [f"consistent@{wide} where the {_words(study).name} fails"] * floor
    headings += ["parameters", "programs seen", "minutes", "paper"]
    headings += ["paper, exact"] * _has_exact(study)
    num = len(study.results)
    lines = [
        f"# {study.title}",
        "",
        f"Written by `lasynth report` from {num} saved run{'s' * (num > 1)} on the same",
        f"{study.test_set.num_tasks:,} tasks of {study.test_set.name}.",
        "",
        *table(headings, [_row(study, row, floor) for row in study.rows]),
        "",
        *(f"- {line}" for line in _legend(study, wide, floor)),
        *_differences(study, wide),
    ]
    return "\n".join(lines) + "\n"


def _row(study: Study, row: Row, floor: bool) -> list[str]:
    results = study.of(row.system)
    paper = ["-" if share is None else f"{share:.1f}" for share in (row.paper, row.paper_exact)]
    paper = paper[: 1 + _has_exact(study)]
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
        *(_span([getattr(result, name) for result in results]) for name in ("parameters", "programs")),
        _span([None if result.minutes is None else round(result.minutes) for result in results]),
        *paper,
    ]


def _legend(study: Study, wide: str, floor: bool) -> list[str]:
    lines = [
        'Per cent of tasks. "Right" is right on shown and held-out examples.',
        *(f"{heading}: {meaning}.".format(beam=wide) for _, heading, meaning in _protocols(study)),
        "One run: the rate with its 95 % interval (Wilson), which speaks of the choice of tasks only.",
    ]
    runs = [study.of(row.system) for row in study.rows]
    if any(len(results) > 1 for results in runs):
        lines.append(
            "Several runs, of different seeds: the mean, and in brackets the lowest and the highest. The JSON"
            " has the interval of each."
        )
    if floor:
        num = sum(map(_floor_fails, study.results[0].evaluation.records))
        lines.append(
            f"The {_words(study).name} fails on {num:,} of the tasks, so it has none of these right by"
            " definition."
        )
    if single := [row for row, results in zip(study.rows, runs, strict=True) if _gives_one(row, results)]:
        lines.append(
            f"{_titles(single)} {'gives' if len(single) == 1 else 'give'} at most one program a task, and"
            " only one that satisfies the shown examples: the rate stands under"
            f" consistent@{wide} and has no beam."
        )
    lines.append(_budget(study))
    if any(row.paper is not None for row in study.rows):
        lines.append(
            "The paper's numbers are of its own data, tasks and budget: compare the order and the"
            " distances, not the rates."
        )
    if not all(runs):
        lines.append("-: not known, or nothing to report.")
    notes = [study.note, *(row.note and f"{row.title}: {row.note}" for row in study.rows)]
    notes += [
        f"{study.row(result.system).title}, seed {result.seed}: {remark}"
        for result in study.results
        for remark in result.remarks
    ]
    machines = "; ".join(sorted({result.machine for result in study.results if result.machine}))
    return [*lines, *filter(None, [*notes, machines and f"Machine: {machines}."])]


def _budget(study: Study) -> str:
    """Whether the learned systems saw the same number of programs."""
    seen = [result.programs for result in study.results if not study.row(result.system).peer]
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
    lines += [
        f"McNemar's exact test of {title} against each other row: consistent@{wide} on the same tasks.",
        f"b: {title} alone is right; c: the other alone is right.",
        f"p (Holm) is corrected for the number of tests on this page, {len(tests)}.",
    ]
    if len({test.seed for test in tests}) > 1:
        lines.append(
            f"{title} has several runs: each is tested against the other system's run of the same seed, and"
            " against the one run of a peer."
        )
    rows = []
    for test in tests:
        cells = [study.row(test.system).title, str(test.seed), str(test.pair.b), str(test.pair.c)]
        rows.append([*cells, f"{100 * test.pair.difference:+.1f}", _p(test.pair.p), _p(test.p_holm)])
    headings = ["against", "seed", "b", "c", "difference, points", "p", "p (Holm)"]
    return [*lines, "", *table(headings, rows), "", *_sentences(study, tests)]


def _sentences(study: Study, tests: Sequence[Comparison]) -> list[str]:
    paired = {row: [test for test in tests if test.system == row.system] for row in study.rows}
    tested = {row: mine for row, mine in paired.items() if mine}
    real = {row: mine for row, mine in tested.items() if all(test.real for test in mine)}
    better = [row for row, mine in real.items() if all(test.pair.b > test.pair.c for test in mine)]
    worse = [row for row, mine in real.items() if all(test.pair.b < test.pair.c for test in mine)]
    reference = study.row(study.reference)
    learned = [row for row in study.rows if row == reference or (row in tested and not row.peer)]
    once = [row for row in learned if len(study.of(row.system)) == 1]

    def sentence(text: str, rows: Sequence[Row]) -> list[str]:
        return [text.format(_titles(rows), title=reference.title)] if rows else []

    lines = [
        *sentence("**{title} is better than {}**.", better),
        *sentence("**{title} is worse than {}**.", worse),
        *sentence(
            "Against {} no difference is shown, which does not say that there is none.",
            [row for row in tested if row not in better + worse],
        ),
    ]
    if any(len(mine) > 1 for mine in tested.values()):
        lines.append("With several pairs of runs a difference counts as real where every pair shows it.")
    return [
        *lines,
        *sentence(
            "Not tested, as there is no run to pair: {}.",
            [row for row in study.rows if row not in tested and row != reference],
        ),
        *sentence(
            f"{{}} {'was' if len(once) == 1 else 'were'} trained once: the tests speak of the choice of"
            " tasks, and not of what another seed would have learned.",
            once,
        ),
    ]


def _titles(rows: Sequence[Row]) -> str:
    """`"A, B and C"`."""
    *most, last = [row.title for row in rows]
    return f"{', '.join(most)} and {last}" if most else last


def _protocols(study: Study) -> list[tuple[str, str, str]]:
    """The protocols to show, as in `PROTOCOLS`: those that all runs have, except runs of peers."""
    shown = {"greedy", "consistent", "oracle", "top1" * _words(study).top1, "exact" * _has_exact(study)}
    return [protocol for protocol in PROTOCOLS if protocol[0] in shown]


def _has_exact(study: Study) -> bool:
    """Whether the paper's table gives the share of programs equal to the reference."""
    return any(row.paper_exact is not None for row in study.rows)


def _words(study: Study) -> FloorWords:
    """The words for the floor of the study's language."""
    return words_of(study.results[0].evaluation.domain)


def _knows_floor(result: Result) -> bool:
    return any(record.floor is not None for record in result.evaluation.records)


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
    """Whether a peer's three rates are the same number, that of its only program."""
    return bool(row.peer and results) and all(
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
