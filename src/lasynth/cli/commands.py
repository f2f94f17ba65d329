"""The commands of the command line, as one application.

Commands import the package inside their functions, so that `--help` is instant.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from typing import Annotated, Any, Final, NoReturn

import typer
from typer.core import TyperGroup

from lasynth import __version__
from lasynth.cli.bench import bench
from lasynth.cli.evaluate import evaluate
from lasynth.cli.generate import generate
from lasynth.cli.process import ending, note
from lasynth.cli.report import report
from lasynth.cli.retrain import retrain
from lasynth.cli.run import run as _run
from lasynth.cli.solve import solve
from lasynth.cli.train import train

__all__ = ["app", "run"]

_EPILOG: Final = (
    "Exit status: 0 solved or done; 1 not solved; 2 bad input, or a file that cannot be read or written; "
    "3 an internal error; 130 interrupted; 141 nobody reads the output; 143 terminated."
)
_DEBUG: Final = "Show the traceback of an internal error."
_BadUsage: Final[Any] = typer.BadParameter.__mro__[2]  # click's, which typer brings or imports
assert _BadUsage.__name__ == "ClickException"


class _Commands(TyperGroup):
    """All commands; each has `--debug`, and ends in the one way."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        command = super().get_command(ctx, cmd_name)
        if command is not None and all(option.name != "debug" for option in command.params):
            command.params.append(_debug_option())
        return command

    def main(self, args: Sequence[str] | None = None, *others: Any, **extra: Any) -> NoReturn:
        """End the process with the status of a command; `app(arguments)` leads here."""
        given = list(sys.argv[1:] if args is None else args)
        raise SystemExit(ending(lambda: self.run(given), debug="--debug" in given))

    def run(self, arguments: list[str]) -> int | None:
        """Run the command of some arguments: its exit status."""
        try:
            with self.make_context("lasynth", arguments) as context:
                status: int | None = self.invoke(context)
                return status
        except typer.Exit as end:
            return end.exit_code
        except _BadUsage as error:
            text = io.StringIO()
            error.show(file=text)
            note(text.getvalue().rstrip("\n"))
            return int(error.exit_code)


def _debug_option() -> Any:
    """An option that does nothing: `--debug` is looked for among the arguments, before anything can fail."""
    alone = typer.Typer(add_completion=False)
    alone.command()(_only_debug)
    (option,) = typer.main.get_command(alone).params
    option.expose_value = False
    return option


def _only_debug(debug: Annotated[bool, typer.Option("--debug", help=_DEBUG)] = False) -> None:
    """What every command takes."""


app = typer.Typer(
    name="lasynth",
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=_EPILOG,
)
for _command in (solve, _run, generate, train, evaluate, retrain, report):
    app.command()(_command)


app.add_typer(bench, name="bench")


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"lasynth {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help=_DEBUG)] = False,
) -> None:
    """Short, readable programs from input-output examples."""


def run(arguments: list[str]) -> int | None:
    """Run the command of some arguments: its exit status, None for 0."""
    commands = typer.main.get_command(app)
    assert isinstance(commands, _Commands)
    return commands.run(arguments)
