"""A model's card: what is beside its weights, in JSON that a person can read.

A card holds what loading needs, which is checked here, and whatever else is known of the model: of that, what
others read (seed, budget, scores) is checked too, and further entries are free.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Final, Literal

from lasynth import domains
from lasynth.config import Config, Count, Weight, field_types, read
from lasynth.errors import CheckpointError, InputError
from lasynth.models.kinds import model_config
from lasynth.quoting import quoted
from lasynth.reading import parse_json, read_text

__all__ = ["FORMAT", "read_card"]

FORMAT: Final = 1
_HINT: Final = "Weights and card are two files side by side; take both again."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Card(Config):
    """The entries of a card whose types are known.

    Attributes:
        format: of the card.
        domain: the language.
        config: of the model, see `model_config`.
        default: whether the model answers for its language when none is named.
        dialect, lexemes: what the model was made with, see `lasynth.models.vocabulary`.
    """

    WHERE: ClassVar[str] = "card"

    format: Literal[1]
    config: dict[str, Any]
    domain: str = domains.DEFAULT
    default: bool = False
    dialect: str = ""
    lexemes: tuple[str, ...] = ()
    name: str = ""
    digest: str = ""
    data: str = ""
    seed: Count | None = None
    machine: str = ""
    num_parameters: Count | None = None
    minutes: Weight | None = None
    num_programs: Count | None = None
    num_distinct_programs: Count | None = None
    num_updates: Count | None = None
    command: str = ""
    remarks: tuple[str, ...] = ()
    training: dict[str, Any] | None = None
    training_before: tuple[dict[str, Any], ...] = ()
    scores: dict[str, dict[str, Any]] | None = None


def read_card(path: Path) -> dict[str, Any]:
    """Read a model's card.

    Raises:
        CheckpointError: missing, malformed, or of another format.
    """
    if not path.is_file():
        raise CheckpointError("the model's card is missing", str(path), _HINT)
    card = parse_json(read_text(path, _HINT, error=CheckpointError), str(path), error=CheckpointError)
    if not isinstance(card, Mapping):
        raise CheckpointError("the model's card is no object", str(path), _HINT)
    if card.get("format") != FORMAT:
        raise CheckpointError(
            f"model format {quoted(card.get('format'))}, this version of lasynth reads {FORMAT}",
            where=str(path),
            hint="Use the version of lasynth that wrote it, or train again.",
        )
    try:
        known: Any = _Card
        found = read(_Card, {key: card[key] for key in field_types(known) if key in card}, where=str(path))
        config = model_config(found.config, where=str(path), path="config.")
    except InputError as error:
        raise CheckpointError(error.what, error.where, error.hint) from None
    if config.domain != found.domain:
        what = f"the card is of domain {quoted(found.domain)}, its configuration of {config.domain}"
        raise CheckpointError(what, str(path), _HINT)
    return dict(card)
