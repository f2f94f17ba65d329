"""The options of how much of a machine a command takes: threads, processes, a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from lasynth.limits import MAX_THREADS
from lasynth.quoting import quoted

if TYPE_CHECKING:
    from lasynth.runner import Runner

__all__ = ["Address", "Threads", "Workers", "runner_of"]

Threads = Annotated[
    int,
    typer.Option(
        min=1,
        max=MAX_THREADS,
        help="The threads of torch in each process. More than one gains little, and is far slower if other "
        "programs are running.",
    ),
]

Workers = Annotated[
    str | None,
    typer.Option(metavar="N|ray", help="The number of processes, or a Ray cluster. Default: this process."),
]
Address = Annotated[
    str | None,
    typer.Option(
        metavar="HOST:PORT",
        help="A running Ray cluster. Default for --workers ray: that of RAY_ADDRESS, or one on this machine.",
    ),
]

_MAX_WORKERS: Final = 1024
_HINT: Final = f'Give a number from 1 to {_MAX_WORKERS}, or "ray".'


def runner_of(workers: str | None, address: str | None) -> Runner | None:
    """Where work is done: so many processes, or Ray, which an address implies; None if nothing is given."""
    from lasynth.errors import InputError
    from lasynth.runner import Runner

    if workers is None and address is None:
        return None
    if workers == "ray" or (workers is None and address is not None):
        return Runner.of("ray", address=address)
    if workers is None or not workers.isdecimal() or len(workers) > 4 or not 0 < int(workers) <= _MAX_WORKERS:
        raise InputError(f"{quoted(workers)} is not a number of processes", "--workers", _HINT)
    return Runner.of("inline" if workers == "1" else f"processes:{workers}", address=address)
