"""The tokens that a mask offers, made from tables of a small language."""

from __future__ import annotations

import numpy as np
import pytest
from toy import EOS, GRAMMAR, LEXEMES, MASKING, NUM_TOKENS, TABLES, tokens_of

from lasynth.domains.kit.mask import Masking
from lasynth.domains.kit.scope import Effect, NameKind
from lasynth.domains.kit.tables import Names, tables_of, unpacked


def offered(text: str, masking: Masking = MASKING) -> set[str]:
    mask = masking.mask(1, NUM_TOKENS)
    for token in tokens_of(text):
        mask.advance([token])
    return {LEXEMES[token] for token in np.flatnonzero(mask.allowed()[0])}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {"let", "set", "loop", "EOS"}),
        ("let", {"i", "x"}),
        ("let x let", {"i", "y"}),
        ("let x set", {"x"}),
        ("let x set x", {"0", "1"}),
        # A nesting declares a name of the first family, visible only inside it.
        ("let x loop", {"i"}),
        ("let x loop i { set", {"i", "x"}),
        ("let x loop i { set i 0 }", {"set", "loop", "else", "EOS"}),
        ("let x loop i { set i 0 } set", {"x"}),
        ("let x loop i { set i 0 } loop", {"i", "j"}),
        # No nesting below the deepest level, and none without a free name.
        ("loop i { loop j {", {"set"}),
        ("let i let j", {"let", "set", "EOS"}),
        ("let i let j let x let y", {"set", "EOS"}),
        ("EOS", {"EOS"}),
    ],
)
def test_what_is_offered(text: str, expected: set[str]) -> None:
    assert offered(text) == expected


def test_what_is_offered_is_less_than_what_is_taken() -> None:
    flat = Masking(TABLES, max_nesting=0)
    assert offered("", flat) == {"let", "set", "EOS"}
    assert offered("loop j {", flat) == {"set"}
    tokens = np.array([*tokens_of("let y loop j { set y 0 }"), EOS, EOS])
    allowed_TV = flat.allowed_along(tokens[None], NUM_TOKENS)[0]
    assert allowed_TV[np.arange(len(tokens)), tokens].all()
    with pytest.raises(ValueError, match="row 0 is not a program: token 10 at 1"):
        MASKING.allowed_along(tokens_of("set y")[None], NUM_TOKENS)
    with pytest.raises(ValueError, match="row 0 is not a program: token 9 at 7"):
        MASKING.allowed_along(tokens_of("loop i { loop j { loop x")[None], NUM_TOKENS)


def test_packed_tables_are_the_tables() -> None:
    again = unpacked(TABLES.packed)
    for name, value in TABLES.parts._asdict().items():
        assert np.array_equal(getattr(again, name), value), name


def test_tables_of_names_that_the_grammar_does_not_have() -> None:
    with pytest.raises(ValueError, match="the grammar has no open"):
        tables_of(GRAMMAR, np.zeros(1, np.int32), eos=EOS, effects={"open": Effect.OPEN})
    names = Names(first=1, families=(16, 16), kinds={"new": NameKind.NEW})
    with pytest.raises(ValueError, match="at most 31 names, not 32"):
        tables_of(GRAMMAR, np.zeros(1, np.int32), eos=EOS, names=names)
