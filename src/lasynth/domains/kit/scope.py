"""What a context-free grammar cannot say: which names are visible, which nestings are open.

A language states it as *effects* of its grammar's actions and *kinds* of its roles. An action that concerns
a name stands directly behind the name in the grammar. The state is a small integer array, so that masks,
samplers and machines can carry one for each program: `[visible names as bits, open nestings, (name, declared)
of each of them ...]`; of a scope, the names visible before it stand in place of its name. A language without
names has the first two numbers only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum

import numpy as np

from lasynth.compiled import njit
from lasynth.grammar import IntArray

__all__ = ["Effect", "NameKind", "enact", "name_fits", "numbered", "scope_size"]


class Effect(IntEnum):
    """What an action does to the scope."""

    NONE = 0
    DECLARE = 1  # the name is visible from here on
    OPEN = 2  # a nesting without a name
    OPEN_NAMED = 3  # a nesting that belongs to a name, such as a loop to its variable
    OPEN_DECLARED = 4  # likewise, and the name is visible in it only
    CLOSE = 5  # of the innermost nesting
    OPEN_SCOPE = 6  # a nesting at whose end all that was declared in it is gone


class NameKind(IntEnum):
    """Which names fit in a role."""

    VISIBLE = 0
    NEW = 1  # names that are not visible
    OWN = 2  # the name of the innermost nesting


_DECLARE, _OPEN = int(Effect.DECLARE), int(Effect.OPEN)
_OPEN_NAMED, _OPEN_DECLARED, _CLOSE = int(Effect.OPEN_NAMED), int(Effect.OPEN_DECLARED), int(Effect.CLOSE)
_OPEN_SCOPE = int(Effect.OPEN_SCOPE)
_OF_SCOPE = 2  # in place of whether the name of a nesting is declared by it
_NEW, _OWN = int(NameKind.NEW), int(NameKind.OWN)


def numbered(names: Sequence[str], values: Mapping[str, int]) -> IntArray:
    """The values of actions, roles or terminals as an array by their numbers, 0 for those left out.

    Raises:
        ValueError: a value for a name that is not among them.
    """
    if unknown := set(values) - set(names):
        raise ValueError(f"the grammar has no {', '.join(sorted(unknown))}")
    return np.array([values.get(name, 0) for name in names], dtype=np.int32)


def scope_size(num_names: int, max_nesting: int) -> int:
    """How many numbers the state of a language is."""
    return 2 + 2 * max_nesting if num_names else 2


@njit(cache=True, nogil=True)
def enact(scope: IntArray, effect: int, name: int, max_nesting: int) -> bool:
    """Apply one effect; `name` is the number of the name just read.

    Returns:
        False where nestings would be deeper than `max_nesting`.
    """
    if effect == _DECLARE:
        scope[0] |= 1 << name
    elif effect == _CLOSE:
        depth = scope[1] - 1
        scope[1] = depth
        if len(scope) > 2 and scope[3 + 2 * depth] == _OF_SCOPE:
            scope[0] = scope[2 + 2 * depth]
        elif len(scope) > 2 and scope[3 + 2 * depth]:
            scope[0] &= ~(1 << scope[2 + 2 * depth])
    elif effect >= _OPEN:
        depth = scope[1]
        if depth == max_nesting:
            return False
        scope[1] = depth + 1
        if len(scope) > 2 and effect == _OPEN_SCOPE:
            scope[2 + 2 * depth] = scope[0]
            scope[3 + 2 * depth] = _OF_SCOPE
        elif len(scope) > 2:
            scope[2 + 2 * depth] = name if effect >= _OPEN_NAMED else -1
            scope[3 + 2 * depth] = effect == _OPEN_DECLARED
            if effect == _OPEN_DECLARED:
                scope[0] |= 1 << name
    return True


@njit(cache=True, nogil=True)
def name_fits(scope: IntArray, kind: int, name: int, num_names: int) -> bool:
    """Whether a name may stand in a role of this kind."""
    visible = (scope[0] >> name) & 1
    if kind == _NEW:
        return visible == 0 and 0 <= name < num_names
    if kind == _OWN:
        return scope[1] > 0 and scope[2 * scope[1]] == name
    return visible == 1
