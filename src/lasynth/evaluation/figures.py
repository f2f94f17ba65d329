"""Figures of saved results as SVG and PNG: the same numbers and matplotlib version give the same bytes.

The colours are those of Okabe and Ito, which colour-blind readers can distinguish. Hatches and markers differ
too, so that figures are readable in grey. matplotlib is the extra `plot`; it is imported when a figure is
drawn.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, Literal

from lasynth.errors import InputError
from lasynth.evaluation.breakdown import Breakdown, Series
from lasynth.evaluation.intervals import Rate
from lasynth.evaluation.rounds import Chain, SystemEntry
from lasynth.evaluation.trace import TraceStudy

__all__ = ["by_kind", "by_length", "over_time", "reliability", "require", "retraining", "trace"]

# The eight colours of Okabe and Ito, strong ones first; yellow is last because it is faint on white.
_COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#000000", "#F0E442")
_BLACK = "#000000"
_OTHERS = ("#009E73", "#CC79A7", "#E69F00")  # other systems in a trace study
_GREYS = ("#808080", "#B0B0B0")  # peers
_HATCHES = ("", "///", "\\\\\\", "...", "xxx", "---", "||||", "++")
_MARKERS = "osD^vP*X"
_PEER_MARKERS = "<>"
_DASHES: tuple[Any, ...] = ("-", (0, (4, 1.5)), (0, (1.5, 1.5)), (0, (5, 1.5, 1, 1.5)))
_STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, so every machine has it
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": "#DDDDDD",
    "grid.linewidth": 0.6,
    "hatch.linewidth": 0.5,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "svg.fonttype": "path",
    "svg.hashsalt": "lasynth",
    "path.simplify": False,
}
_LEAST_ANSWERS: Final = 10  # fewer make no point
_WHISKER = {"ecolor": "#333333", "elinewidth": 0.8, "capsize": 1.8, "capthick": 0.8}


def require(what: str) -> None:
    """Check that figures can be drawn.

    Raises:
        InputError: matplotlib is not installed.
    """
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        hint = "Install it with `pip install 'lasynth[plot]'`, or give --only table or --only fig5."
        raise InputError("matplotlib is not installed", what, hint) from None


def by_kind(data: Breakdown) -> dict[str, bytes]:
    """Bars by kind of program, one per system, with whiskers.

    Returns:
        The contents of the files by extension: `"svg"`, `"png"`.
    """
    with _figure(7.2, 3.9) as (figure, axes):
        width = 0.84 / len(data.series)
        for number, series in enumerate(data.series):
            colour, hatch, _, _ = _look(series)
            axes.bar(
                *_heights(data, number, width),
                width,
                yerr=_whiskers(series),
                color="white" if colour == _BLACK else colour,  # a dark whisker would be invisible
                hatch=hatch,
                edgecolor="#333333",
                linewidth=0.4,
                label=_label(series),
                error_kw=_WHISKER,
            )
        _categories(axes, data)
        axes.tick_params(axis="x", length=0)
        return _saved(figure)


def by_length(data: Breakdown) -> dict[str, bytes]:
    """Lines over the length of the reference, one per system, with whiskers; returns as `by_kind`."""
    with _figure(7.2, 3.9) as (figure, axes):
        step = 0.24 / max(1, len(data.series) - 1)
        for number, series in enumerate(data.series):
            colour, _, marker, dashes = _look(series)
            axes.errorbar(
                *_heights(data, number, step),
                yerr=_whiskers(series),
                color=colour,
                marker=marker,
                markersize=5,
                markeredgecolor="#333333",
                markeredgewidth=0.5,
                linestyle=dashes,
                linewidth=1.2,
                label=_label(series),
                **(_WHISKER | {"ecolor": "#666666"}),
            )
        _categories(axes, data)
        axes.set_ylim(-2, 102)  # markers at the ends are not cut off
        return _saved(figure)


def trace(study: TraceStudy) -> dict[str, bytes]:
    """Agreement by step on the left, L_Exec during training on the right; returns as `by_kind`."""
    with _figure(7.2, 3.2, panels=2) as (figure, (left, right)):
        steps = [step.step for step in study.steps]
        lines: list[tuple[str, TraceStudy, int, str, str, Any]] = [
            (f"{study.system}, cells", study, 0, _COLOURS[0], "o", "-"),
            (f"{study.system}, whole lists", study, 1, _COLOURS[4], "s", "-"),
            ("keep the list, cells", study, 2, "#777777", "x", _DASHES[1]),
        ]
        for other, colour in zip(study.others, _OTHERS, strict=False):
            lines.insert(-1, (f"{other.system}, cells", other, 0, colour, "^", _DASHES[2]))
        for label, one, which, colour, marker, dashes in lines:
            rates = [step.rates[which] for step in one.steps]
            shares = [100 * rate.share for rate in rates]
            low, high = ([100 * rate.interval[end] for rate in rates] for end in (0, 1))
            left.fill_between(steps, low, high, color=colour, alpha=0.18, linewidth=0)
            left.plot(
                steps, shares, color=colour, marker=marker, markersize=4, linewidth=1.2, linestyle=dashes,
                label=label,
            )  # fmt: skip
        every = -(-len(steps) // 6)  # more than six labels would overlap
        shown = study.steps[::every]
        left.set_xticks(
            [step.step for step in shown], [f"{step.step}\n{_short(step.lists)}" for step in shown]
        )
        left.set_xlabel("step of the program, and n lists compared")
        left.set_ylabel("agrees with the machine, % (95 %)")
        left.set_ylim(0, 102)
        left.legend(loc="best", fontsize=8)
        for one, colour in zip((study, *study.others), (_COLOURS[0], *_OTHERS), strict=False):
            programs = [point.programs / 1000 for point in one.curve]
            losses = [point.exec for point in one.curve]
            dashes = "-" if one is study else _DASHES[2]
            right.plot(programs, losses, color=colour, linewidth=1.2, linestyle=dashes, label=one.system)
        if study.others:
            right.legend(loc="best", fontsize=8)
        if not study.curve:
            right.text(0.5, 0.5, "not recorded", ha="center", va="center", transform=right.transAxes)
        right.set_xlabel("thousand programs seen")
        right.set_ylabel("$L_{Exec}$ in training")
        right.set_ylim(bottom=0)
        return _saved(figure)


def reliability(sets: Sequence[tuple[str, Sequence[tuple[float, bool]]]]) -> dict[str, bytes]:
    """How often answers are right, by their confidence, in tenths of some answers at least. As `by_kind`.

    Args:
        sets: a title, and the confidence of each answer with whether it is right.
    """
    with _figure(4.6, 4.2) as (figure, axes):
        axes.plot([0, 100], [0, 100], color=_GREYS[0], linewidth=0.8, linestyle=_DASHES[1])
        for number, (title, answers) in enumerate(sets):
            tenths: dict[int, list[tuple[float, bool]]] = {}
            for confidence, right in answers:
                tenths.setdefault(min(9, int(10 * confidence)), []).append((confidence, right))
            shown = [some for _, some in sorted(tenths.items()) if len(some) >= _LEAST_ANSWERS]
            rates = [Rate.of(right for _, right in some) for some in shown]
            places = [100 * sum(confidence for confidence, _ in some) / len(some) for some in shown]
            _line(axes, number, places, rates, title)
        axes.set_xlim(0, 100)
        axes.set_ylim(0, 100)
        axes.set_xlabel("confidence, %")
        axes.set_ylabel("right, % of the answers (95 %)")
        figure.legend(loc="outside upper center", ncols=len(sets))
        return _saved(figure)


def over_time(panels: Sequence[tuple[str, Mapping[str, Sequence[tuple[float, Rate]]]]]) -> dict[str, bytes]:
    """Solve-rates by time limit, a line with a band for each method. As `by_kind`.

    Args:
        panels: a title, and for each method its time limits in seconds, rising, with the rate.
    """
    with _figure(0.6 + 2.6 * len(panels), 3.4, panels=len(panels), rows=1) as (figure, grid):
        for (title, methods), axes in zip(panels, grid[0], strict=True):
            for number, points in enumerate(methods.values()):
                limits, rates = zip(*points, strict=True)
                axes.plot(
                    limits,
                    [100 * rate.share for rate in rates],
                    color=_COLOURS[number],
                    marker=_MARKERS[number],
                    linestyle=_DASHES[number % len(_DASHES)],
                    markersize=4,
                    linewidth=1.2,
                )
                ends = [[100 * rate.interval[end] for rate in rates] for end in (0, 1)]
                axes.fill_between(limits, *ends, color=_COLOURS[number], alpha=0.12, linewidth=0)
            axes.set_xscale("log")
            axes.set_xticks(limits, [f"{limit:g}" for limit in limits])
            axes.minorticks_off()
            axes.set_title(title)
            axes.set_xlabel("seconds a task")
        grid[0][0].set_ylabel("first answer right, % of tasks (95 %)")
        figure.legend(grid[0][0].lines, [*panels[0][1]], loc="outside upper center", ncols=len(panels[0][1]))
        return _saved(figure)


_Panel = Literal["size", "kind", "length"]


def retraining(
    systems: Sequence[tuple[SystemEntry, Sequence[Chain]]], panels: Sequence[_Panel]
) -> dict[str, bytes]:
    """Panels side by side, and a row of them for each system; the rounds are lines or bars. As `by_kind`.

    Args:
        systems: with their chains, by size; kinds and lengths are those of the largest.
        panels: `"size"`, consistent@W over the size of the data set; `"kind"` and `"length"`, the share of
            the training programs of each kind and length.
    """
    height = 0.45 + 2.75 * len(systems)
    with _figure(max(4.6, 3.6 * len(panels)), height, panels=len(panels), rows=len(systems)) as (
        figure,
        grid,
    ):
        for (system, chains), row in zip(systems, grid, strict=True):
            for panel, axes in zip(panels, row, strict=True):
                _PANELS[panel](axes, chains)
                if len(systems) > 1 or panel == "size":
                    axes.set_title(system.title, fontsize=9)
        handles, labels = grid[0][0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper center", ncols=len(labels))
        return _saved(figure)


def _by_size(axes: Any, chains: Sequence[Chain]) -> None:
    for number in range(max(len(chain.rounds) for chain in chains)):
        with_round = [chain for chain in chains if number < len(chain.rounds)]
        # A little apart, or the whiskers of the rounds would overlap.
        places = [chain.num_tasks * 1.05 ** (number - 1) for chain in with_round]
        rates = [chain.rounds[number].solved for chain in with_round]
        _line(axes, number, places, rates, f"round {number}")
    sizes = [chain.num_tasks for chain in chains]
    axes.set_xscale("log")
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.minorticks_off()
    if len(sizes) == 1:  # the rounds stand beside one another, not at the ends of the axis
        axes.set_xlim(sizes[0] / 1.5, sizes[0] * 1.5)
    axes.set_xlabel("training tasks")
    axes.set_ylabel(f"consistent@{chains[0].beam}, % of tasks (95 %)")


def _kinds(axes: Any, chains: Sequence[Chain]) -> None:
    chain = chains[-1]
    kinds = list(chain.rounds[0].programs.kinds)
    width = 0.84 / len(chain.rounds)
    for number, one in enumerate(chain.rounds):
        rates = [Rate(one.programs.kinds[kind], one.programs.num_tasks) for kind in kinds]
        shift = (number - (len(chain.rounds) - 1) / 2) * width
        axes.bar(
            [place + shift for place in range(len(kinds))],
            [100 * rate.share for rate in rates],
            width,
            yerr=_ends(rates),
            color=_COLOURS[number],
            hatch=_HATCHES[number],
            edgecolor="#333333",
            linewidth=0.4,
            label=f"round {number}",
            error_kw=_WHISKER,
        )
    axes.set_xticks(range(len(kinds)), kinds)
    axes.tick_params(axis="x", length=0)
    axes.set_ylabel(f"% of {chain.num_tasks:,} training programs")


def _lengths(axes: Any, chains: Sequence[Chain]) -> None:
    chain = chains[-1]
    longest = max(length for one in chain.rounds for length, _ in one.programs.lengths)
    step = max(1, -(-longest // 24))  # of tokens a point
    for number, one in enumerate(chain.rounds):
        counts = [0] * (longest // step + 1)
        for length, count in one.programs.lengths:
            counts[length // step] += count
        total = max(1, one.programs.num_tasks)
        axes.plot(
            [place * step + (step - 1) / 2 for place in range(len(counts))],
            [100 * count / total for count in counts],
            color=_COLOURS[number],
            marker=_MARKERS[number],
            linestyle=_DASHES[number],
            markersize=3,
            linewidth=1.2,
            label=f"round {number}",
        )
    axes.set_ylim(bottom=0)
    axes.set_xlabel("tokens" if step == 1 else f"tokens, in steps of {step}")
    axes.set_ylabel(f"% of {chain.num_tasks:,} training programs")


_PANELS: Final[dict[str, Callable[[Any, Sequence[Chain]], None]]] = {
    "size": _by_size,
    "kind": _kinds,
    "length": _lengths,
}


def _line(axes: Any, number: int, places: Sequence[float], rates: Sequence[Rate], label: str) -> None:
    """The line with this number, with whiskers."""
    axes.errorbar(
        places,
        [100 * rate.share for rate in rates],
        yerr=_ends(rates),
        color=_COLOURS[number],
        marker=_MARKERS[number],
        linestyle=_DASHES[number],
        markersize=5,
        linewidth=1.2,
        label=label,
        **_WHISKER,
    )


def _ends(rates: Sequence[Rate]) -> list[list[float]]:
    """Whiskers, below and above."""
    return [
        [100 * (rate.share - rate.interval[0]) for rate in rates],
        [100 * (rate.interval[1] - rate.share) for rate in rates],
    ]


@contextmanager
def _figure(width: float, height: float, *, panels: int = 1, rows: int = 0) -> Iterator[tuple[Any, Any]]:
    """A figure in the project's style, size in inches, without a window or pyplot's global state.

    With `rows`, its axes are a table of rows and panels.
    """
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # Based on matplotlib's defaults, not on the user's configuration.
    settings: Any = dict(matplotlib.rcParamsDefault)
    settings |= {"backend": "agg", **_STYLE}
    with matplotlib.rc_context(settings):
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(figure)
        yield figure, figure.subplots(max(rows, 1), panels, squeeze=not rows)


def _saved(figure: Any) -> dict[str, bytes]:
    """The contents of the files, without a date or the name of the program."""
    pictures = {}
    for ending, metadata in (("svg", {"Date": None, "Creator": None}), ("png", {"Software": None})):
        stream = io.BytesIO()
        figure.savefig(stream, format=ending, dpi=200, metadata=metadata)
        pictures[ending] = stream.getvalue()
    return pictures


def _categories(axes: Any, data: Breakdown) -> None:
    """Labels with the number of tasks, the scale, and the legend above the plot."""
    labels = [f"{label}\nn = {number:,}" for label, number in data.categories]
    axes.set_xticks(range(len(labels)), labels)
    axes.set_xlim(-0.5, len(labels) - 0.5)
    axes.set_ylim(0, 100)
    axes.set_ylabel(f"consistent@{'W' if data.beam is None else data.beam}, % of tasks (95 %)")
    axes.figure.legend(loc="outside upper center", ncols=3, columnspacing=1.4, handlelength=2.4)


def _heights(data: Breakdown, number: int, step: float) -> tuple[list[float], list[float]]:
    """The positions of a system's points: shifted, or the whiskers of the systems would overlap."""
    shift = (number - (len(data.series) - 1) / 2) * step
    places = [place + shift for place in range(len(data.categories))]
    return places, [100 * point.share for point in data.series[number].points]


def _whiskers(series: Series) -> list[list[float]]:
    return [
        [100 * (point.share - point.low) for point in series.points],
        [100 * (point.high - point.share) for point in series.points],
    ]


def _look(series: Series) -> tuple[str, str, str, Any]:
    """Colour, hatch, marker and dashes of a system; peers are grey."""
    if series.peer:
        kind = series.place % len(_GREYS)
        return _GREYS[kind], _HATCHES[kind], _PEER_MARKERS[kind], _DASHES[2]
    turn, kind = divmod(series.place, len(_COLOURS))
    # A ninth system gets the colour of the first, with another hatch and marker.
    other = (kind + 3 * turn) % len(_COLOURS)
    return _COLOURS[kind], _HATCHES[other], _MARKERS[other], _DASHES[other % len(_DASHES)]


def _label(series: Series) -> str:
    return series.title if len(series.seeds) == 1 else f"{series.title} ({len(series.seeds)} runs)"


def _short(num: int) -> str:
    return f"n={num}" if num < 10_000 else f"n={num / 1000:.0f}K"
