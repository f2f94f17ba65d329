"""Signals that end a training run in good order."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Stop"]


class Stop:
    """Whether a run is asked to end.

    Attributes:
        asked: whether it is to end after the present update.
        by: the number of the signal that asked.
        exposed: whether a second signal may break off what is going on, which can be undone.
    """

    def __init__(self) -> None:
        self.asked = False
        self.by: int | None = None
        self.exposed = False

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """First interrupt or termination: finish the update and save. Second: undo the update, and save."""

        def handle(number: int, frame: object) -> None:
            self.by = number
            if self.asked and self.exposed:
                self.exposed = False  # another signal must not interrupt what undoes the update
                raise KeyboardInterrupt
            self.asked = True

        try:
            before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
        except ValueError:  # not in the main thread: the caller stops the run
            yield
            return
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
