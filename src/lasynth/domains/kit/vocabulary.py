"""Lexemes travel: tokens that were written with one vocabulary, read with another.

What stores tokens or weights of tokens says which lexemes it was made with. They are mapped by name when they
are read, so a lexeme that the grammar gains shifts nothing; one that it lost is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from lasynth.domains.base import Language

__all__ = ["token_map"]


def token_map(lexemes: Sequence[str], language: Language) -> npt.NDArray[np.int64]:
    """Where each lexeme stands in the vocabulary of a language.

    Args:
        lexemes: of a vocabulary, in the order of its tokens.
        language: its literals may go on beyond the usual vocabulary.

    Returns:
        `[V]` the token of the language for each of these.

    Raises:
        KeyError: a lexeme that the language does not have.
    """
    known = language.grammar.lexemes(len(lexemes))
    if tuple(lexemes) == known:
        return np.arange(len(lexemes))
    # Twice as many as there can be where some were added before the literals.
    known = language.grammar.lexemes(len(lexemes) + language.grammar.num_tokens)
    token_of = {lexeme: token for token, lexeme in reversed(list(enumerate(known)))}
    if unfit := [lexeme for lexeme in lexemes if not isinstance(lexeme, str)]:
        raise KeyError(unfit[0])  # damaged: a list, which cannot even be looked up
    return np.array([token_of[lexeme] for lexeme in lexemes])
