from __future__ import annotations

import numpy as np
import pytest

from lasynth.domains.c.grammar import EOS
from lasynth.domains.c.kinds import Kind, kind_of, kinds_of
from lasynth.domains.c.parser import parse, to_tokens

ASSIGN, IF = "a[0] = 1;", "if (a[0]) { a[0] = 1; }"
CASES = [
    (ASSIGN, Kind.SEQ_ONLY, "Seq-only"),
    (IF, Kind.IF_ONLY, "If-only"),
    ("for (int i = 0; i < 5; i++) { a[i] = 1; }", Kind.FOR_ONLY, "For-only"),
    (f"for (int i = 0; i < 5; i++) {{ {IF} }}", Kind.MIXTURE, "Mixture"),
    ("if (a[0]) { for (int i = 0; i < 5; i++) { a[i] = 1; } }", Kind.MIXTURE, "Mixture"),
]


@pytest.mark.parametrize(("source", "kind", "label"), CASES)
def test_the_kind_is_that_of_the_control_flow(source: str, kind: Kind, label: str) -> None:
    assert kind_of(to_tokens(parse(source))) is kind
    assert kind.label == label


def test_many_at_once() -> None:
    rows = [to_tokens(parse(source)) for source, _, _ in CASES]
    tokens_PT = np.full((len(rows), max(map(len, rows)) + 3), EOS, dtype=np.int16)
    for row, tokens in zip(tokens_PT, rows, strict=True):
        row[: len(tokens)] = tokens
    kinds = kinds_of(tokens_PT)
    assert kinds.dtype == np.uint8
    assert kinds.tolist() == [kind for _, kind, _ in CASES]
    assert kinds_of(tokens_PT[:0]).shape == (0,)
