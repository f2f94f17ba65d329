"""Pages and data of the figures of iterative retraining (Figures 3, 4, 7 and 8a of the paper)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from lasynth import domains
from lasynth.evaluation.intervals import Rate
from lasynth.evaluation.rounds import Chain, Programs, RoundsStudy, SystemEntry
from lasynth.evaluation.significance import Pair, holm
from lasynth.evaluation.tables import table

__all__ = ["STRAIGHT", "as_json", "before_and_after", "page"]

STRAIGHT: Final = "Seq-only"
"""The kind of programs without control flow, in every language."""

_LEVEL: Final = 0.05
_Of = Sequence[tuple[SystemEntry, tuple[Chain, ...]]]


def as_json(study: RoundsStudy, domain: str | None = None) -> dict[str, Any]:
    """The numbers behind the page and the figures, of all languages or of one."""
    chains = [chain for chain in study.chains if domain in (None, chain.domain)]
    return {
        "title": study.title,
        "chains": [
            {
                "system": chain.system,
                "size": chain.num_tasks,
                "beam": chain.beam,
                "test_set": chain.test_set.to_dict(),
                "rounds": [
                    {
                        "consistent": one.solved.to_json(),
                        "top1": Rate(one.top1.count("1"), len(one.top1)).to_json(),
                        "oracle": Rate(one.oracle.count("1"), len(one.oracle)).to_json(),
                        "replaced": Rate(one.programs.num_replaced, one.programs.num_tasks).to_json(),
                        "mean_length": round(one.programs.mean_length, 2),
                        "kinds": one.programs.kinds,
                        "lengths": [list(pair) for pair in one.programs.lengths],
                        "against_round_0": _pair_json(one.against(chain.rounds[0])) if number else None,
                    }
                    for number, one in enumerate(chain.rounds)
                ],
            }
            for chain in chains
        ],
    }


def page(study: RoundsStudy) -> str:
    """The page of the study, as Markdown: tables, tests, and which of the paper's observations appear."""
    lines = [f"# {study.title}", "", "Written by `lasynth report` from saved results."]
    lines += ["", study.note] if study.note else []
    for system in study.systems:
        chains = study.of(system)
        lines += ["", f"## {system.title}", ""]
        if not chains:
            lines += ["Not run."]
            continue
        lines += _tables(system, chains)
        lines += ["", "### What the paper observed", "", *_observations(chains)]
        lines += ["", system.note] if system.note else []
    lines += [
        "",
        "## How to read this",
        "",
        "- Per cent of the test tasks, with the 95 % interval (Wilson). Lengths in tokens.",
        "- Replaced: training programs for which the model of the round before has a shorter one that is",
        "  right on all examples. Each round trains a new model with the same settings, and shows it as many",
        "  programs.",
        "- Gain: the difference from round 0 on the same test tasks, in points, with its 95 % interval",
        "  (Wald, paired). p: McNemar's exact test, corrected for all tests of a system (Holm). There is one",
        "  run each: a test covers the choice of the test tasks, not the variation of training.",
    ]
    return "\n".join(lines) + "\n"


def before_and_after(study: RoundsStudy) -> str:
    """A page of replaced programs, before and after, as drawn when the chains were saved."""
    lines = [
        "# Programs before and after a round",
        "",
        "Written by `lasynth report`. Programs that the first round of retraining replaced, drawn at random",
        "from all of them: none was chosen by hand.",
    ]
    for system in study.systems:
        chains = [chain for chain in study.of(system) if chain.replaced]
        if not chains:
            continue
        chain = chains[-1]
        fence = "c" if chain.domain == domains.DEFAULT else ""
        lines += ["", f"## {system.title}, {chain.num_tasks:,} tasks", ""]
        num = len(chain.replaced)
        lines += [f"{num} of {chain.num_replaced:,} replaced programs, drawn with seed {chain.seed}."]
        for pair in chain.replaced:
            lines += ["", f"Task {pair.task:,}", ""]
            for text in (pair.before, pair.after):
                lines += [f"```{fence}", *text.rstrip().splitlines(), "```"]
    return "\n".join(lines) + "\n"


def _tables(system: SystemEntry, chains: Sequence[Chain]) -> list[str]:
    """A row a size and round."""
    first = [one.against(chain.rounds[0]) for chain in chains for one in chain.rounds[1:]]
    corrected = iter(holm([pair.p for pair in first]))
    headings = ["tasks", "round", "replaced", "mean length", STRAIGHT, "top-1", "consistent", "gain", "p"]
    has_paper = bool(system.paper)
    if has_paper:
        headings.append("paper")
    rows = []
    for chain in chains:
        for number, one in enumerate(chain.rounds):
            programs = one.programs
            pair = one.against(chain.rounds[0])
            row = [
                f"{chain.num_tasks:,}",
                str(number),
                str(Rate(programs.num_replaced, programs.num_tasks)) if number else "-",
                f"{programs.mean_length:.1f}",
                f"{100 * programs.kinds.get(STRAIGHT, 0) / max(programs.num_tasks, 1):.1f}",
                str(Rate(one.top1.count("1"), len(one.top1))),
                str(one.solved),
                _gain(pair) if number else "-",
                f"{next(corrected):.2g}" if number else "-",
            ]
            if has_paper:
                full = chain is chains[-1] and number < len(system.paper)
                row.append(f"{system.paper[number]:g}" if full else "")
            rows.append(row)
    chain = chains[-1]
    lines = table(headings, rows)
    lines += ["", f"Decoded and evaluated with beam {chain.beam}, on {chain.test_set.num_tasks:,} test tasks"]
    lines[-1] += (
        f" ({chain.test_set.name}); {chain.training['num_programs']:,} programs shown in each training."
    )
    if has_paper:
        lines[-1] += " The paper's numbers are those of its full training set, beam 64."
    return lines


