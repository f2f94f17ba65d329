"""The verdicts on one task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import msgspec

from lasynth.config import Count, Weight, in_range
from lasynth.errors import InputError

__all__ = ["Record"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The verdicts on one task. "Right" is right on the shown and on the held-out examples.

    Attributes:
        id: the task's name, or its number from 1.
        greedy: the greedy program, unfiltered, is right.
        top1: the likeliest candidate, unfiltered, is right; differs from `greedy` by the beam. None
            in evaluations from before it was counted.
        consistent: the first of the candidates, by score, that satisfies the shown examples is right.
        oracle: some candidate is right.
        completed: as `consistent`, but where no candidate satisfies the shown examples, the first completed
            program (`lasynth.search.completion`) counts. None in an evaluation without completion.
        exact: the submitted program (that of `consistent`, or the first where none satisfies the shown
            examples) has the tokens of the reference. None without a reference.
        floor: the floor of the language (`lasynth.domains.unlearned.Floor`), fitted to the shown examples, is
            right. None where it does not apply to the task.
        plain: the floor can express the task. None where this is not known.
        plain_computed: whether `plain` was computed, not given with the task.
        kind: control flow of the reference.
        num_tokens: length of the reference, without EOS.
        num_held_out: number of held-out examples; if 0, "right" means right on the shown ones only.
        num_candidates: number of distinct programs proposed.
        num_consistent: the number of them that satisfy the shown examples.
        program: text of the submitted program.
        seconds: the task's share of the time of its batch, without greedy decoding.
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
    num_tokens: Count | None
    num_held_out: Count
    num_candidates: Count
    num_consistent: Count
    program: str | None
    seconds: Weight
    top1: bool | None = None
    completed: bool | None = None

    @classmethod
    def from_json(cls, obj: object, where: str) -> Record:
        """Read a record; earlier versions had other names and fewer protocols.

        Raises:
            InputError: the fields are not those of a record.
        """
        old = {"affine": "plain", "affine_computed": "plain_computed"}
        table: Mapping[str, Any] = obj if isinstance(obj, Mapping) else {}
        values = {"top1": None, "completed": None} | {old.get(key, key): table[key] for key in table}
        hint = "Evaluate again with this version."
        if wrong := sorted({field.name for field in fields(cls)} ^ set(map(str, values))):
            raise InputError(f"{wrong[0]} is {'not known' if wrong[0] in values else 'missing'}", where, hint)
        try:
            record = msgspec.convert(values, cls)
        except (ValueError, OverflowError) as error:
            raise InputError(str(error), where, hint) from None
        if not all(in_range(getattr(record, field.name)) for field in fields(cls)):
            raise InputError("a number is too large, or none", where, hint)
        return record
