"""Shares of tasks and their intervals: Wilson's score interval (1927), which is sound near 0 % and 100 %."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from math import sqrt
from statistics import NormalDist

__all__ = ["Rate", "wilson"]


def wilson(num_right: int, num_tasks: int, *, level: float = 0.95) -> tuple[float, float]:
    """The interval of a share.

    Args:
        num_right: successes.
        num_tasks: trials; without any, the interval is [0, 1].
        level: the confidence level.

    Returns:
        `(low, high)`, between 0 and 1.
    """
    if not 0 <= num_right <= num_tasks:
        raise ValueError(f"{num_right} of {num_tasks} is not a share")
    if num_tasks == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(0.5 + level / 2)
    share = num_right / num_tasks
    shrink = 1 + z * z / num_tasks
    centre = (share + z * z / (2 * num_tasks)) / shrink
    half = z / shrink * sqrt(share * (1 - share) / num_tasks + z * z / (4 * num_tasks**2))
    # At the ends the limit is exact; avoid rounding errors.
    low = 0.0 if num_right == 0 else max(0.0, centre - half)
    high = 1.0 if num_right == num_tasks else min(1.0, centre + half)
    return low, high


@dataclass(frozen=True, slots=True)
class Rate:
    """Successes out of trials, with the 95 % interval of the share.

    Attributes:
        num_right: successes.
        num_tasks: trials.
    """

    num_right: int
    num_tasks: int

    @classmethod
    def of(cls, rights: Iterable[bool | None]) -> Rate:
        """The rate of some verdicts; None does not count as a trial."""
        known = [right for right in rights if right is not None]
        return cls(sum(known), len(known))

    @property
    def share(self) -> float:
        """Between 0 and 1; 0 without trials."""
        return self.num_right / self.num_tasks if self.num_tasks else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the share."""
        return wilson(self.num_right, self.num_tasks)

    def __str__(self) -> str:
        """Per cent with the interval: `55.2 [52.1, 58.3]`."""
        if not self.num_tasks:
            return "-"
        low, high = self.interval
        return f"{_per_cent(self.share)} [{_per_cent(low)}, {_per_cent(high)}]"

    def to_json(self) -> dict[str, float]:
        """As JSON, shares between 0 and 1."""
        low, high = self.interval
        shares = {"share": self.share, "low": low, "high": high}
        return asdict(self) | {name: round(value, 4) for name, value in shares.items()}


def _per_cent(share: float) -> str:
    return "100" if share == 1.0 else f"{100 * share:.1f}"
