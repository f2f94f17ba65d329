"""What a context-free grammar of C cannot express: which names are visible, which loops are open.

The state is that of `lasynth.domains.kit.scope`; a loop is a nesting that belongs to its variable.
"""

from __future__ import annotations

from typing import Final

from lasynth.compiled import njit
from lasynth.domains.c.grammar import ACTIONS, FIRST_NAME, GRAMMAR, NUM_NAMES
from lasynth.domains.kit import scope
from lasynth.domains.kit.scope import Effect, NameKind, numbered, scope_size
from lasynth.domains.kit.tables import Names
from lasynth.grammar import IntArray

__all__ = ["CONTEXT_SIZE", "EFFECTS", "MAX_LOOPS", "NAMES", "apply_action", "name_fits"]

MAX_LOOPS = 8
CONTEXT_SIZE = scope_size(NUM_NAMES, MAX_LOOPS)

EFFECTS: Final = {
    "declare": Effect.DECLARE,
    "for_var": Effect.OPEN_NAMED,
    "for_declare": Effect.OPEN_DECLARED,
    "end_for": Effect.CLOSE,
}
# Loop variables, then the others.
NAMES: Final = Names(
    first=FIRST_NAME,
    families=(NUM_NAMES // 2, NUM_NAMES // 2),
    kinds={"new": NameKind.NEW, "loop": NameKind.OWN},
)
_EFFECTS, _KINDS = numbered(ACTIONS, EFFECTS), numbered(GRAMMAR.roles, NAMES.kinds)


@njit(cache=True, nogil=True)
def apply_action(context: IntArray, action: int, name: int) -> bool:
    """Apply one action; `name` is the number of the name just read (`token - FIRST_NAME`).

    Returns:
        False where loops are nested deeper than `MAX_LOOPS`. Actions that concern no names are ignored.
    """
    return scope.enact(context, _EFFECTS[action], name, MAX_LOOPS)


@njit(cache=True, nogil=True)
def name_fits(context: IntArray, role: int, name: int) -> bool:
    """Whether a name fits a role: a new name is not visible, a loop head has its own, others are visible."""
    return scope.name_fits(context, _KINDS[role], name, NUM_NAMES)
