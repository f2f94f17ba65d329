"""Tokens by name: a model says which lexemes it was made with, and is fitted to those of its language now.

A token is a number, and a grammar that gains a lexeme renumbers the rest. So a card and a checkpoint hold the
lexemes in the order of their tokens. Where the language has them in another order, or has more, the rows of a
model's embeddings and outputs move to where they belong; a lexeme that the model never saw gets no chance.
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
from lasynth.models.build import build
from lasynth.models.model import ModelConfig

__all__ = ["check", "fitted", "made_with"]


def made_with(config: ModelConfig) -> dict[str, Any]:
    """What a card or a checkpoint says of the vocabulary: the dialect, and the lexemes token by token."""
    language = domains.get(config.domain)
    return {"dialect": language.dialect, "lexemes": list(language.grammar.lexemes(config.num_tokens))}


def check(config: ModelConfig, made: Mapping[str, Any], where: str) -> None:
    """Check that a checkpoint is of the vocabulary that the language has now; one without lexemes passes.

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
    """A model for the vocabulary that its language has now.

    A model without lexemes was made before cards had any, when all had those of today: it stays as it is.

    Args:
        config: of the model.
        weights: its state.
        made: what the card says (`made_with`).
        where: the card, for messages.

    Raises:
        CheckpointError: a model of another dialect, or a lexeme that the language has no longer.
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
        # No weight and no chance for a lexeme that the model never saw.
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
