"""Grounded decoding: the machine's results replace the executor's beliefs."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from lasynth import domains
from lasynth.domains.c.grammar import BOS, FIRST_INT
from lasynth.domains.karel.world import World
from lasynth.errors import InputError
from lasynth.models import Grounded, KarelConfig, LaSynthConfig, Synthesizer, build
from lasynth.models.grounded import GroundedState
from lasynth.search import Beam, Problem, SearchConfig, search
from lasynth.task import Example, Task

C = domains.get("c")
KAREL = domains.get("karel")
LISTS = ((1, 2, 3, 4, 0), (0, -1, 2, 1, 3))
TASK = Task("c", tuple(Example(values, values) for values in LISTS))


def of_c(**parts: object) -> Synthesizer:
    torch.manual_seed(0)
    sizes = {"embedding": 8, "hidden": 16, "decoder": 12}
    config = LaSynthConfig(FIRST_INT + 17, **(sizes | parts))
    return Synthesizer(build(config), config, name="small")


def arrays(tasks: list[Task]) -> tuple[np.ndarray, ...]:
    encoded = [task.language.encode(task.examples) for task in tasks]
    return tuple(np.array(side) for side in zip(*encoded, strict=True))


def fed(scorer: Grounded, tasks: list[Task], *texts: str) -> tuple[np.ndarray, GroundedState]:
    """The log-probabilities and the state after statements, one row per task."""
    rows = []
    for task, text in zip(tasks, texts, strict=True):
        tokens = domains.get(task.domain).text.to_tokens(domains.get(task.domain).text.parse(text))
        rows.append(tokens[: -1 if task.domain == "c" else -2])  # before the end
    log_probs, state = scorer.step(scorer.start(*arrays(tasks)), np.full(len(rows), scorer.bos))
    for column in np.array(rows).T:
        log_probs, state = scorer.step(state, column)
    return log_probs, state


def c_program(*statements: str) -> str:
    return "int * func_1(int a[])\n{\n" + "\n".join(statements) + "\nreturn a;\n}\n"


def believed(state: GroundedState, row: int) -> torch.Tensor:
    return state.inner.belief_MK[state.inner.memory_R[row]]


def test_beliefs_are_what_the_machine_computes() -> None:
    scorer = Grounded(of_c())
    text = c_program("a[0] = a[1];", "if (a[2] < 3) { a[4]++; } else { a[4]--; }")
    _, state = fed(scorer, [TASK], text)
    lists = believed(state, 0).argmax(-1) - 4
    assert lists.tolist() == [[2, 2, 3, 4, -1], [-1, -1, 2, 1, 4]]
    assert believed(state, 0).amax(-1).min() == 1.0
    # The latent executor alone, with random weights, has another belief.
    plain = of_c()
    inner = plain.start(*arrays([TASK]))
    _, inner = plain.step(inner, np.array([BOS]))
    for token in C.text.to_tokens(C.text.parse(text))[:-1]:
        _, inner = plain.step(inner, np.array([token]))
    assert (inner.belief_MK[0].argmax(-1) - 4).tolist() != lists.tolist()


def test_a_list_outside_of_the_range_stays_believed() -> None:
    """One of the two examples leaves the range and keeps its belief; the other is known."""
    _, state = fed(Grounded(of_c()), [TASK], c_program("a[3] = a[3] + 2;"))
    assert believed(state, 0)[0].amax(-1).max() < 1.0
    assert (believed(state, 0)[1].argmax(-1) - 4).tolist() == [0, -1, 2, 3, 3]


def test_a_program_that_fails_is_given_up_and_others_are_not() -> None:
    scorer = Grounded(of_c())
    text = c_program("int l_0 = 4;", "if (a[3] < 0) { l_0++; }", "a[l_0] = 1;")
    outside = Task("c", (Example((1, 2, 3, -1, 0), (0, 0, 0, 0, 0)), *TASK.examples[1:]))
    log_probs, state = fed(scorer, [TASK, outside], text, text)
    assert np.isfinite(log_probs[0]).all()
    assert (log_probs[1] == -np.inf).all()
    again = scorer.reorder(state, np.array([1, 0, 0]))
    assert again.tokens_RT.shape == (3, state.tokens_RT.shape[1])


def test_rows_can_be_reordered() -> None:
    scorer = Grounded(of_c())
    other = Task("c", tuple(Example(values[::-1], values) for values in LISTS))
    texts = c_program("a[0] = a[1];"), c_program("a[1] = a[4];")
    _, state = fed(scorer, [TASK, other], *texts)
    order = np.array([1, 0, 1])
    follow = C.text.to_tokens(C.text.parse(c_program("a[0] = a[1];", "a[2]++;")))[-7:-1]
    straight, swapped = state, scorer.reorder(state, order)
    for token in follow:
        expected, straight = scorer.step(straight, np.full(2, token))
        found, swapped = scorer.step(swapped, np.full(3, token))
        np.testing.assert_allclose(found, expected[order], atol=1e-5)
    torch.testing.assert_close(believed(swapped, 2), believed(straight, 1))


def test_rows_of_searches_can_join_and_equal_results_are_one_belief() -> None:
    scorer = Grounded(of_c())
    texts = c_program("a[0]++;"), c_program("++a[0];")
    columns = np.array([C.text.to_tokens(C.text.parse(text))[:-1] for text in texts]).T
    _, ahead = fed(scorer, [TASK], c_program("a[0] = a[1];"))
    # Two rows of a task that begins reach the same list by different statements, beside one that is ahead.
    state = scorer.join(ahead, scorer.reorder(scorer.start(*arrays([TASK])), np.array([0, 0])))
    more = C.text.to_tokens(C.text.parse(c_program("a[0] = a[1];", "a[2] = a[3];")))[ahead.length_R[0] :]
    for token, pair in zip(more, [np.array([scorer.bos] * 2), *columns], strict=False):
        expected, ahead = scorer.step(ahead, np.array([token]))
        found, state = scorer.step(state, np.array([token, *pair]))
        np.testing.assert_allclose(found[0], expected[0], atol=1e-5)
    assert state.length_R.tolist() == [int(ahead.length_R[0]), *[len(columns)] * 2]
    for row, text in enumerate(texts, 1):
        expected, alone = fed(scorer, [TASK], text)
        np.testing.assert_allclose(found[row], expected[0], atol=1e-5)
        torch.testing.assert_close(believed(state, row), believed(alone, 0))
    assert state.inner.memory_R[1] == state.inner.memory_R[2] != state.inner.memory_R[0]


def test_rows_of_searches_can_join_when_longer_ones_have_left() -> None:
    scorer = Grounded(of_c())
    tasks = [TASK, TASK]
    _, long = fed(scorer, tasks, *[c_program("a[0] = a[1];", "a[2] = a[3];")] * 2)
    _, short = fed(scorer, tasks[:1], c_program("a[0]++;"))
    state = scorer.join(scorer.reorder(scorer.join(long, short), np.array([2])), short)
    assert state.tokens_RT.shape == (2, short.tokens_RT.shape[1])
    np.testing.assert_array_equal(state.tokens_RT[0], short.tokens_RT[0])


def test_karel_worlds_are_known_and_crashes_given_up() -> None:
    torch.manual_seed(0)
    sizes = {"hidden": 16, "pair": 16, "reading": 16, "embedding": 8, "decoder": 12}
    config = KarelConfig(KAREL.grammar.num_tokens, **sizes)
    scorer = Grounded(Synthesizer(build(config), config, name="small"))
    near, far = World.from_text(">...\n"), World.from_text(">.....\n")
    tasks = [Task("karel", (Example(world, world),)) for world in (far, near)]
    texts = ["DEF run m( REPEAT R=4 r( move r) m)"] * 2
    log_probs, state = fed(scorer, tasks, *texts)
    assert np.isfinite(log_probs[0]).any()
    assert (log_probs[1] == -np.inf).all()
    tokens = KAREL.text.to_tokens(KAREL.text.parse(texts[0]))
    inputs, _ = KAREL.encode(tasks[0].examples)
    outputs, _ = KAREL.machine.run_batch(tokens[None], inputs)
    model = scorer.synthesizer.model
    wanted = model.values.certain(torch.from_numpy(outputs[0].astype(np.int64)))
    height, width = wanted.shape[-2:]
    torch.testing.assert_close(believed(state, 0)[0, ..., :height, :width], wanted[0])


def test_a_search_gives_no_program_that_fails() -> None:
    scorer = Grounded(of_c())
    (result,) = search([Beam(scorer=scorer, width=32)], [Problem.of(TASK)], SearchConfig(max_tokens=40))
    assert result.proposals
    inputs, _ = C.encode(TASK.examples)
    for proposal in result.proposals:
        _, statuses = C.machine.run_batch(proposal.tokens[None], inputs)
        assert not statuses.any()


@pytest.mark.parametrize("executor", ["never", "end", "period"])
def test_models_without_beliefs_behind_statements_are_refused(executor: str) -> None:
    with pytest.raises(InputError, match="cannot be grounded"):
        Grounded(of_c(executor=executor))
