"""What messages quote is cut, and controls no terminal."""

from __future__ import annotations

import pytest

from lasynth.errors import InputError, ProgramError
from lasynth.quoting import MAX_MESSAGE, cut, printable, quoted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, é, 日本, \U0001f600", "plain, é, 日本, \U0001f600"),
        ("\x1b[31m", r"\x1b[31m"),
        ("\x9b\x7f\x00", r"\x9b\x7f\x00"),
        ("a\nb\tc\r", r"a\nb\tc\r"),
        ("\u202eabc\u2028", r"\u202eabc\u2028"),
        ("\udcff", r"\udcff"),
    ],
)
def test_control_characters_are_escapes(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert printable(printable(text)) == shown
    shown.encode()


def test_what_is_kept_is_kept() -> None:
    assert printable("a\nb\x1b", keep="\n") == "a\nb\\x1b"


def test_long_text_is_cut() -> None:
    assert cut("abcdef", 6) == "abcdef"
    assert cut("abcdefg", 6) == "abc..."
    assert quoted("x" * 10**6) == f"'{'x' * 56}..."
    assert quoted(b"x" * 10**6, 10) == "b'xxxxx..."
    assert quoted([1, 2]) == "[1, 2]"


@pytest.mark.parametrize("long", ["what", "where", "hint"])
def test_a_message_has_a_largest_length(long: str) -> None:
    words = {"what": "it is empty", "where": "a.json", "hint": "Fill it."} | {long: "\x1b" * 10**5}
    message = str(InputError(words["what"], words["where"], words["hint"]))
    assert len(message) < 5 * MAX_MESSAGE
    assert message.isprintable()


@pytest.mark.parametrize("column", [1, 50, 5_000, 9_999, 10_001])
def test_a_program_error_shows_a_part_of_a_long_line(column: int) -> None:
    source = "".join(chr(97 + number % 26) for number in range(10_000))
    _, shown, caret = str(ProgramError("no", source=source, line=1, column=column)).split("\n")
    assert len(shown) < 120
    place = caret.index("^")
    assert column > len(source) or shown[place] == source[column - 1]


def test_the_caret_stands_below_a_line_with_control_characters() -> None:
    _, shown, caret = str(ProgramError("no", source="\x1b[2J\tx", line=1, column=6)).split("\n")
    assert shown.isprintable()
    assert shown[caret.index("^")] == "x"
