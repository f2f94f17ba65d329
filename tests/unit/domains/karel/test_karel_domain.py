from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lasynth import domains
from lasynth.domains.base import Language
from lasynth.domains.karel.grammar import (
    BOS,
    EOS,
    FIRST_ACTION,
    FIRST_CONDITION,
    FIRST_TIMES,
    LEXEMES,
    NUM_TOKENS,
    lexeme,
    token_of,
)
from lasynth.domains.karel.kinds import kinds_of
from lasynth.domains.karel.language import LANGUAGE
from lasynth.domains.karel.mask import MASKING, TABLES
from lasynth.domains.karel.parser import parse, to_tokens
from lasynth.domains.karel.printer import format_program
from lasynth.domains.karel.simplify import simplify
from lasynth.domains.karel.world import World
from lasynth.domains.kit.mask import Masking
from lasynth.errors import InputError
from lasynth.task import Example, Task


def test_the_language_is_found_by_name() -> None:
    found: Language = domains.get("karel")
    assert found is LANGUAGE
    grammar = found.grammar
    assert (found.name, grammar.bos, grammar.eos, grammar.num_tokens) == ("karel", BOS, EOS, 52)
    assert grammar.lexemes() == LEXEMES


def test_the_vocabulary() -> None:
    # Models and data on disk contain these numbers, so they must not change.
    assert " ".join(LEXEMES) == (
        "<eos> <bos> DEF run m( m) move turnRight turnLeft pickMarker putMarker WHILE REPEAT IF IFELSE ELSE "
        "c( c) w( w) r( r) i( i) e( e) not frontIsClear leftIsClear rightIsClear markersPresent "
        "noMarkersPresent " + " ".join(f"R={times}" for times in range(20))
    )
    assert [token_of(lexeme(token)) for token in range(NUM_TOKENS)] == list(range(NUM_TOKENS))
    assert [lexeme(token) for token in (FIRST_ACTION, FIRST_CONDITION, FIRST_TIMES)] == [
        "move",
        "frontIsClear",
        "R=0",
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("move", "Seq-only"),
        ("if frontIsClear:\n  move", "If-only"),
        ("if frontIsClear:\n  move\nelse:\n  turnLeft", "If-only"),
        ("repeat 3:\n  repeat 2:\n    turnLeft", "Loop-only"),
        ("while frontIsClear:\n  move", "Loop-only"),
        ("while frontIsClear:\n  move\nrepeat 3:\n  turnLeft", "Mixture"),
        ("while frontIsClear:\n  if leftIsClear:\n    move", "Mixture"),
        ("repeat 3:\n  move\nif leftIsClear:\n  move\nelse:\n  turnLeft", "Mixture"),
    ],
)
def test_kinds(text: str, kind: str) -> None:
    tokens = to_tokens(parse(text))
    assert LANGUAGE.grammar.kind(tokens) == kind
    assert kinds_of(np.stack([tokens, tokens])).tolist() == [kinds_of(tokens[None])[0]] * 2


@pytest.mark.parametrize(
    ("text", "simpler"),
    [
        ("turnLeft\nturnRight\nmove", "move"),
        ("move\nturnLeft\nturnLeft\nturnLeft", "move\nturnRight"),
        ("turnLeft\nturnLeft\nmove", "turnLeft\nturnLeft\nmove"),
        ("repeat 0:\n  move\nmove", "move"),
        ("repeat 1:\n  move\n  putMarker", "move\nputMarker"),
        ("repeat 5:\n  turnRight", "turnRight"),
        ("repeat 8:\n  turnRight\nmove", "move"),
        ("repeat 3:\n  move\n  turnLeft\n  turnRight", "repeat 3:\n  move"),
        ("repeat 3:\n  turnLeft\n  turnRight\nmove", "move"),
        ("if frontIsClear:\n  turnLeft\n  turnRight\nmove", "move"),
        ("if frontIsClear:\n  move\nelse:\n  move", "move"),
        ("if frontIsClear:\n  move\nelse:\n  repeat 0:\n    move", "if frontIsClear:\n  move"),
        ("if frontIsClear:\n  repeat 0:\n    move\nelse:\n  putMarker", "if not frontIsClear:\n  putMarker"),
        ("if markersPresent:\n  repeat 0:\n    move\nelse:\n  move", "if noMarkersPresent:\n  move"),
        ("if not markersPresent:\n  repeat 0:\n    move\nelse:\n  move", "if markersPresent:\n  move"),
        ("turnLeft\nrepeat 1:\n  turnRight\nmove", "move"),
        # An endless loop must not become one that ends at once, and a program is never empty.
        ("while frontIsClear:\n  turnLeft\n  turnRight", "while frontIsClear:\n  turnLeft\n  turnRight"),
        ("turnLeft\nturnRight", "turnLeft\nturnRight"),
        # A marker may not fit, or a move may not be possible, so neither is without effect.
        ("putMarker\npickMarker", "putMarker\npickMarker"),
    ],
)
def test_what_does_nothing_is_dropped(text: str, simpler: str) -> None:
    assert simplify(parse(text)) == parse(simpler), format_program(simplify(parse(text)))


