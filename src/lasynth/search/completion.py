"""Completing what a model proposes: its first statements, and an end that is found without learning.

A model is often right about the loop or the branch and wrong about what follows. Where none of its programs
satisfies the examples, each is cut behind every outermost statement, the beginnings are run, and the
language's search without learning (for C the affine fit, for Karel the straight-line floor) is asked for a
short end that takes every result to its output. Where that fails too, it is asked again for the beginnings
with one token exchanged, as `<` for `<=`. The shortest program found so is likely to be meant: ends are
bounded tightly, must be shorter than what they explain, and what costs little fits by chance least often.

Shapes: P, Q programs, T tokens, K examples, S distinct results; an input's own axes stand behind K.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from lasynth.domains.base import Domain, Status
from lasynth.search.action_sequence import ActionSequenceFit
from lasynth.search.affine import AffineFit

__all__ = ["Completion", "HasParts", "complete", "one_token_changed"]

Tokens = npt.NDArray[np.int32]

# Nats a token: of the model's beginning, which it has some reason for, and of the end, which has none.
_BEGINNING_COST: Final = 0.25
_END_COST: Final = 0.6
# Nats that a number of the outputs is worth which an end makes right. An end that costs more than it explains
# is no explanation: two examples are always fitted by something.
_EXPLAINED: Final = 2.2
# How long an end may be: the sum of |w| for a cell; actions, and states of the search for them.
_MAX_NORM: Final = 3
_MAX_CHANGED: Final = 20_000  # programs with a token exchanged
_MAX_ACTIONS: Final = 8
_MAX_STATES: Final = 2000


@runtime_checkable
class HasParts(Protocol):
    """A language whose programs can be cut behind their outermost statements.

    Attributes:
        exchangeable: classes of tokens of which one may stand where another does.
    """

    exchangeable: Sequence[Sequence[int]]

    def beginnings(self, tokens: Tokens) -> list[Tokens]:
        """The programs that a program begins with, itself the last; `eos` included."""

    def chain(self, first: Tokens, second: Tokens) -> Tokens | None:
        """The program that does what one does and then what another does, if the language has one."""


@dataclass(frozen=True, slots=True, eq=False)
class Completion:
    """A program that reproduces the shown examples.

    Attributes:
        tokens: `[T]`, ended by one EOS.
        num_added: how many of them the search without learning added.
        score: less what the tokens cost, in nats; not a log-probability of the model.
    """

    tokens: Tokens
    num_added: int
    score: float


def complete(
    domain: Domain,
    programs: Sequence[Tokens],
    inputs_KN: npt.NDArray[Any],
    outputs_KN: npt.NDArray[Any],
    *,
    most: int = 8,
) -> list[Completion]:
    """Complete the beginnings of some programs.

    Args:
        domain: the language.
        programs: what a model proposed, each ended by EOS; none is needed.
        inputs_KN, outputs_KN: the shown examples, encoded.
        most: how many to return.

    Returns:
        The cheapest, one for each result that could be completed; the empty beginning takes part. Nothing
        where the language cannot be cut or has no search without learning.
    """
    if not isinstance(domain, HasParts) or domain.name not in _ENDS:
        return []
    parts = {bytes(part): part for tokens in programs for part in domain.beginnings(tokens)}
    beginnings = _padded(sorted(parts.values(), key=len), domain.eos)
    # The empty beginning has the inputs themselves for its result.
    found = _completed(domain, [None], inputs_KN[None], outputs_KN)
    known = {inputs_KN.tobytes()}
    found += _completed(domain, *_results(domain, beginnings, inputs_KN, known), outputs_KN)
    if not found:
        changed = one_token_changed(beginnings, domain.exchangeable)[:_MAX_CHANGED]
        found = _completed(domain, *_results(domain, changed, inputs_KN, known), outputs_KN)
    return sorted(found, key=lambda completion: -completion.score)[:most]


def one_token_changed(programs_PT: Tokens, classes: Sequence[Sequence[int]]) -> Tokens:
    """`[Q, T]`: every program with one of its tokens exchanged for another of the same class.

    Only tokens that occur in some of the programs are put in; what comes out need not be a program.
    """
    changed = [programs_PT[:0]]
    for members in classes:
        present = np.intersect1d(programs_PT, members)
        for token in present:
            row, column = np.nonzero(np.isin(programs_PT, present) & (programs_PT != token))
            others = programs_PT[row]
            others[np.arange(len(row)), column] = token
            changed.append(others)
    every = np.concatenate(changed)
    # Short programs first, which are the likelier ones.
    return every[np.argsort((every != every[:, -1:]).sum(axis=1), kind="stable")]


def _results(
    domain: Domain, programs_PT: Tokens, inputs_KN: npt.NDArray[Any], known: set[bytes]
) -> tuple[list[Tokens | None], npt.NDArray[Any]]:
    """The first program of each result that is not known yet, and these results `[S, K, ...]`."""
    if not len(programs_PT):
        return [], inputs_KN[None][:0]
    got_PKN, statuses_PK = domain.run_batch(programs_PT, inputs_KN)
    firsts = []
    for row in np.flatnonzero((statuses_PK == Status.OK).all(axis=1)):
        if (result := got_PKN[row].tobytes()) not in known:
            known.add(result)
            firsts.append(row)
    return [programs_PT[row] for row in firsts], got_PKN[firsts]


def _completed(
    domain: Domain,
    firsts: Sequence[Tokens | None],
    states_SKN: npt.NDArray[Any],
    outputs_KN: npt.NDArray[Any],
) -> list[Completion]:
    """Beginnings with the ends that their results need, where there is one."""
    assert isinstance(domain, HasParts)
    found = []
    # A cell that is wrong in some example is explained in all.
    wrong_SN = (states_SKN != outputs_KN).any(axis=1)
    num_wrong_S = len(outputs_KN) * wrong_SN.sum(axis=tuple(range(1, wrong_SN.ndim)))
    ends = _ENDS[domain.name](domain, states_SKN, outputs_KN)
    for first, end, num_wrong in zip(firsts, ends, num_wrong_S, strict=True):
        if end is None or _END_COST * (len(end) - 1) > _EXPLAINED * num_wrong:
            continue
        tokens = end if first is None else domain.chain(first, end)
        if tokens is not None:
            added = len(end) - 1
            cost = _BEGINNING_COST * (len(tokens) - 1 - added) + _END_COST * added
            found.append(Completion(tokens, added, -cost))
    return found


def _affine_ends(
    domain: Domain, states_SKN: npt.NDArray[Any], outputs_KN: npt.NDArray[Any]
) -> list[Tokens | None]:
    """For each result a straight-line program of C that takes it to the outputs, or None."""
    maps = AffineFit(max_norm=_MAX_NORM).fit(states_SKN, np.broadcast_to(outputs_KN, states_SKN.shape))
    texts = [None if each is None else each.to_c() for each in maps]
    return [None if text is None else domain.to_tokens(domain.parse(text)) for text in texts]


def _action_ends(
    domain: Domain, states_SKN: npt.NDArray[Any], outputs_KN: npt.NDArray[Any]
) -> list[Tokens | None]:
    """For each result a sequence of actions that takes it to the outputs, or None."""
    actions = ActionSequenceFit(domain, _MAX_ACTIONS, _MAX_STATES)
    return [actions.fit(state_KN, outputs_KN) for state_KN in states_SKN]


# The search without learning of each language that has one.
_ENDS: Final = {"c": _affine_ends, "karel": _action_ends}


def _padded(programs: Sequence[Tokens], eos: int) -> Tokens:
    padded = np.full((len(programs), max(map(len, programs), default=0)), eos, dtype=np.int32)
    for row, tokens in zip(padded, programs, strict=True):
        row[: len(tokens)] = tokens
    return padded
