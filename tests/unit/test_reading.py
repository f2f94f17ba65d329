"""Whatever is wrong with a text, a JSON or a TOML file is one message."""

from __future__ import annotations

from pathlib import Path

import pytest

from lasynth.errors import CheckpointError, InputError
from lasynth.reading import parse_json, parse_toml, read_text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "f, line 1, column 2: not JSON: expecting property name"),
        ("[\n1,\n]", "f, line 3, column 1: not JSON"),
        ("[" * 100_000, "f: brackets are nested too deeply, more than 100"),
        ('"' + "]" * 300 + '"' + "[" * 300, "f: brackets are nested too deeply, more than 100"),
        ('[{"a": ' * 51, "f: brackets are nested too deeply, more than 100"),
        ('{"a": {"b": 1, "c": 2, "b": 3}}', 'f: "b" is given twice in one object'),
        ("1" * 10_000, "f: a number has thousands of digits"),
        ('{"a": "\\ud800"}', "f: a text holds half of a surrogate pair"),
        ('{"\\uDC00": 1}', "f: a text holds half of a surrogate pair"),
        (f'{{"{"k" * 10**6}": 1, "{"k" * 10**6}": 2}}', 'f: "' + "k" * 57 + '..." is given twice'),
    ],
)
def test_what_is_no_json_is_refused(text: str, message: str) -> None:
    with pytest.raises(InputError) as raised:
        parse_json(text, "f")
    assert str(raised.value).startswith(message)
    with pytest.raises(CheckpointError):
        parse_json(text, "f", error=CheckpointError)


def test_what_is_json_is_read() -> None:
    assert parse_json("[" * 100 + "]" * 100) is not None
    assert parse_json("[" + "[]," * 300 + '"[{[{[{", 1]') is not None
    assert parse_json('{"a": [1, "\\ud83d\\ude00", "\\\\ud800"]}') == {"a": [1, "\U0001f600", "\\ud800"]}


@pytest.mark.parametrize("text", ["a", "a = ", "a = 1\na = 2", "a = 2021-13-45", "a = " + "[" * 100_000])
def test_what_is_no_toml_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="f: not TOML: "):
        parse_toml(text, "f")


def test_a_text_is_utf_8_without_its_mark(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"\xef\xbb\xbfa\r\nb\rc\n")
    assert read_text(path) == "a\nb\nc\n"
    path.write_bytes(b"\xff")
    with pytest.raises(InputError, match="not a text file in UTF-8"):
        read_text(path)
    with pytest.raises(InputError, match="is a folder"):
        read_text(tmp_path, "Hint.")
    with pytest.raises(InputError, match="no such file"):
        read_text(tmp_path / "none")
    with pytest.raises(InputError, match="not the path of a file"):
        read_text("a\0b")
