"""Short, readable programs from input-output examples.

    >>> import lasynth
    >>> outcome = lasynth.solve([([3, 1, 2, 0, 0], [2, 1, 3, 0, 0]), ([0, 4, 1, 2, 3], [1, 4, 0, 2, 3])])
    >>> print(outcome.candidates[0].text)

`solve` finds programs for examples, `run` runs one, `load` reads a model to use more than once.
Everything is loaded when it is first used: `import lasynth` alone takes no time.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lasynth import domains as domains
    from lasynth.api import load, run, solve
    from lasynth.outcome import Candidate, Outcome, StopReason
    from lasynth.task import Example, Task

__version__ = "0.1.0"

__all__ = [
    "Candidate",
    "Example",
    "Outcome",
    "StopReason",
    "Task",
    "__version__",
    "domains",
    "load",
    "run",
    "solve",
]

_MODULE_OF = {
    **dict.fromkeys(("load", "run", "solve"), "lasynth.api"),
    **dict.fromkeys(("Candidate", "Outcome", "StopReason"), "lasynth.outcome"),
    **dict.fromkeys(("Example", "Task"), "lasynth.task"),
}


def __getattr__(name: str) -> Any:
    if name == "domains":
        return importlib.import_module("lasynth.domains")
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_MODULE_OF[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
