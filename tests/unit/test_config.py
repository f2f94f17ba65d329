"""Configurations refuse invalid values from any source, in one message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

import pytest
from msgspec import Meta

from lasynth.config import Config, Rate, Size, read
from lasynth.errors import InputError


@dataclass(frozen=True, slots=True)
class Oven(Config):
    WHERE: ClassVar[str] = "oven"

    heat: Literal["top", "both"] = "both"
    share: Rate = 0.5


@dataclass(frozen=True, slots=True)
class Kitchen(Config):
    WHERE: ClassVar[str] = "kitchen"

    cooks: Size
    hours: tuple[tuple[int, int], ...] = ()
    oven: Oven | None = None
    spares: tuple[Oven, ...] = ()
    door: Annotated[str, Meta(pattern="^[a-z]+$", description="a word")] = "wood"

    def misfit(self) -> tuple[str, str] | None:
        return ("too many cooks", "Send some home.") if self.cooks > 9 else None


def test_a_table_is_read() -> None:
    found = read(Kitchen, {"cooks": 2, "hours": [[1, 2]], "oven": {"share": 0}, "spares": [{}]})
    assert found == Kitchen(2, ((1, 2),), Oven(share=0.0), (Oven(),))
    assert isinstance(found.oven.share, float)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({}, "f.toml: cooks is missing. Give a whole number, at least 1."),
        ({"cooks": 0}, "f.toml, cooks: 0 does not fit. Give a whole number, at least 1."),
        ({"cooks": 2.5}, "f.toml, cooks: 2.5 does not fit. Give a whole number, at least 1."),
        ({"cooks": True}, "f.toml, cooks: True does not fit. Give a whole number, at least 1."),
        ({"cooks": 1, "ovn": {}}, "f.toml: unknown entry 'ovn'. Did you mean 'oven'?"),
        ({"cooks": 1, "x": 1}, "f.toml: unknown entry 'x'. Known: cooks, door, hours, oven, spares."),
        ({"cooks": 1, "oven": 3}, "f.toml, oven: 3 does not fit. Give a table."),
        ({"cooks": 1, "oven": {"haet": 1}}, "f.toml, oven: unknown entry 'haet'. Did you mean 'heat'?"),
        ({"cooks": 1, "oven": {"heat": "x"}}, "f.toml, oven.heat: 'x' does not fit. Give 'top' or 'both'."),
        (
            {"cooks": 1, "oven": {"share": float("nan")}},
            "f.toml, oven.share: nan does not fit. Give a number, at least 0 and below 1.",
        ),
        (
            {"cooks": 1, "hours": [[1]]},
            "f.toml, hours: [[1]] does not fit. Give a list of: a list of: a whole number, a whole number.",
        ),
        (
            {"cooks": 1, "spares": [{}, {"heat": "x"}]},
            "f.toml, spares 2.heat: 'x' does not fit. Give 'top' or 'both'.",
        ),
        ({"cooks": 1, "spares": {}}, "f.toml, spares: {} does not fit. Give a list of: a table."),
        ({"cooks": 1, "door": "3"}, "f.toml, door: '3' does not fit. Give a word."),
        ({"cooks": 10}, "f.toml: too many cooks. Send some home."),
        ([], "f.toml: [] is not a table. Give names with their values."),
    ],
)
def test_what_does_not_fit_is_said(table: Any, message: str) -> None:
    with pytest.raises(InputError) as raised:
        read(Kitchen, table, where="f.toml")
    assert str(raised.value) == message


def test_a_call_is_checked_as_a_file_is() -> None:
    with pytest.raises(InputError, match="kitchen, cooks: 'two' does not fit"):
        Kitchen("two")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="kitchen: too many cooks"):
        Kitchen(10)
    assert isinstance(Oven(share=0).share, float)
