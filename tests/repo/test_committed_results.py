"""The committed tables agree with the committed results."""

from __future__ import annotations

from pathlib import Path

import pytest

from lasynth.evaluation.report import Part, write_reports


@pytest.mark.parametrize(
    ("study", "part", "pages"),
    [
        ("table3", Part.TABLE, ["table3.json", "table3.md"]),
        ("table4", Part.TABLE, ["table4.json", "table4.md"]),
        ("table4", Part.FIG5, ["fig5.md"]),
        ("c-lists", Part.TABLE, ["c-lists-systems.json", "c-lists-systems.md"]),
    ],
)
def test_pages_are_written_again_byte_for_byte(
    study: str, part: Part, pages: list[str], root: Path, tmp_path: Path
) -> None:
    write_reports(root / "experiments" / study, tmp_path, [part])
    assert sorted(path.name for path in tmp_path.iterdir()) == pages
    for page in pages:
        assert (tmp_path / page).read_bytes() == (root / "docs" / "results" / page).read_bytes(), page
