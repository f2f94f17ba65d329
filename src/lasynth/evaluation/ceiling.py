"""The ceiling of synthesis from examples: how far the shown examples of a task determine the held-out ones.

Many random programs are drawn as the tasks of a language are. Those that reproduce the shown examples of a
task are grouped by what they answer on the held-out ones, and each group has the number of its programs. An
ideal search, which knew this distribution and nothing else, would answer with the heaviest group. So the
share of the tasks where that group is right is what no ranking of these programs exceeds. Where no program
reproduces the examples, nothing is known: the task is rarer than one program in those drawn.

Shapes: P programs, B tasks, K examples; an input's own axes come after K.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from lasynth.domains.base import Array, Language, Status, Tokens, right_examples, right_programs
from lasynth.domains.generator import TaskGenerator
from lasynth.domains.kit.rows import padded
from lasynth.evaluation.intervals import Rate
from lasynth.evaluation.tables import columns

__all__ = ["Ceiling", "Pool", "ceilings", "over_groups", "render"]

_BLOCK: Final = 20_000  # items drawn together
_RUNS: Final = 1_000_000  # of a program on an input, together


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Random programs of a language, one of each behaviour.

    Attributes:
        language: theirs.
        tokens_PT: the programs, ended and padded by EOS.
        counts_P: how many of those drawn behave so.
    """

    language: Language
    tokens_PT: Tokens
    counts_P: Array

    @property
    def num_drawn(self) -> int:
        """How many programs were drawn for it."""
        return int(self.counts_P.sum())

    @classmethod
    def draw(
        cls,
        language: Language,
        generator: TaskGenerator,
        num: int,
        seed: int,
        progress: Callable[[int], None] = lambda _: None,
    ) -> Pool:
        """Draw so many items of a generator; those that make no task are left out.

        Args:
            language: the language of the programs.
            generator: the distribution.
            num: of items.
            seed: of the draw.
            progress: called with the number of items drawn so far.
        """
        counts: Counter[int] = Counter()
        programs: dict[int, Tokens] = {}
        for first in range(0, num, _BLOCK):
            drawn = generator.draw(seed, first, min(_BLOCK, num - first), Counter())
            drawn = drawn.rows(drawn.verdicts_P == 0)
            counts.update(drawn.hashes_P.tolist())
            for row, key in enumerate(drawn.hashes_P.tolist()):
                programs.setdefault(key, drawn.tokens_PT[row])
            progress(min(first + _BLOCK, num))
        tokens_PT = padded(list(programs.values()), language.grammar.eos)
        return cls(language, tokens_PT, np.array([counts[key] for key in programs], dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What the programs of a pool that reproduce a task's shown examples say of its held-out ones.

    Attributes:
        num_drawn: how many programs were drawn.
        num_fit: how many of them reproduce the shown examples.
        num_right: how many of these reproduce the held-out ones, too.
        num_best: how many are in the heaviest group: those of one behaviour on the held-out examples.
        right: whether that group is right; a tie counts.
    """

    num_drawn: int
    num_fit: int
    num_right: int
    num_best: int
    right: bool


def ceilings(
    pool: Pool,
    shown: Sequence[tuple[Array, Array]],
    held_out: Sequence[tuple[Array, Array]],
    progress: Callable[[int], None] = lambda _: None,
) -> list[Ceiling]:
    """The ceiling of each of B tasks.

    Args:
        pool: the random programs.
        shown, held_out: inputs `[K, ...]` and outputs `[K, ...]` of each task, all of one shape.
        progress: called with the number of programs of the pool done.
    """
    firsts = np.stack([inputs_KN[0] for inputs_KN, _ in shown])
    wanted = np.stack([outputs_KN[0] for _, outputs_KN in shown])
    fitting: list[list[int]] = [[] for _ in shown]
    size = max(1, _RUNS // len(shown))
    for first in range(0, len(pool.tokens_PT), size):
        tokens_PT = pool.tokens_PT[first : first + size]
        outputs, statuses = pool.language.machine.run_batch(tokens_PT, firsts)
        for row, task in zip(*np.nonzero(right_examples(outputs, statuses, wanted)), strict=True):
            fitting[task].append(first + int(row))
        progress(first + len(tokens_PT))
    return [
        _ceiling(pool, np.array(rows, dtype=np.int64), one, held)
        for rows, one, held in zip(fitting, shown, held_out, strict=True)
    ]


def _ceiling(pool: Pool, rows: Array, shown: tuple[Array, Array], held_out: tuple[Array, Array]) -> Ceiling:
    """That of one task; `rows` reproduce its first example."""
    run = pool.language.machine.run_batch
    if len(rows):
        rows = rows[right_programs(*run(pool.tokens_PT[rows], shown[0]), shown[1])]
    if not len(rows):
        return Ceiling(pool.num_drawn, 0, 0, 0, False)
    outputs, statuses = run(pool.tokens_PT[rows], held_out[0])
    right_P = right_programs(outputs, statuses, held_out[1])
    groups: Counter[bytes] = Counter()
    for row, count in enumerate(pool.counts_P[rows].tolist()):
        # Where a program fails, what its output holds is of no meaning.
        failed = np.asarray(statuses[row] != Status.OK)
        groups[outputs[row][~failed].tobytes() + failed.tobytes()] += count
    ((_, best),) = groups.most_common(1)
    num_right = int(pool.counts_P[rows][right_P].sum())
    num_fit = int(pool.counts_P[rows].sum())
    return Ceiling(pool.num_drawn, num_fit, num_right, best, num_right == best)


def render(kinds: Sequence[str], found: Sequence[Ceiling]) -> str:
    """A table by kind, in per cent with 95 % intervals."""
    head = ("kind", "tasks", "some program fits", "the heaviest group is right", "weight of the right one")
    rows = []
    for kind in ("all", *sorted(set(kinds))):
        some = [one for name, one in zip(kinds, found, strict=True) if kind in ("all", name)]
        fit = [one for one in some if one.num_fit]
        weight = float(np.mean([one.num_right / one.num_fit for one in fit])) if fit else 0.0
        rows.append(
            (
                kind,
                str(len(some)),
                str(Rate.of(bool(one.num_fit) for one in some)),
                str(Rate.of(one.right for one in fit)),
                f"{100 * weight:.1f}",
            )
        )
    num_drawn = max((one.num_drawn for one in found), default=0)
    title = (
        f"{len(found)} tasks, {num_drawn:,} random programs. The last two columns: where some program fits."
    )
    lines = [title, "", *columns(head, rows)]
    if len(set(kinds)) > 1 and (mean := over_groups(kinds, found)) is not None:
        lines.append(f"If it is right as often on the other tasks of a kind: on {mean:.1f} % of all tasks.")
    return "\n".join(lines) + "\n"


def over_groups(groups: Sequence[Hashable], found: Sequence[Ceiling]) -> float | None:
    """In how many per cent of all tasks the heaviest group of programs would be right.

    Some program fits more often where tasks are easy, so within each group of tasks those where none fits
    are taken to be like the others. None where no program fits any task of a group.
    """
    rights: dict[Hashable, list[bool]] = {group: [] for group in groups}
    for group, one in zip(groups, found, strict=True):
        if one.num_fit:
            rights[group].append(one.right)
    if not all(rights.values()):
        return None
    return 100 * float(np.mean([np.mean(rights[group]) for group in groups]))