def _observations(chains: Sequence[Chain]) -> list[str]:
    """The paper's four observations, each with its numbers and whether it appears."""
    observed = (_shorter, _straighter, _little_data, _one_is_enough)
    return [f"- {said}" for said in (observe(chains) for observe in observed) if said]


def _shorter(chains: Sequence[Chain]) -> str:
    """Only shorter programs replace others, so no test: how many do, and by how much."""
    parts = []
    for chain in chains:
        first, last = chain.rounds[0].programs, chain.rounds[-1].programs
        replaced = (
            f"{_share(chain.rounds[1].programs.num_replaced, first)} replaced" if chain.rounds[1:] else ""
        )
        part = f"{first.mean_length:.1f} to {last.mean_length:.1f} tokens"
        parts.append((chain, f"{part}, {replaced} by the first round" if replaced else part))
    return f"**Programs get shorter.** {_by_size(parts)}."


def _straighter(chains: Sequence[Chain]) -> str:
    """A paired test between the programs that became straight-line and those that ceased to be."""
    parts, appears = [], []
    for chain in (chain for chain in chains if chain.rounds[1:]):
        before, after = (one.programs for one in chain.rounds[:2])
        pair = after.change(STRAIGHT)
        appears.append(pair.p < _LEVEL and pair.c > pair.b)
        shares = " to ".join(_share(one.kinds.get(STRAIGHT, 0), one) for one in (before, after))
        parts.append((chain, f"{shares}, {pair.c} became so and {pair.b} ceased to be (p = {pair.p:.2g})"))
    verdict = (
        "appears" if appears and all(appears) else "appears in part" if any(appears) else "does not appear"
    )
    said = f"**Kinds shift to straight-line** (first round): {verdict}. {_by_size(parts)}."
    return said if parts else ""


def _little_data(chains: Sequence[Chain]) -> str:
    """The gain of the first round with the smallest data set against that with the largest."""
    gains = [(chain, chain.rounds[1].against(chain.rounds[0])) for chain in chains if chain.rounds[1:]]
    if len(gains) < 2:
        return ""
    smallest, largest = gains[0][1], gains[-1][1]
    difference = 100 * (largest.difference - smallest.difference)  # a pair's is the first minus the second
    half = 196 * (smallest.standard_error**2 + largest.standard_error**2) ** 0.5
    verdict = "appears" if difference > half else "is reversed" if -difference > half else "cannot be decided"
    said = _by_size([(chain, _gain(pair)) for chain, pair in gains])
    interval = f"{difference:+.1f} [{difference - half:+.1f}, {difference + half:+.1f}]"
    return (
        f"**The gain is largest with little data**: {verdict}. In points: {said}. The smallest data set gains"
        f" {interval} points more than the largest."
    )


def _one_is_enough(chains: Sequence[Chain]) -> str:
    """The second round against the first."""
    pairs = [(chain, chain.rounds[2].against(chain.rounds[1])) for chain in chains if chain.rounds[2:]]
    if not pairs:
        return ""
    corrected = holm([pair.p for _, pair in pairs])
    gaining = [
        f"{chain.num_tasks:,}"
        for (chain, pair), p in zip(pairs, corrected, strict=True)
        if p < _LEVEL and pair.c > pair.b
    ]
    verdict = (
        f"not with {', '.join(gaining)} tasks" if gaining else "appears; no second round gains significantly"
    )
    said = _by_size([(chain, _gain(pair)) for chain, pair in pairs])
    return f"**One round is enough**: {verdict}. The second round against the first, in points: {said}."


def _by_size(parts: Sequence[tuple[Chain, str]]) -> str:
    return "; ".join(f"{chain.num_tasks:,} tasks: {text}" for chain, text in parts)


def _share(number: int, programs: Programs) -> str:
    return f"{100 * number / max(programs.num_tasks, 1):.1f} %"


def _gain(pair: Pair) -> str:
    """The second minus the first in points, with the 95 % interval."""
    low, high = pair.interval
    # Zero is added lest there be a minus before a zero.
    return f"{-100 * pair.difference + 0:+.1f} [{-100 * high + 0:+.1f}, {-100 * low + 0:+.1f}]"


def _pair_json(pair: Pair) -> dict[str, Any]:
    low, high = pair.interval
    return {
        "lost": pair.b,
        "won": pair.c,
        "difference": round(-pair.difference, 4),
        "low": round(-high, 4),
        "high": round(-low, 4),
        "p": pair.p,
    }
