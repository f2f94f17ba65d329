"""The tables of `lasynth bench solve`."""

from __future__ import annotations

from lasynth.evaluation.solving import Attempt, Solved, render


def attempt(method: str, limit_s: float, right: bool, confidence: float) -> Attempt:
    """An answer."""
    return Attempt(
        method=method,
        limit_s=limit_s,
        solved=True,
        right=right,
        some_right=True,
        confidence=confidence,
        engine="floor",
        num_functions=1,
        seconds=limit_s / 2,
    )


def solved(right: bool, confidence: float) -> Solved:
    """A task that the floor never gets right, with two methods and two limits."""
    attempts = (
        attempt("all", 1.0, False, 0.1),
        attempt("all", 5.0, right, confidence),
        attempt("floor", 1.0, False, 0.6),
        attempt("floor", 5.0, False, 0.6),
    )
    return Solved("one", False, attempts)


def test_confidence_is_told_at_the_longest_limit() -> None:
    text = render([solved(True, 0.95), solved(True, 0.96), solved(False, 0.3)])
    table = text[text.index("Right by confidence") :].splitlines()
    assert table[1].split() == ["confidence", "all,", "5", "s", "(3)", "floor,", "5", "s", "(3)"]
    assert table[2].split() == ["0-0.25", "-", "-"]
    assert table[3].split()[:2] == ["0.25-0.5", "0.0"]
    assert table[6].split()[:2] == ["0.9-0.97", "100"]


def test_a_method_is_compared_with_the_portfolio_at_each_limit() -> None:
    text = render([solved(True, 0.95), solved(True, 0.96), solved(False, 0.3)])
    rows = [line.split() for line in text[text.index("against  S") :].splitlines()]
    assert rows[0] == ["against", "S", "difference", "p"]
    assert [row[:3] for row in rows[1:]] == [["floor", "1", "+0.0"], ["floor", "5", "+66.7"]]


def test_one_method_is_not_compared() -> None:
    one = Solved(None, None, (attempt("beam", 1.0, True, 0.9),))
    assert "against" not in render([one])
