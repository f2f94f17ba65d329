"""Models on disk: weights as safetensors, beside a card in JSON that a person can read.

A model is two files, `NAME.safetensors` and `NAME.json`. The card states what the weights are (format,
domain, vocabulary, configuration) and what is known of them (data, seed, budget, scores). Its `digest` is the
SHA-256 of the weights and of what the card states them to be, so that damage to either is seen, and weights
with the card of others. A card without one is of an earlier version, and is read unchecked.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from safetensors.torch import save as to_bytes

from lasynth import domains
from lasynth.errors import CheckpointError, InputError
from lasynth.files import write_all
from lasynth.models.card import FORMAT, read_card
from lasynth.models.kinds import build, model_config
from lasynth.models.model import Model, ModelConfig
from lasynth.models.shipped import default_name, zoo_folder
from lasynth.models.synthesizer import Synthesizer
from lasynth.models.vocabulary import fitted, made_with
from lasynth.quoting import quoted

__all__ = ["EXPORTED", "config_of", "digest_of", "load", "save"]

EXPORTED = "model.safetensors"  # the model that a training run leaves in its folder
_STATED = ("format", "domain", "dialect", "lexemes", "config")  # of a card: what the weights are
_TAKE_AGAIN = "Take the two files of a model from one place again."


def save(model: Model, config: ModelConfig, path: Path, card: dict[str, Any]) -> None:
    """Write a model: `path` with the suffix `.safetensors`, and its card beside it.

    Args:
        model: the network.
        config: what it was built from.
        path: of the weights; its folder must exist.
        card: what is known of the model; format, domain, vocabulary, configuration and digest are added.

    Raises:
        CheckpointError: a file cannot be written. None has changed then.
    """
    weights = to_bytes({name: tensor.contiguous() for name, tensor in model.state_dict().items()})
    stated = {"format": FORMAT, "domain": config.domain, **made_with(config), "config": config.to_json()}
    full = {**stated, "digest": digest_of(stated, weights), **card}
    text = json.dumps(full, indent=2) + "\n"
    write_all({path: weights, path.with_suffix(".json"): text.encode()}, error=CheckpointError)


def digest_of(card: Mapping[str, Any], weights: bytes) -> str:
    """The SHA-256 of weights as safetensors, and of what a card states them to be."""
    stated = {key: card[key] for key in _STATED if key in card}
    digest = hashlib.sha256(json.dumps(stated, sort_keys=True).encode() + b"\n")
    digest.update(weights)
    return digest.hexdigest()


def load(name_or_path: str | Path = domains.DEFAULT, *, device: str = "cpu") -> Synthesizer:
    """Load a model by its language (`"c"`), its name in the zoo, or the path of its weights.

    Raises:
        InputError: no such model.
        CheckpointError: a file that is missing, truncated or of another version, or a vocabulary that the
            language no longer has.
    """
    path = _weights(name_or_path)
    place = path.with_suffix(".json")
    card = read_card(place)
    try:
        config = model_config(card["config"], where=str(place), path="config.")
        if card.get("digest", digest := digest_of(card, path.read_bytes())) != digest:
            what = "the weights are damaged, cut short or belong to another card: its digest is another"
            raise CheckpointError(what, str(path), _TAKE_AGAIN)
        config, weights = fitted(config, load_file(path), card, str(place))
        model = build(config)
        model.load_state_dict(weights)
    except (SafetensorError, RuntimeError, KeyError, IndexError, OSError) as error:
        raise CheckpointError(
            "the weights cannot be read; they may be cut short or belong to another card",
            where=str(path),
            hint=_TAKE_AGAIN,
        ) from error
    model.requires_grad_(False)
    return Synthesizer(model.to(torch.device(device)), config, name=path.stem)


def config_of(name_or_path: str | Path) -> tuple[ModelConfig, str]:
    """The configuration and the name of a model, by its card alone: to see what it takes before it is loaded.

    Raises:
        InputError, CheckpointError: as `load`.
    """
    path = _weights(name_or_path)
    return model_config(read_card(path.with_suffix(".json"))["config"]), path.stem


def _weights(name_or_path: str | Path) -> Path:
    """Where the weights of a model lie."""
    name = default_name(str(name_or_path)) or str(name_or_path)
    path = Path(name)
    if path.suffix != ".safetensors":
        path = zoo_folder() / f"{name}.safetensors"
        if not path.is_file():
            known = sorted(p.stem for p in zoo_folder().glob("*.safetensors"))
            raise InputError(
                f"no model {quoted(str(name_or_path))}",
                hint=f"Shipped: {', '.join(known) or 'none'}; or give the path of a .safetensors file.",
            )
    if not path.is_file():
        raise CheckpointError("no such file", where=str(path), hint="Give the path of a model's weights.")
    return path
