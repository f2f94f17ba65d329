"""Running programs on the shown examples as a search proposes them, and telling them apart.

Programs of all tasks that end in one step of a search run together, in one `run_batch`. Two programs of
one task are the same proposal if their tokens are equal, and behave alike if they agree, statuses
included, on the shown inputs and on probe inputs. Held-out examples are never looked at.

Shapes: P programs, K examples, Q probes, N cells, T tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lasynth.domains.base import Domain, Status
from lasynth.search.frontier import Finished
from lasynth.search.scorer import BoolArray, IntArray
from lasynth.task import Task

__all__ = ["Proposal", "Verifier", "right_examples"]


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """A program that a search proposed for a task, checked on the shown examples.

    Attributes:
        tokens: `[T]`, ended by one EOS.
        score: log-probability under the scorer, in nats.
        consistent: whether it reproduces every shown example.
        behaviour: programs of a task with the same number behave alike on all inputs tried.
        order: how many distinct proposals of the task came before it.
        num_added: tokens at its end that a search without learning added (`lasynth.search.completion`);
            the score then is not the scorer's.
    """

    tokens: npt.NDArray[np.int32]
    score: float
    consistent: bool
    behaviour: int
    order: int
    num_added: int = 0


class Verifier:
    """Checks the programs of some tasks and keeps what it has seen of each.

    Args:
        domain: the language.
        tasks: B tasks with as many examples each, of one shape.
        num_probes: Q, inputs beside the shown ones on which behaviours are told apart.
        seed: of the probe inputs.

    Attributes:
        proposals: for each task its distinct proposals, in the order in which they came.
        num_proposed: for each task all that came, repeats included.
    """

    def __init__(self, domain: Domain, tasks: Sequence[Task], *, num_probes: int, seed: int) -> None:
        self._domain = domain
        self.proposals: list[list[Proposal]] = [[] for _ in tasks]
        self.num_proposed = [0] * len(tasks)
        self._texts: list[set[bytes]] = [set() for _ in tasks]
        self._behaviours: list[dict[bytes, int]] = [{} for _ in tasks]
        encoded = [domain.encode(task) for task in tasks]
        self._wanted_BKN = np.stack([outputs for _, outputs in encoded])
        all_inputs = [inputs for inputs, _ in encoded]
        if num_probes:
            all_inputs = [
                np.concatenate([inputs, domain.probe_inputs(inputs, num=num_probes, seed=seed)])
                for inputs in all_inputs
            ]
        self._inputs_BKN = np.stack(all_inputs)  # the shown ones, then the probes

    def check(self, finished: Finished) -> list[tuple[int, Proposal]]:
        """Run programs that have just ended; repeats are counted and dropped.

        Returns:
            `(task, proposal)` of each new one, in the order given.
        """
        fresh = []
        for index, task in enumerate(finished.task_P.tolist()):
            self.num_proposed[task] += 1
            text = _ended(finished.tokens_PT[index], self._domain.eos).tobytes()
            if text not in self._texts[task]:
                self._texts[task].add(text)
                fresh.append(index)
        if not fresh:
            return []
        found = []
        results = self._run(finished.task_P[fresh], finished.tokens_PT[fresh])
        for index, (consistent, signature) in zip(fresh, results, strict=True):
            task = int(finished.task_P[index])
            behaviours = self._behaviours[task]
            proposal = Proposal(
                tokens=_ended(finished.tokens_PT[index], self._domain.eos),
                score=float(finished.score_P[index]),
                consistent=consistent,
                behaviour=behaviours.setdefault(signature, len(behaviours)),
                order=len(self.proposals[task]),
            )
            self.proposals[task].append(proposal)
            found.append((task, proposal))
        return found

    def _run(self, task_P: IntArray, tokens_PT: IntArray) -> list[tuple[bool, bytes]]:
        """Whether each program is consistent, and what it does on shown and probe inputs, as bytes."""
        wanted = self._wanted_BKN[task_P]
        num_shown = wanted.shape[1]
        outputs, statuses = self._domain.run_batch(tokens_PT, self._inputs_BKN[task_P])
        right = right_examples(outputs[:, :num_shown], statuses[:, :num_shown], wanted)
        # What a failed run left behind is no behaviour; its status is.
        failed = statuses != Status.OK
        outputs = np.where(failed.reshape(failed.shape + (1,) * (outputs.ndim - 2)), 0, outputs)
        return [
            (bool(right[index].all()), outputs[index].tobytes() + statuses[index].tobytes())
            for index in range(len(task_P))
        ]


def right_examples(outputs_PKN: IntArray, statuses_PK: IntArray, wanted_PKN: IntArray) -> BoolArray:
    """`[P, K]`: whether a run ended well with the output wanted (also `[K, N]`, the same for all)."""
    same = np.asarray(outputs_PKN == wanted_PKN)
    right: BoolArray = (statuses_PK == Status.OK) & same.reshape(*same.shape[:2], -1).all(axis=2)
    return right


def _ended(tokens_T: IntArray, eos: int) -> npt.NDArray[np.int32]:
    """A program cut behind its first EOS."""
    ends = np.flatnonzero(tokens_T == eos)
    return np.array(tokens_T[: ends[0] + 1] if len(ends) else tokens_T, dtype=np.int32)
