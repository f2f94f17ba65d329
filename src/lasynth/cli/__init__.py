"""The command line: one file per command, each a thin layer over the package.

Exit status of every command: 0 solved or done, 1 honestly not solved, 2 bad input (one message),
130 interrupted. Commands import the package inside their functions, so that `--help` is instant.
"""

from __future__ import annotations

from typing import Annotated

import typer

from lasynth import __version__
from lasynth.cli.evaluate import evaluate
from lasynth.cli.generate import generate
from lasynth.cli.report import report
from lasynth.cli.run import run
from lasynth.cli.solve import solve
from lasynth.cli.train import train

__all__ = ["app", "main"]

app = typer.Typer(
    name="lasynth",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for _command in (solve, run, generate, train, evaluate, report):
    app.command()(_command)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"lasynth {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Short, readable programs from input-output examples."""


def main() -> None:
    """Run the command that the process was started with."""
    app()
