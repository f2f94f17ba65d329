"""Models on disk."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch

from lasynth.domains.c.grammar import FIRST_INT
from lasynth.errors import CheckpointError, InputError
from lasynth.examples import Example
from lasynth.models import LaSynthConfig, build, has_default, is_shipped, load, save
from lasynth.models.shipped import zoo_folder
from lasynth.task import Task

TASK = Task.of([([1, 2, 3, 4, 0], [2, 2, 3, 4, 0]), ([0, 0, 0, 0, 0], [1, 0, 0, 0, 0])])
GIVEN = tuple(side[None] for side in TASK.language.encode(TASK.examples))


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    config = LaSynthConfig(FIRST_INT + 17, embedding=8, hidden=16, decoder=8, heads=1)
    path = tmp_path / "tiny.safetensors"
    save(build(config), config, path, {"note": "for a test"})
    return path


def test_round_trip(saved: Path) -> None:
    first, second = load(saved), load(str(saved))
    assert first.name == "tiny"
    assert first.smallest_example().input == (0, 0, 0, 0, 0)
    assert has_default("c")
    assert not has_default("c-lists")  # a model is shipped, but answers only when it is named
    assert not has_default("strings")
    assert [is_shipped(name) for name in ("c", "c-small", "c-lists", "strings")] == [True, True, True, False]
    tokens = np.array([first.bos])
    (one, _), (two, _) = (s.step(s.start(*GIVEN), tokens) for s in (first, second))
    assert one.shape == (1, first.num_tokens)
    assert (one == two).all()
    assert json.loads(saved.with_suffix(".json").read_text())["note"] == "for a test"


def test_trace_begins_with_the_input_and_has_a_belief_for_each_statement(saved: Path) -> None:
    from lasynth.domains.c.grammar import EOS, token_of

    text = "a [ 0 ] ++ ; a [ 1 ] = 2 ;"
    tokens = np.array([*(token_of(word) for word in text.split()), EOS], dtype=np.int32)
    beliefs = load(saved).trace(TASK, tokens)
    assert [belief.num_tokens for belief in beliefs] == [0, 6, 13]
    assert beliefs[0].likeliest_K.tolist() == [list(example.input) for example in TASK.examples]
    assert (beliefs[0].chances_K == 1).all()
    assert beliefs[2].chances_K.max() <= 1


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ((1, 2), "t.json, example 1, input: the list has 2 cells, the model tiny knows lists of 5"),
        ((1, 2, 9, 0, 0), "t.json, example 1, input: cell 3 is 9, the model tiny knows values from -4 to 4"),
    ],
)
def test_a_model_says_what_it_takes(saved: Path, cells: tuple[int, ...], message: str) -> None:
    model = load(saved)
    model.check_examples(TASK.examples)
    with pytest.raises(InputError) as raised:
        model.check_examples([Example(cells, cells)], where="t.json")
    assert str(raised.value).startswith(message)


def test_unknown_name() -> None:
    with pytest.raises(InputError, match="no model 'nonesuch'"):
        load("nonesuch")


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no such file"):
        load(tmp_path / "gone.safetensors")


def test_truncated_weights(saved: Path) -> None:
    saved.write_bytes(saved.read_bytes()[:-100])
    with pytest.raises(CheckpointError, match="cut short"):
        load(saved)


def test_card_of_another_format(saved: Path) -> None:
    card = saved.with_suffix(".json")
    card.write_text(json.dumps({**json.loads(card.read_text()), "format": 99}))
    with pytest.raises(CheckpointError, match="model format 99"):
        load(saved)


def test_missing_card(saved: Path) -> None:
    saved.with_suffix(".json").unlink()
    with pytest.raises(CheckpointError, match="card is missing"):
        load(saved)


def test_a_flipped_bit_is_seen(saved: Path) -> None:
    whole = saved.read_bytes()
    for place in np.random.default_rng(0).integers(8 * len(whole), size=60).tolist():
        flipped = bytearray(whole)
        flipped[place // 8] ^= 1 << (place % 8)
        saved.write_bytes(flipped)
        with pytest.raises(CheckpointError, match=r"tiny\.safetensors: the weights are damaged"):
            load(saved)


def test_weights_are_not_read_with_another_configuration(saved: Path) -> None:
    """One that no shape shows: the same weights would mean something else."""
    card = json.loads(saved.with_suffix(".json").read_text())
    card["config"]["heads"] = 2
    saved.with_suffix(".json").write_text(json.dumps(card))
    with pytest.raises(CheckpointError, match="belong to another card"):
        load(saved)
    del card["digest"]  # as in cards of earlier versions
    saved.with_suffix(".json").write_text(json.dumps(card))
    assert load(saved).config.to_json()["heads"] == 2


def test_what_is_known_of_a_model_may_be_edited(saved: Path) -> None:
    card = json.loads(saved.with_suffix(".json").read_text())
    saved.with_suffix(".json").write_text(json.dumps({**card, "note": "better words", "default": False}))
    load(saved)


def test_shipped_models_have_digests() -> None:
    cards = [json.loads(path.read_text()) for path in zoo_folder().glob("*.json")]
    assert len(cards) >= 3
    assert all("digest" in card for card in cards)


def test_a_model_that_cannot_be_written_leaves_the_old_one(
    saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path.name: path.read_bytes() for path in saved.parent.iterdir()}
    config = LaSynthConfig(FIRST_INT + 17, embedding=8, hidden=16, decoder=8, heads=1)
    for failing in (1, 2):  # the weights are on the disk, or the card is too
        calls = []

        def fail(descriptor: int, calls: list[int] = calls, failing: int = failing) -> None:
            calls.append(descriptor)
            if len(calls) == failing:
                raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", fail)
        name = saved.name if failing == 1 else "tiny.json"
        with pytest.raises(CheckpointError, match=f"{name}: cannot be written: No space left on device"):
            save(build(config), config, saved, {})
        assert {path.name: path.read_bytes() for path in saved.parent.iterdir()} == before
