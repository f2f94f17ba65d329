"""The command line: one file per command, each a thin layer over the package.

`commands` has the commands as one `app`. `process` is what surrounds them all: signals, streams, and the one
way out, which turns every end of a command into an exit status and at most one message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from lasynth.cli.process import INTERRUPTED, ending, guard_streams, handle_signals, release_signals

if TYPE_CHECKING:
    from lasynth.cli.commands import app

__all__ = ["app", "main"]


def main() -> NoReturn:
    """Run the command that the process was started with."""
    handle_signals()
    guard_streams()
    import sys

    arguments = sys.argv[1:]

    def work() -> int | None:
        # Only here: what goes wrong while modules are loaded ends as everything else does.
        from lasynth.cli.commands import run

        return run(arguments)

    try:
        status = ending(work, debug="--debug" in arguments)
        release_signals()
    except KeyboardInterrupt:  # a second one, in the moment in which the first one ends the work
        status = INTERRUPTED
    raise SystemExit(status)


def __getattr__(name: str) -> Any:
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from lasynth.cli.commands import app

    return app
