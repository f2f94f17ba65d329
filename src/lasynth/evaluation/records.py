"""What an evaluation found: one record a task, and all of them with how they were made."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from lasynth.errors import InputError
from lasynth.evaluation.tables import as_json, as_markdown, as_text

__all__ = ["Evaluation", "Record"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The verdicts on one task. "Right" is right on the shown and on the held-out examples.

    Attributes:
        id: the task's name, or its number from 1.
        greedy: the greedy program, unfiltered, is right.
        top1: the likeliest of the candidates, unfiltered, is right; differs from `greedy` by the beam. None
            in evaluations made before it was counted.
        consistent: the first of the candidates, by score, that satisfies the shown examples is right.
        oracle: some candidate is right.
        completed: as `consistent`; where no candidate satisfies the shown examples, the first that was
            completed (`lasynth.search.completion`) counts. None where none was.
        exact: the program submitted (the one of `consistent`, or the first where none satisfies the shown
            examples) has the tokens of the reference. None without a reference.
        floor: what the floor of the language (`lasynth.domains.base.Floor`) fits to the shown examples is
            right: for C an affine map, for Karel a sequence of actions. None where it is not about such a
            task.
        plain: the task is of the sort that the floor is about: affine, straight. None where that is not
            known.
        plain_computed: whether `plain` was computed, not given with the task.
        kind: control flow of the reference.
        num_tokens: length of the reference, EOS not counted.
        num_held_out: held-out examples; with none, "right" means right on the shown ones only.
        num_candidates: distinct programs proposed.
        num_consistent: those of them that satisfy the shown examples.
        program: text of the program submitted.
        seconds: the task's share of the time of its batch, greedy decoding not counted.
    """

    id: str
    greedy: bool
    consistent: bool
    oracle: bool
    exact: bool | None
    floor: bool | None
    plain: bool | None
    plain_computed: bool
    kind: str | None
    num_tokens: int | None
    num_held_out: int
    num_candidates: int
    num_consistent: int
    program: str | None
    seconds: float
    top1: bool | None = None
    completed: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Verdicts on a set of tasks.

    Attributes:
        records: one a task, in order.
        domain: the language.
        method: how programs were proposed, `"beam"` or `"sample"`.
        beam: W of consistent@W and oracle@W.
        title: what was evaluated: a model, a set of tasks.
        seconds: wall-clock time of all.
    """

    records: tuple[Record, ...]
    domain: str
    method: str
    beam: int
    title: str = ""
    seconds: float = 0.0

    def to_json(self, *, records: bool = False) -> dict[str, Any]:
        """Totals with intervals, over all tasks and by group; with `records`, what `from_json` reads.

        Args:
            records: add one object a task under `"records"`.
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
    def from_json(cls, obj: object) -> Evaluation:
        """Read back what `to_json(records=True)` wrote; totals are computed anew.

        Raises:
            InputError: not such a document.
        """
        hint = "Write it with `Evaluation.to_json(records=True)`."
        if not isinstance(obj, Mapping) or not isinstance(obj.get("records"), list):
            raise InputError("not an evaluation with its records", hint=hint)
        names = {field.name for field in fields(Record)}
        records = []
        for number, record in enumerate(obj["records"], 1):
            values = _current(record) if isinstance(record, Mapping) else {}
            if set(values) != names:
                raise InputError("the fields are not those of this version", f"record {number}", hint)
            records.append(Record(**values))
        try:
            return cls(
                records=tuple(records),
                domain=obj["domain"],
                method=obj["method"],
                beam=obj["beam"],
                title=obj["title"],
                seconds=obj["seconds"],
            )
        except KeyError as error:
            raise InputError(f"{error} is missing", hint=hint) from None

    def details(self) -> Iterator[str]:
        """One line of JSON a task."""
        for record in self.records:
            yield json.dumps(asdict(record), ensure_ascii=False)

    def render(self, *, markdown: bool = False, width: int = 120) -> str:
        """The table of all protocols by group, with 95 % intervals and what the words mean.

        Args:
            markdown: a Markdown table, for docs and cards; else one for a terminal.
            width: columns of the terminal.
        """
        if markdown:
            return as_markdown(self.records, self.domain, beam=self.beam, title=self.title)
        return as_text(self.records, self.domain, beam=self.beam, title=self.title, width=width)


def _current(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record with the names of this version: earlier ones were of C alone, with fewer protocols."""
    names = {"affine": "plain", "affine_computed": "plain_computed"}
    return {"top1": None, "completed": None} | {names.get(key, key): value for key, value in record.items()}
