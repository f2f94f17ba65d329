"""Runs programs on the shown examples as engines propose them, and compares them with one another.

Programs of all problems that arrive together run in one `run_batch`. Two programs of one problem are the same
proposal if their tokens are equal. They have the same behaviour if they agree, statuses included, on the
shown inputs and on further inputs. Held-out examples are never used.

Shapes: B problems, P programs, K examples, N cells, T tokens.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from lasynth.domains.base import Status, right_examples
from lasynth.domains.kit.rows import ended
from lasynth.search.engine import Proposal, Proposals
from lasynth.search.problem import Problem
from lasynth.search.scorer import IntArray

__all__ = ["Verifier"]


class Verifier:
    """Checks the programs of some problems and records what it has seen for each.

    Args:
        problems: B problems of one shape.
        num_probes: number of inputs besides the shown ones that distinguish behaviours.
        seed: seed of these inputs.

    Attributes:
        proposals: for each problem its proposals in the order in which they came, an engine's text once.
        num_proposed: for each problem all that engines proposed, repeats included.
    """

    def __init__(self, problems: Sequence[Problem], *, num_probes: int, seed: int) -> None:
        self._language = problems[0].language
        self.proposals: list[list[Proposal]] = [[] for _ in problems]
        self.num_proposed = [0] * len(problems)
        self._by_text: list[dict[bytes, Proposal]] = [{} for _ in problems]
        self._seen: list[set[bytes]] = []
        self._engine = ""
        self.begin("")
        self._behaviours: list[dict[bytes, int]] = [{} for _ in problems]
        self._wanted_BKN = np.stack([problem.outputs_KN for problem in problems])
        all_inputs = [problem.inputs_KN for problem in problems]
        if num_probes:
            more = self._language.values.more
            all_inputs = [np.concatenate([inputs, more(inputs, num_probes, seed)]) for inputs in all_inputs]
        self._inputs_BKN = np.stack(all_inputs)  # the shown ones, then the further ones

    def begin(self, engine: str) -> None:
        """Switch to another engine, which may repeat the programs of earlier ones."""
        self._engine = engine
        self._seen = [set() for _ in self.proposals]

    def check(self, found: Proposals) -> list[tuple[int, Proposal]]:
        """Run programs that an engine has just proposed; repeats of its own are counted and dropped.

        Returns:
            `(problem, proposal)` for each new one, in the given order.
        """
        eos = self._language.grammar.eos
        rows = [ended(tokens, eos) for tokens in found.tokens_PT]
        fresh = []
        for index, (problem, tokens) in enumerate(zip(found.problem_P.tolist(), rows, strict=True)):
            self.num_proposed[problem] += 1
            text = tokens.tobytes()
            if text not in self._seen[problem]:
                self._seen[problem].add(text)
                fresh.append(index)
        unknown = [i for i in fresh if rows[i].tobytes() not in self._by_text[int(found.problem_P[i])]]
        results = dict(zip(unknown, self._run(found, unknown), strict=True)) if unknown else {}
        checked = []
        for index in fresh:
            problem = int(found.problem_P[index])
            text = rows[index].tobytes()
            added = 0 if found.num_added_P is None else max(1, int(found.num_added_P[index]))
            score, order = float(found.score_P[index]), len(self.proposals[problem])
            if index in results:
                right, signature = results[index]
                consistent = right == self._wanted_BKN.shape[1]
                behaviours = self._behaviours[problem]
                behaviour = behaviours.setdefault(signature, len(behaviours))
                proposal = Proposal(
                    rows[index], score, consistent, behaviour, order, self._engine, added, right
                )
                self._by_text[problem][text] = proposal
            else:
                known = self._by_text[problem][text]
                proposal = replace(known, score=score, order=order, engine=self._engine, num_added=added)
            self.proposals[problem].append(proposal)
            checked.append((problem, proposal))
        return checked

    def _run(self, found: Proposals, which: list[int]) -> list[tuple[int, bytes]]:
        """How many shown examples each program reproduces, and its results on all inputs tried, as bytes."""
        problem_P, tokens_PT = found.problem_P[which], found.tokens_PT[which]
        wanted: IntArray = self._wanted_BKN[problem_P]
        num_shown = wanted.shape[1]
        outputs, statuses = self._language.machine.run_batch(tokens_PT, self._inputs_BKN[problem_P])
        right_PK = right_examples(outputs[:, :num_shown], statuses[:, :num_shown], wanted)
        # The output of a failed run does not count as behaviour; its status does.
        failed = statuses != Status.OK
        outputs = np.where(failed.reshape(failed.shape + (1,) * (outputs.ndim - 2)), 0, outputs)
        return [
            (int(right_PK[index].sum()), _digest(outputs[index].tobytes() + statuses[index].tobytes()))
            for index in range(len(which))
        ]


def _digest(behaviour: bytes) -> bytes:
    """What stands for a behaviour: with a thousand examples, one has up to 300 KB."""
    return hashlib.blake2b(behaviour, digest_size=16).digest()
