"""What a context-free grammar of C cannot say: which names are visible, which loops are open.

The state is a small integer array, so that the mask, the sampler and the machine can carry one for
each program: `[visible names as bits, open loops, (loop variable, declared in its head) ...]`.
"""

from __future__ import annotations

from numba import njit

from lasynth.domains.c.grammar import ACTIONS, NUM_NAMES, ROLES
from lasynth.grammar import IntArray

__all__ = ["CONTEXT_SIZE", "MAX_LOOPS", "apply_action", "name_fits"]

MAX_LOOPS = 8
CONTEXT_SIZE = 2 + 2 * MAX_LOOPS

_DECLARE = ACTIONS.index("declare")
_FOR_VAR = ACTIONS.index("for_var")
_FOR_DECLARE = ACTIONS.index("for_declare")
_END_FOR = ACTIONS.index("end_for")
_NEW = ROLES.index("new") + 1
_LOOP = ROLES.index("loop") + 1


@njit(cache=True, nogil=True)
def apply_action(context: IntArray, action: int, name: int) -> bool:
    """Apply one action; `name` is the number of the name just read (`token - FIRST_NAME`).

    Returns:
        False where loops are nested deeper than `MAX_LOOPS`. Actions that concern no names are ignored.
    """
    if action == _DECLARE:
        context[0] |= 1 << name
    elif action == _FOR_VAR or action == _FOR_DECLARE:
        depth = context[1]
        if depth == MAX_LOOPS:
            return False
        declared = action == _FOR_DECLARE
        context[2 + 2 * depth] = name
        context[3 + 2 * depth] = declared
        context[1] = depth + 1
        if declared:
            context[0] |= 1 << name
    elif action == _END_FOR:
        context[1] -= 1
        depth = context[1]
        if context[3 + 2 * depth]:
            context[0] &= ~(1 << context[2 + 2 * depth])
    return True


@njit(cache=True, nogil=True)
def name_fits(context: IntArray, role: int, name: int) -> bool:
    """Whether a name may stand in a role: new ones unseen, a loop's own in its head, else visible."""
    visible = (context[0] >> name) & 1
    if role == _NEW:
        return visible == 0 and 0 <= name < NUM_NAMES
    if role == _LOOP:
        return context[1] > 0 and context[2 * context[1]] == name
    return visible == 1
