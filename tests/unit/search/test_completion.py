from __future__ import annotations

import numpy as np
import pytest

from lasynth import domains
from lasynth.domains.karel.world import World
from lasynth.search import SearchConfig, search
from lasynth.search.completion import complete, one_token_changed
from lasynth.search.testing import ReferenceScorer, ToyDomain
from lasynth.task import Example, Task

C, KAREL = domains.get("c"), domains.get("karel")
LOOP = "for (int i = 0; i < 5; i++) { if (a[i] < 0) { a[i] = 0; } }"
WANTED = LOOP + " a[2] += a[1]; a[0] = 3;"
NEARLY = LOOP + " a[4]--; a[0] = 1;"
LISTS = np.random.default_rng(5).integers(-4, 5, (10, 5)).astype(np.int32)


def tokens_of(domain, text):
    return domain.text.to_tokens(domain.text.parse(text))


def c_task(text: str) -> Task:
    outputs_PKN, _ = C.machine.run_batch(tokens_of(C, text)[None], LISTS)
    examples = [
        Example(tuple(i), tuple(o)) for i, o in zip(LISTS.tolist(), outputs_PKN[0].tolist(), strict=True)
    ]
    return Task("c", tuple(examples[:5]), tuple(examples[5:]), "one")


def prefers(text: str) -> ReferenceScorer:
    return ReferenceScorer(
        {"one": tokens_of(C, text)},
        C.grammar.num_tokens,
        bos=C.grammar.bos,
        eos=C.grammar.eos,
        confidence=0.99,
    )


def right_everywhere(domain, tokens, inputs_KN, wanted_KN) -> bool:
    outputs_PKN, statuses_PK = domain.machine.run_batch(tokens[None], inputs_KN)
    return bool((statuses_PK == 0).all() and np.array_equal(outputs_PKN[0], wanted_KN))


def test_a_loop_is_kept_and_the_rest_found() -> None:
    inputs, wanted = LISTS, C.machine.run_batch(tokens_of(C, WANTED)[None], LISTS)[0][0]
    assert not right_everywhere(C, tokens_of(C, NEARLY), inputs, wanted)
    found = complete(C, [tokens_of(C, NEARLY), tokens_of(C, "a[1] = 0;")], inputs[:5], wanted[:5])
    assert found
    best = C.text.format(C.text.from_tokens(found[0].tokens))
    assert "for" in best
    assert right_everywhere(C, found[0].tokens, inputs, wanted), best
    assert all(right_everywhere(C, one.tokens, inputs[:5], wanted[:5]) for one in found)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_a_token_is_exchanged_where_nothing_else_helps() -> None:
    inputs, wanted = LISTS, C.machine.run_batch(tokens_of(C, WANTED)[None], LISTS)[0][0]
    wrong = NEARLY.replace("a[i] < 0", "a[i] > 0")
    found = complete(C, [tokens_of(C, wrong)], inputs[:5], wanted[:5])
    assert right_everywhere(C, found[0].tokens, inputs, wanted)


def test_one_token_is_changed_at_a_time() -> None:
    programs_PT = np.array([[2, 3, 2, 0], [4, 0, 0, 0]])
    changed = one_token_changed(programs_PT, [(2, 3, 9), (5, 4)])
    assert sorted(changed.tolist()) == [[2, 2, 2, 0], [2, 3, 3, 0], [3, 3, 2, 0]]
    assert one_token_changed(programs_PT[:0], [(2, 3)]).shape == (0, 4)


def test_without_programs_it_is_the_floor() -> None:
    wanted = LISTS.copy()
    wanted[:, 0] = LISTS[:, 1] - LISTS[:, 2]
    (only,) = complete(C, [], LISTS, wanted)
    assert right_everywhere(C, only.tokens, LISTS, wanted)
    assert complete(C, [], LISTS[:5], np.abs(LISTS[:5])) == []


def test_karel_walks_on_from_where_the_loop_ends() -> None:
    rooms = [World.from_text(["." * 9, f"{'.' * start}>{'.' * (8 - start)}"]) for start in range(1, 6)]
    worlds = np.array([room.to_array() for room in rooms])
    text = "DEF run m( WHILE c( frontIsClear c) w( move w) turnLeft move putMarker m)"
    nearly = "DEF run m( WHILE c( frontIsClear c) w( move w) turnRight turnRight m)"
    wanted = KAREL.machine.run_batch(tokens_of(KAREL, text)[None], worlds)[0][0]
    assert complete(KAREL, [], worlds, wanted) == []
    found = complete(KAREL, [tokens_of(KAREL, nearly)], worlds, wanted)
    assert right_everywhere(KAREL, found[0].tokens, worlds, wanted)
    assert found[0].num_added == len(tokens_of(KAREL, "DEF run m( turnLeft move putMarker m)")) - 1


def test_a_language_that_cannot_be_cut_has_no_completions() -> None:
    toy = ToyDomain()
    task = toy.task("inc", seed=1, id="1")
    assert complete(toy, [], *toy.encode(task)) == []


@pytest.mark.parametrize("asked", [False, True])
def test_the_search_completes_where_it_is_asked_to(asked: bool) -> None:
    task = c_task(WANTED)
    scorer = ReferenceScorer(
        {"one": tokens_of(C, NEARLY)},
        C.grammar.num_tokens,
        bos=C.grammar.bos,
        eos=C.grammar.eos,
        confidence=0.99,
    )
    config = SearchConfig(beam=4, max_tokens=120, enough=None, complete=asked)
    (result,) = search(scorer, C, [task], config)
    added = [proposal for proposal in result.proposals if proposal.num_added]
    assert bool(added) == asked == result.candidates[0].consistent
    assert all(proposal.consistent for proposal in added)
    assert result.num_proposed >= len(result.proposals) - len(added)


def test_what_the_model_found_itself_is_not_completed() -> None:
    task = c_task(WANTED)
    scorer = ReferenceScorer(
        {"one": tokens_of(C, WANTED)},
        C.grammar.num_tokens,
        bos=C.grammar.bos,
        eos=C.grammar.eos,
        confidence=0.99,
    )
    # Few programs ever rank high beside the reference: the search must not end with the first of them.
    config = SearchConfig(beam=4, max_tokens=120, enough=None, patience=100, complete=True)
    (result,) = search(scorer, C, [task], config)
    assert not any(proposal.num_added for proposal in result.proposals)
    assert result.candidates[0].consistent


def test_what_explains_less_than_it_costs_is_not_taken() -> None:
    wanted = C.machine.run_batch(tokens_of(C, WANTED)[None], LISTS)[0][0]
    rearranged = wanted[:, ::-1]
    # Some affine map fits any two examples.
    assert complete(C, [], LISTS[:2], rearranged[:2]) == []
    assert complete(
        C, [], LISTS[:2], np.full_like(LISTS[:2], 3) * [1, 0, 0, 0, 0] + LISTS[:2] * [0, 1, 1, 1, 1]
    )
