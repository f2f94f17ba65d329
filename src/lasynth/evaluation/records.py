"""The verdicts on a set of tasks, and how they were obtained."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar

from lasynth.config import Config, Size, Weight, read
from lasynth.errors import InputError
from lasynth.evaluation.record import Record
from lasynth.evaluation.tables import as_json, as_markdown, as_text

__all__ = ["Evaluation", "Record"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation(Config):
    """Verdicts on a set of tasks.

    Attributes:
        records: one per task, in order.
        domain: the language.
        method: how programs were proposed, `"beam"` or `"sample"`.
        beam: W of consistent@W and oracle@W.
        title: what was evaluated, such as a model or a set of tasks.
        seconds: wall-clock time of the whole evaluation.
    """

    WHERE: ClassVar[str] = "evaluation"

    records: tuple[Record, ...]
    domain: str
    method: str
    beam: Size
    title: str = ""
    seconds: Weight = 0.0

    def to_json(self, *, records: bool = False) -> dict[str, Any]:
        """Totals with intervals, over all tasks and by group; `from_json` reads it if it has `records`.

        Args:
            records: add one object per task under `"records"`.
        """
        document: dict[str, Any] = {
            "title": self.title,
            "domain": self.domain,
            "method": self.method,
            "beam": self.beam,
            "num_tasks": len(self.records),
            "num_without_held_out": sum(record.num_held_out == 0 for record in self.records),
            "seconds": round(self.seconds, 3),
            **as_json(self.records, self.domain),
        }
        if records:
            document["records"] = [asdict(record) for record in self.records]
        return document

    @classmethod
    def from_json(cls, obj: object, where: str = WHERE) -> Evaluation:
        """Read the result of `to_json(records=True)`; totals are computed again.

        Args:
            obj: the document.
            where: the name of the document in messages.

        Raises:
            InputError: it is not such a document.
        """
        if not isinstance(obj, Mapping) or not isinstance(obj.get("records"), list):
            hint = "Write it with `Evaluation.to_json(records=True)`."
            raise InputError("not an evaluation with its records", where, hint)
        values = {field.name: obj[field.name] for field in fields(cls) if field.name in obj}
        values["records"] = tuple(
            Record.from_json(one, f"{where}, record {number}") for number, one in enumerate(obj["records"], 1)
        )
        return read(cls, values, where=where)

    def details(self) -> Iterator[str]:
        """One line of JSON per task."""
        for record in self.records:
            yield json.dumps(asdict(record), ensure_ascii=False)

    def render(self, *, markdown: bool = False, width: int = 120) -> str:
        """The table of all protocols by group, with 95 % intervals and what the words mean.

        Args:
            markdown: a Markdown table, for docs and cards; else a table for a terminal.
            width: width of the terminal in columns.
        """
        if markdown:
            return as_markdown(self.records, self.domain, beam=self.beam, title=self.title)
        return as_text(self.records, self.domain, beam=self.beam, title=self.title, width=width)
