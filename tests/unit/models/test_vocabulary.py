"""Lexemes: a model from before a change of the grammar gives the same answers, or is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from lasynth import domains
from lasynth.errors import CheckpointError
from lasynth.models import Synthesizer, build, load, model_config, save, zoo_folder
from lasynth.models.vocabulary import fitted, made_with
from lasynth.search import Beam, Problem, SearchConfig, search
from lasynth.task import Task
from lasynth.training.config import TrainConfig

LISTS = Path(__file__).parents[3] / "examples" / "lists" / "tasks.jsonl"
SHIPPED = sorted(path.stem for path in zoo_folder().glob("*.json"))
ADDED = "||"  # not in any of c-small's answers below


def rewritten(folder: Path, **changes: Any) -> Path:
    """A copy of c-small with another card, whose digest would not match."""
    card = {**json.loads((zoo_folder() / "c-small.json").read_text()), **changes}
    del card["digest"]
    (folder / "old.json").write_text(json.dumps(card))
    (folder / "old.safetensors").write_bytes((zoo_folder() / "c-small.safetensors").read_bytes())
    return folder / "old.safetensors"


def made_before(folder: Path) -> Path:
    """c-small as if made with a grammar without `ADDED` and with another order of lexemes."""
    lexemes = json.loads((zoo_folder() / "c-small.json").read_text())["lexemes"]
    order = [*range(2), *range(40, 2, -1), 2, *range(41, len(lexemes))]
    order.remove(lexemes.index(ADDED))
    config = json.loads((zoo_folder() / "c-small.json").read_text())["config"]
    path = rewritten(
        folder,
        lexemes=[lexemes[token] for token in order],
        config={**config, "num_tokens": len(order)},
    )
    weights = load_file(path)
    rows = ("decoder.tokens.weight", "output.layers.3.weight", "output.layers.3.bias")
    save_file({k: w[order].contiguous() if k in rows else w for k, w in weights.items()}, path)
    return path


def answers(model: Synthesizer, tasks: list[Task]) -> list[list[str]]:
    text = domains.get("c").text
    results = search(
        [Beam(scorer=model, width=8)], [Problem.of(task) for task in tasks], SearchConfig(max_tokens=40)
    )
    return [[text.of_tokens(found.tokens) for found in result.proposals] for result in results]


def test_a_lexeme_added_to_the_grammar_changes_no_answer(tmp_path: Path) -> None:
    now, before = load("c-small"), load(made_before(tmp_path))
    assert before.num_tokens == now.num_tokens
    tasks = Task.read(LISTS)[:6]
    found = answers(now, tasks)
    assert any(found)
    assert answers(before, tasks) == found


def test_a_lexeme_that_the_model_never_saw_gets_no_chance(tmp_path: Path) -> None:
    now, before = load("c-small"), load(made_before(tmp_path))
    problem = Problem.of(Task.read(LISTS)[0])
    given = problem.inputs_KN[None], problem.outputs_KN[None]
    bos = np.array([now.bos])
    (expected, _), (found, _) = (model.step(model.start(*given), bos) for model in (now, before))
    added = json.loads((zoo_folder() / "c-small.json").read_text())["lexemes"].index(ADDED)
    assert found[0, added] == -np.inf
    left = np.delete(expected[0], added)
    left = left - np.log(np.exp(left).sum())
    np.testing.assert_allclose(np.delete(found[0], added), left, atol=1e-5)


def test_a_lexeme_that_the_language_lost_is_named(tmp_path: Path) -> None:
    lexemes = json.loads((zoo_folder() / "c-small.json").read_text())["lexemes"]
    with pytest.raises(CheckpointError, match="c no longer has the lexeme '<<', which the model writes"):
        load(rewritten(tmp_path, lexemes=[*lexemes[:20], "<<", *lexemes[21:]]))
    with pytest.raises(CheckpointError, match="there are 20 lexemes, the model has 65 tokens"):
        load(rewritten(tmp_path, lexemes=lexemes[:20]))
    with pytest.raises(CheckpointError, match="it is of the dialect 'lists', the language has 'restricted'"):
        load(rewritten(tmp_path, dialect="lists"))


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_cards_hold_the_vocabulary_of_today(name: str) -> None:
    card = json.loads((zoo_folder() / f"{name}.json").read_text())
    made = made_with(model_config(card["config"]))
    assert {key: card[key] for key in made} == made
    assert load(name).num_tokens == len(card["lexemes"])


@pytest.mark.parametrize(
    "kind", ["lasynth", "property-signatures", "karel", "bunel", "exec", "shin-code", "shin-trace"]
)
def test_every_kind_of_model_can_be_fitted(kind: str) -> None:
    sizes = {"embedding": 8, "hidden": 8, "decoder": 8}
    more = {"syntax": "learned"} if kind == "bunel" else {}
    config = model_config({"kind": kind, **sizes, **more})
    torch.manual_seed(0)
    model = build(config)
    weights, made = model.state_dict(), made_with(config)
    assert fitted(config, weights, made, "card") == (config, weights)
    assert fitted(config, weights, {}, "card") == (config, weights)
    turned = {**made, "lexemes": made["lexemes"][::-1]}
    again, moved = fitted(config, weights, turned, "card")
    assert again == config
    build(again).load_state_dict(moved)
    changed = {name for name, weight in weights.items() if not torch.equal(weight, moved[name])}
    assert all(torch.equal(weights[name].flip(0), moved[name]) for name in changed)
    assert bool(changed) == (kind != "shin-trace")
    fewer = replace(config, num_tokens=config.num_tokens - 1)
    grown, moved = fitted(fewer, build(fewer).state_dict(), made_with(config) | made_with(fewer), "card")
    assert (grown, moved.keys()) == (fewer, weights.keys())


def test_a_checkpoint_of_other_lexemes_is_not_resumed(tmp_path: Path) -> None:
    from lasynth.models.vocabulary import check

    config = TrainConfig.from_json({}).model
    check(config, made_with(config), "run")
    check(config, {}, "run")
    with pytest.raises(CheckpointError, match="run: it was made with other lexemes of c"):
        check(config, {"lexemes": ["<eos>"]}, "run")


def test_a_saved_card_holds_the_vocabulary(tmp_path: Path) -> None:
    config = model_config({"embedding": 8, "hidden": 16, "decoder": 8, "heads": 1})
    save(build(config), config, tmp_path / "m.safetensors", {"note": "kept"})
    card = json.loads((tmp_path / "m.json").read_text())
    assert list(card) == ["format", "domain", "dialect", "lexemes", "config", "digest", "note"]
    assert card["lexemes"][:2] == ["<eos>", "<bos>"]
