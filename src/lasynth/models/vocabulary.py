"""Tokens by name: a model records its lexemes, and is fitted to the current lexemes of its language.

A token is a number, and a grammar that gains a lexeme renumbers the rest. So a card and a checkpoint list the
lexemes in the order of their tokens. If the language now has another order or more lexemes, the rows of a
model's embeddings and outputs are moved accordingly; a lexeme that the model never saw gets probability 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from lasynth import domains
from lasynth.domains.kit.vocabulary import token_map
from lasynth.errors import CheckpointError
from lasynth.models.kinds import build
from lasynth.models.model import ModelConfig

__all__ = ["check", "fitted", "made_with"]


def made_with(config: ModelConfig) -> dict[str, Any]:
    """The vocabulary's record for a card or a checkpoint: the dialect, and the lexemes token by token."""
    language = domains.get(config.domain)
    return {"dialect": language.dialect, "lexemes": list(language.grammar.lexemes(config.num_tokens))}


def check(config: ModelConfig, made: Mapping[str, Any], where: str) -> None:
    """Check that a checkpoint has the current vocabulary of the language; one without lexemes passes.

    Raises:
        CheckpointError: it is not.
    """
    now = made_with(config)
    if any(made.get(key, value) != value for key, value in now.items()):
        hint = "Go on with the version of lasynth that wrote it, or train again."
        raise CheckpointError(f"it was made with other lexemes of {config.domain}", where, hint)


def fitted(
    config: ModelConfig, weights: dict[str, Tensor], made: Mapping[str, Any], where: str
) -> tuple[ModelConfig, dict[str, Tensor]]:
    """A model fitted to the current vocabulary of its language.

    A model without lexemes is older than the lexemes in cards, and has today's vocabulary: it is unchanged.

    Args:
        config: the configuration of the model.
        weights: its weights.
        made: the record in the card (`made_with`).
        where: the card, for messages.

    Raises:
        CheckpointError: the model has another dialect, or a lexeme that the language no longer has.
    """
    now = made_with(config)
    lexemes = made.get("lexemes", now["lexemes"])
    if made.get("dialect", now["dialect"]) != now["dialect"]:
        what = f"it is of the dialect {made['dialect']!r}, the language has {now['dialect']!r}"
        raise CheckpointError(what, where, "Give a model of this dialect.")
    if len(lexemes) != config.num_tokens:
        what = f"there are {len(lexemes)} lexemes, the model has {config.num_tokens} tokens"
        raise CheckpointError(what, where, "Take the two files of a model from one place again.")
    if lexemes == now["lexemes"]:
        return config, weights
    language = domains.get(config.domain)
    try:
        places = torch.from_numpy(token_map(lexemes, language))
    except KeyError as error:
        what = f"{config.domain} no longer has the lexeme {error}, which the model writes"
        hint = "Use the version of lasynth that wrote it, or train again."
        raise CheckpointError(what, where, hint) from None
    new = replace(config, num_tokens=max(language.grammar.num_tokens, int(places.max()) + 1))
    moved = dict(weights)
    for name in _rows(config):
        # Weights 0 and probability 0 for a lexeme that the model never saw.
        never = -torch.inf if weights[name].dim() == 1 else 0.0
        moved[name] = weights[name].new_full((new.num_tokens, *weights[name].shape[1:]), never)
        moved[name][places] = weights[name]
    return new, moved


def _rows(config: ModelConfig) -> list[str]:
    """The weights that have a row for each token: those that grow with the vocabulary."""
    least = domains.get(config.domain).grammar.num_tokens  # an older model may have had fewer
    with torch.random.fork_rng(devices=[]):
        one, more = (build(replace(config, num_tokens=least + extra)).state_dict() for extra in (0, 1))
    return [name for name, weight in one.items() if weight.shape != more[name].shape]
