"""The number of threads of torch, for a while.

Every search with a model sets it here. Its steps are small: a second thread gains little, and where another
process takes turns on a core, each product waits for the thread that is not running. Twelve tasks of
`lasynth evaluate` took 14 s with one thread and 108 to 164 s with two, on two cores busy with other work.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

__all__ = ["threads"]


@contextmanager
def threads(number: int) -> Iterator[None]:
    """Let torch have this many threads in the block.

    Results may differ in rounding between numbers of threads. Torch keeps the number for each thread of
    Python; one that begins meanwhile, elsewhere in the process, begins with this number.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(number)
    try:
        yield
    finally:
        torch.set_num_threads(before)
