"""The tutorial quotes the example exactly."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "new-language.md").read_text()
EXAMPLE = ROOT / "examples" / "strings-language"
FILES = [EXAMPLE / "pyproject.toml", *sorted((EXAMPLE / "src" / "lasynth_strings").glob("*.py"))]
BLOCKS = re.findall(r"^```(?:python|toml)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.splitlines()[0].strip())
def test_code_is_quoted_from_the_example(block: str) -> None:
    assert any(block in file.read_text() for file in FILES)


def test_every_file_is_named_and_quoted() -> None:
    assert len(BLOCKS) >= len(FILES)
    for file in FILES:
        if file.name != "__init__.py":
            assert file.name in PAGE
            quoted = any(block in file.read_text() for block in BLOCKS)
            assert quoted, file.name
