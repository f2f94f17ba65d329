"""Reports: the tables, pages and figures of a study, made from its saved results only.

The same results give the same bytes. Everything is computed before the first file is written, so an error in
a study does not change earlier reports.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal

from lasynth.errors import InputError
from lasynth.evaluation import retrained, samples, systems
from lasynth.evaluation import trace as traces
from lasynth.evaluation.breakdown import breakdown
from lasynth.evaluation.results import Study, read_study
from lasynth.evaluation.rounds import RoundsStudy, read_rounds_study
from lasynth.files import write_all

__all__ = ["Part", "Written", "write_reports"]


class Part(StrEnum):
    """A kind of report; a value of `--only`."""

    TABLE = "table"
    FIG5 = "fig5"
    FIG6 = "fig6"
    FIG8B = "fig8b"
    TRACE = "trace"
    RETRAINING = "retraining"
    FIG3 = "fig3"
    FIG4 = "fig4"
    FIG7 = "fig7"
    FIG8A = "fig8a"


@dataclass(frozen=True, slots=True)
class Written:
    """The files of a report.

    Attributes:
        files: the files in the order of writing.
        left_out: a message for each part that does not have enough results yet.
    """

    files: tuple[Path, ...]
    left_out: tuple[str, ...]


def write_reports(folder: Path, out: Path, only: Sequence[Part] = ()) -> Written:
    """Write the reports of a study.

    Args:
        folder: a folder with `study.toml` or `retraining.toml`, and `results/`; or with `trace.json`.
        out: the folder to write to; created if it does not exist.
        only: the parts to write; by default those that the study names, or all that the folder has files for.
            A requested part must have what it needs; any other part is left out with a message if it has not.

    Raises:
        InputError: there is nothing to report, the results cannot be compared, a file is damaged, or
            matplotlib is not installed.
    """
    kinds = [kind for kind in _KINDS if _wanted(kind, folder, only)]
    if not kinds:
        what = (
            f"has none of {', '.join(kind.file for kind in _KINDS)}" if folder.is_dir() else "no such folder"
        )
        raise InputError(what, str(folder), "Give the folder of a study, such as experiments/table4.")
    studies = {kind.file: kind.read(folder) for kind in kinds}
    makers = {part: (kind, make) for kind in kinds for part, make in kind.makers.items()}
    parts = list(dict.fromkeys(only))
    for kind in () if only else kinds:
        parts += [
            part
            for part in kind.makers
            if part in (getattr(studies[kind.file], "reports", ()) or kind.makers)
        ]
    if drawn := [part for part in parts if part in _DRAWN]:
        from lasynth.evaluation.figures import require

        require(", ".join(drawn))
    files: dict[str, bytes] = {}
    left_out = []
    for part in parts:
        kind, make = makers[part]
        try:
            files |= make(studies[kind.file])
        except _TooFewResultsError as error:
            if only:
                raise
            left_out.append(str(error))
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = "is a file, not a folder" if out.is_file() else (error.strerror or str(error)).lower()
        raise InputError(reason, str(error.filename or out), "Give another --out.") from None
    write_all({out / name: content for name, content in files.items()})
    return Written(tuple(out / name for name in files), tuple(left_out))


class _TooFewResultsError(InputError):
    """A part cannot be made from the results so far."""


def _wanted(kind: _Kind, folder: Path, only: Sequence[Part]) -> bool:
    return any(part in kind.makers for part in only) if only else (folder / kind.file).is_file()


def _table(study: Study) -> dict[str, bytes]:
    page, document = systems.as_markdown(study).encode(), _json(systems.as_json(study))
    return {f"{study.name}.md": page, f"{study.name}.json": document}


def _fig5(study: Study) -> dict[str, bytes]:
    if (lacking := samples.lacking(study)) is not None:
        hint = "Run what is missing, or ask for other reports with --only."
        raise _TooFewResultsError(lacking, f"{study.name}, fig5", hint)
    return {"fig5.md": samples.page(study).encode()}


def _drawn(part: Part, by: Literal["kind", "length"], study: Study) -> dict[str, bytes]:
    from lasynth.evaluation import figures

    data = breakdown(study, by)
    if not data.categories:
        hint = "Evaluate on tasks that have reference programs."
        raise _TooFewResultsError(f"no result knows the {by} of any task", f"{study.name}, {part}", hint)
    draw = figures.by_kind if by == "kind" else figures.by_length
    pictures = {f"{part}.{ending}": picture for ending, picture in draw(data).items()}
    return pictures | {f"{part}.json": _json({"study": study.name} | data.to_json())}


def _trace(study: traces.TraceStudy) -> dict[str, bytes]:
    from lasynth.evaluation.figures import trace

    pictures = {f"trace-study.{ending}": picture for ending, picture in trace(study).items()}
    page = traces.page(study, "trace-study.svg").encode()
    return {"trace-study.md": page, **pictures, "trace-study.json": _json(study.to_json())}


def _retraining(study: RoundsStudy) -> dict[str, bytes]:
    return {
        "retraining.md": retrained.page(study).encode(),
        "retraining.json": _json(retrained.as_json(study)),
        "before-and-after.md": retrained.before_and_after(study).encode(),
    }


def _rounds(
    part: Part, domain: str, panels: Sequence[Literal["size", "kind", "length"]], study: RoundsStudy
) -> dict[str, bytes]:
    from lasynth.evaluation import figures

    systems = study.in_language(domain)
    if not systems:
        hint = "Run experiments/retrain.py, or ask for other reports with --only."
        raise _TooFewResultsError(f"no chain of a system of {domain} has a result", str(part), hint)
    pictures = figures.retraining(systems, panels)
    files = {f"{part}.{ending}": picture for ending, picture in pictures.items()}
    return files | {f"{part}.json": _json(retrained.as_json(study, domain))}


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of study: the file that tells it, its reader, and its parts in the order of writing."""

    file: str
    read: Callable[[Path], Any]
    makers: dict[Part, Callable[[Any], dict[str, bytes]]]


_KINDS: Final = (
    _Kind(
        "study.toml",
        read_study,
        {
            Part.TABLE: _table,
            Part.FIG5: _fig5,
            Part.FIG6: partial(_drawn, Part.FIG6, "kind"),
            Part.FIG8B: partial(_drawn, Part.FIG8B, "length"),
        },
    ),
    _Kind("trace.json", lambda folder: traces.read_trace(folder / "trace.json"), {Part.TRACE: _trace}),
    _Kind(
        "retraining.toml",
        read_rounds_study,
        {
            Part.RETRAINING: _retraining,
            Part.FIG3: partial(_rounds, Part.FIG3, "karel", ("size",)),
            Part.FIG4: partial(_rounds, Part.FIG4, "karel", ("kind", "length")),
            Part.FIG7: partial(_rounds, Part.FIG7, "c", ("size", "kind")),
            Part.FIG8A: partial(_rounds, Part.FIG8A, "c", ("length",)),
        },
    ),
)
_DRAWN: Final = frozenset(Part) - {Part.TABLE, Part.FIG5, Part.RETRAINING}


def _json(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()