def test_rows_that_are_no_programs_stay_as_they_are() -> None:
    good = to_tokens(parse("turnLeft\nturnRight\nmove"))
    rows = np.array([good, np.full(len(good), 7)], dtype=np.int32)
    assert LANGUAGE.simplify is not None
    found = LANGUAGE.simplify(rows, np.zeros((0, 328), dtype=np.uint8))
    assert found[0].tolist() == [*to_tokens(parse("move")), 0, 0]
    assert found[1].tolist() == rows[1].tolist()


def test_the_mask_follows_a_program() -> None:
    mask = LANGUAGE.grammar.mask(2, NUM_TOKENS)
    for word, number in (("DEF", 1), ("run", 1), ("m(", 1), ("WHILE", 9), ("c(", 1), ("not", 6), ("c(", 1)):
        assert mask.allowed().sum(axis=1).tolist() == [number, number], word
        mask.advance(np.array([token_of(word)] * 2))
    assert [lexeme(token) for token in np.flatnonzero(mask.allowed()[0])] == list(LEXEMES[27:32])
    mask.advance(np.array([token_of("frontIsClear"), token_of("leftIsClear")]))
    for word in ("c)", "c)", "w("):
        mask.advance(np.array([token_of(word)] * 2))
    open_block = mask.reorder(np.array([1, 1, 0]))
    assert open_block.allowed().shape == (3, NUM_TOKENS)
    assert not open_block.allowed()[:, token_of("w)")].any()
    for word in ("move", "w)", "m)"):
        mask.advance(np.array([token_of(word)] * 2))
    assert np.flatnonzero(mask.allowed()[0]).tolist() == [EOS]
    mask.advance(np.array([EOS, EOS]))
    assert mask.finished.all()  # type: ignore[attr-defined]
    mask.advance(np.array([EOS, EOS]))
    with pytest.raises(ValueError, match="cannot come next in row 1"):
        mask.advance(np.array([EOS, token_of("move")]))


def test_counts_are_all_offered() -> None:
    mask = MASKING.mask(1, NUM_TOKENS)
    for word in ("DEF", "run", "m(", "REPEAT"):
        mask.advance([token_of(word)])
    assert np.flatnonzero(mask.allowed()[0]).tolist() == list(range(FIRST_TIMES, NUM_TOKENS))


def test_the_depth_that_is_offered() -> None:
    shallow = Masking(TABLES, max_nesting=1)
    mask = shallow.mask(1, NUM_TOKENS)
    for word in ("DEF", "run", "m(", "REPEAT", "R=2", "r("):
        mask.advance([token_of(word)])
    assert [lexeme(token) for token in np.flatnonzero(mask.allowed()[0])] == list(LEXEMES[6:11])
    deeper = to_tokens(parse("repeat 2:\n  repeat 2:\n    move"))
    allowed_BTV = shallow.allowed_along(deeper[None], NUM_TOKENS)
    assert np.take_along_axis(allowed_BTV, deeper[None, :, None], axis=2).all()
    assert not allowed_BTV[0, 6, token_of("WHILE")]


