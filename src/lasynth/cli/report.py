"""`lasynth report`: the tables and figures of a study, made again from its saved results."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lasynth.cli.console import check_folder, note
from lasynth.quoting import cut, printable

__all__ = ["report"]

_PARTS = ("table", "fig5", "fig6", "fig8b", "trace", "retraining", "fig3", "fig4", "fig7", "fig8a")


def report(
    study: Annotated[
        Path, typer.Argument(metavar="STUDY", help="The folder of a study, such as experiments/table4.")
    ],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where to write.")],
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="PART", help=f"Write only this part: {', '.join(_PARTS)}. Repeatable."),
    ] = None,
) -> None:
    """Write the tables and figures of a study from its saved results, without measuring anything.

    The same results give the same files. Results of different test sets or searches are refused.
    Figures need matplotlib: pip install 'lasynth[plot]'.
    """
    from lasynth.errors import InputError
    from lasynth.evaluation.report import Part, write_reports

    for part in only or ():
        if part not in _PARTS:
            raise InputError(f'unknown part "{cut(part)}"', "--only", f"Give one of {', '.join(_PARTS)}.")
    check_folder(out)
    written = write_reports(study, out, [Part(part) for part in only or ()])
    for message in written.left_out:
        note(f"left out: {message}")
    for path in written.files:
        print(printable(str(path)))
