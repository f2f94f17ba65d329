from __future__ import annotations

import numpy as np
import pytest

from lasynth.outcome import StopReason
from lasynth.search.frontier import Endings
from lasynth.search.sampling import sample_without_replacement
from lasynth.search.testing import TableScorer, ToyDomain, ToyMask
from lasynth.task import Task

V, EOS, BOS = ToyDomain.num_tokens, ToyDomain.eos, ToyDomain.bos
Drawn = list[list[tuple[tuple[int, ...], float]]]


def scorer_of(num_tasks: int, *, eos_logit: float = 1.0, seed: int = 5) -> TableScorer:
    tables = {}
    for number in range(num_tasks):
        logits = np.random.default_rng([seed, number]).normal(0, 1, (3, V, V))
        logits[..., EOS] += eos_logit
        tables[str(number)] = logits
    return TableScorer(tables)


def tasks_of(num: int) -> list[Task]:
    return [Task("toy", (), id=str(number)) for number in range(num)]


def draw(
    scorer: TableScorer, tasks: list[Task], seeds: list[int], *, beam: int, max_tokens: int = 12
) -> tuple[Drawn, Endings]:
    endings = Endings.of(len(tasks))
    drawn: Drawn = [[] for _ in tasks]
    for finished in sample_without_replacement(
        scorer, ToyMask, tasks, endings, beam=beam, seeds=seeds, max_tokens=max_tokens
    ):
        for task, tokens, score in zip(finished.task_P, finished.tokens_PT, finished.score_P, strict=True):
            program = tuple(tokens[: tokens.tolist().index(EOS) + 1].tolist())
            drawn[task].append((program, float(score)))
    return drawn, endings


def log_prob(scorer: TableScorer, task: Task, program: tuple[int, ...]) -> float:
    state, mask, total, last = scorer.start([task]), ToyMask(1, V), 0.0, BOS
    for token in program:
        log_probs, state = scorer.step(state, np.array([last]))
        allowed = mask.allowed()[0]
        values = log_probs[0].astype(float)
        total += values[token] - np.log(np.exp(values[allowed]).sum())
        mask.advance(np.array([token]))
        last = token
    return total


def test_no_program_is_drawn_twice_and_scores_are_log_probabilities() -> None:
    scorer, tasks = scorer_of(3), tasks_of(3)
    drawn, endings = draw(scorer, tasks, [1, 2, 3], beam=20)
    for task, programs in zip(tasks, drawn, strict=True):
        texts = [program for program, _ in programs]
        assert len(texts) == len(set(texts))
        assert 0 < len(texts) <= 20
        for program, score in programs:
            assert score == pytest.approx(log_prob(scorer, task, program), abs=1e-5)
    assert all(reason in (StopReason.EXHAUSTED, StopReason.MAX_LENGTH) for reason in endings.reasons)


def test_a_sample_of_everything_is_everything() -> None:
    # Programs of one or two tokens: EOS, or one of three commands and EOS (neg must go on).
    drawn, _ = draw(scorer_of(1), tasks_of(1), [7], beam=60, max_tokens=2)
    assert sorted(program for program, _ in drawn[0]) == [(EOS,), (2, EOS), (3, EOS), (4, EOS)]


def test_the_first_drawn_follows_the_model_and_the_second_what_is_left() -> None:
    # 4000 equal tasks with a seed each are 4000 samples of 2.
    num = 4000
    scorer = scorer_of(1, eos_logit=1.5)
    (task,) = tasks_of(1)
    drawn, _ = draw(scorer, [task] * num, list(range(num)), beam=2, max_tokens=40)
    firsts = [programs[0][0] for programs in drawn]
    seconds = [programs[1][0] for programs in drawn]
    likely = max(set(firsts), key=firsts.count)
    for program in [(EOS,), (2, EOS), (3, EOS), (5, 2, EOS)]:
        p = np.exp(log_prob(scorer, task, program))
        assert firsts.count(program) / num == pytest.approx(p, abs=4 * np.sqrt(p * (1 - p) / num))
    # P(second = b | first = a) = p_b / (1 - p_a)
    q = np.exp(log_prob(scorer, task, likely))
    after = [second for first, second in zip(firsts, seconds, strict=True) if first == likely]
    for program in [(2, EOS), (3, EOS), (4, EOS)]:
        p = np.exp(log_prob(scorer, task, program)) / (1 - q)
        if program != likely:
            assert after.count(program) / len(after) == pytest.approx(p, abs=4 * np.sqrt(p / len(after)))


def test_a_tasks_sample_depends_on_its_seed_alone() -> None:
    scorer, tasks = scorer_of(3), tasks_of(3)
    together, _ = draw(scorer, tasks, [1, 2, 3], beam=6)
    turned, _ = draw(scorer, tasks[::-1], [3, 2, 1], beam=6)
    alone, _ = draw(scorer, tasks[1:2], [2], beam=6)
    other, _ = draw(scorer, tasks[1:2], [9], beam=6)
    assert turned == together[::-1]
    assert alone[0] == together[1]
    assert other[0] != together[1]


def test_a_beam_of_one_draws_one_program() -> None:
    drawn, _ = draw(scorer_of(1), tasks_of(1), [0], beam=1, max_tokens=60)
    assert len(drawn[0]) == 1


def test_when_time_is_over_the_programs_that_ended_are_handed_out() -> None:
    scorer, tasks = scorer_of(2, eos_logit=2.0), tasks_of(2)
    whole, _ = draw(scorer, tasks, [1, 2], beam=16)
    endings, asked, drawn = Endings.of(2), 0, []

    def expired() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    for finished in sample_without_replacement(
        scorer, ToyMask, tasks, endings, beam=16, seeds=[1, 2], expired=expired
    ):
        drawn += [
            (int(task), tuple(t))
            for task, t in zip(finished.task_P, finished.tokens_PT.tolist(), strict=True)
        ]
    assert asked == 4
    assert endings.reasons == [StopReason.TIME_LIMIT] * 2
    assert len(drawn) > 2
    assert len(set(drawn)) == len(drawn)
    assert all(len(tokens) <= 3 for _, tokens in drawn)
    assert sum(len(programs) for programs in whole) > len(drawn)