def test_arguments_of_the_mask() -> None:
    with pytest.raises(ValueError, match="has 52 tokens, not 51"):
        MASKING.mask(1, 51)
    with pytest.raises(ValueError, match="max_nesting is 0 to 32"):
        Masking(TABLES, max_nesting=33)
    with pytest.raises(ValueError, match="2 rows"):
        MASKING.mask(2, NUM_TOKENS).advance([2])
    with pytest.raises(ValueError, match="row 0 is not a program: token 6 at 1 does not fit"):
        MASKING.allowed_along(np.array([[2, 6]]), NUM_TOKENS)


TASK: dict[str, Any] = {
    "domain": "karel",
    "examples": [
        {"input": [">..", "..#"], "output": ["..>", "..#"]},
        {"input": [">.."], "output": {"rows": 1, "cols": 3, "hero": "0:2:east"}},
    ],
    "held_out": [{"input": "v\n.\n1", "output": [".", ".", "v  v:1"]}],
    "program": "while frontIsClear:\n    move\n",
}


def test_a_task_file_holds_pictures_or_grid_objects(tmp_path: Path) -> None:
    (task,) = Task.parse(json.dumps(TASK))
    assert task.examples[0].input == World.from_text([">..", "..#"])
    file = tmp_path / "tasks.jsonl"
    file.write_text(json.dumps(task.to_json()) + "\n")
    assert Task.read(file) == [task]
    inputs_KW, outputs_KW = LANGUAGE.encode(task.examples)
    tokens = LANGUAGE.text.tokens_of(task.program or "")
    after_PKW, statuses_PK = LANGUAGE.machine.run_batch(tokens[None], inputs_KW)
    assert not statuses_PK.any()
    assert np.array_equal(after_PKW[0], outputs_KW)
    assert [LANGUAGE.values.decode(after) for after in after_PKW[0]] == [
        example.output for example in task.examples
    ]


def test_examples_may_be_worlds() -> None:
    before, after = World.from_text([">."]), World.from_text([".>"])
    assert Task.of([(before, after)], domain="karel").examples == (Example(before, after),)


@pytest.mark.parametrize(
    ("example", "words"),
    [
        (
            {"input": [">."], "output": ["..>"]},
            "example 3: the input is a grid of 1 x 2, the output one of 1 x 3",
        ),
        (
            {"input": [">.#"], "output": [".>."]},
            "example 3: the walls of the output are not those of the input",
        ),
        ({"input": [">.", ". "], "output": [".>"]}, "example 3, input, row 2: this row has 1 cells"),
        ({"input": [">.  !"], "output": [".>"]}, "example 3: the robot of the input has crashed"),
        ({"input": [">."], "output": [".>  !"]}, "example 3: the robot of the output has crashed"),
        (
            {"input": [">.."], "output": [">.."]},
            "example 3: the input is that of example 2, the output is another",
        ),
        ({"input": 5, "output": [">.."]}, "example 3, input: not a world"),
        ({"input": [">"] * 17, "output": [">"]}, "example 3, input: the world has 17 robots"),
    ],
)
def test_bad_examples_are_named_with_their_place(example: dict[str, object], words: str) -> None:
    with pytest.raises(InputError) as caught:
        Task.from_json(TASK | {"examples": [*TASK["examples"], example]}, where="t.json")
    assert str(caught.value).startswith(f"t.json, {words}")


def test_a_partial_program_is_run_as_far_as_it_goes() -> None:
    """After a statement of the outermost block, inside one, and at the end."""
    text = "DEF run m( move REPEAT R=2 r( putMarker r) turnLeft m)"
    tokens = LANGUAGE.text.tokens_of(text)[None]
    world = World.from_text(">...\n")
    inputs = world.to_array()[None, None]
    lengths = np.array([4, 9, 6, 10, 11, 12])
    after, known = LANGUAGE.machine.run_partial(tokens, inputs, np.zeros(6, dtype=np.int64), lengths)
    moved, repeated, within, turned, ended, beyond = (World.from_array(found[0]) for found in after)
    assert moved == World.from_text(".>..\n")
    assert repeated == World.from_text(".>..  >:2\n")
    assert within.crashed
    assert known[:, 0].tolist() == [True, True, False, True, True, True]
    assert turned == ended == beyond == World.from_text(".^..  ^:2\n")
