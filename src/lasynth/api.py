"""What `lasynth` does, as functions: `solve` a task, `run` a program, `load` a model.

This is where the rooms meet: a task is given to engines, and what they propose is simplified, ranked by
function, and checked once more, by a real compiler where the language and the computer have one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np

from lasynth import domains
from lasynth.domains.base import Status
from lasynth.domains.programs import understood
from lasynth.equipment import (
    check_range,
    default_engines,
    load,
    out_of_range,
    prepare,
    scorer_of,
    threads_of,
    warm_up,
)
from lasynth.errors import InputError, RunError
from lasynth.limits import MAX_THREADS
from lasynth.outcome import Candidate, Outcome
from lasynth.search import Engine, Problem, Proposal, SearchConfig, search
from lasynth.search.answers import answers
from lasynth.search.given import Given
from lasynth.search.named import engine, needs_model
from lasynth.search.question import Fitting, num_different, question
from lasynth.task import Task

if TYPE_CHECKING:  # torch is loaded by what needs a model, not by `run`
    from lasynth.models import Synthesizer

__all__ = [
    "check_range",
    "default_engines",
    "in_language",
    "languages_of",
    "load",
    "out_of_range",
    "prepare",
    "run",
    "scorer_of",
    "solve",
    "warm_up",
]

# The share of the time limit kept for polishing and compiling what the search has found.
_FINISH_SHARE, _MIN_FINISH_S, _MAX_FINISH_S = 0.2, 0.25, 0.8
_FIRST_SHARE = 0.6  # of the time, for the first of two languages
# Nats of log-odds that speak against the wider of two languages where the first one has its model: the wider
# one's confidence is fitted on tasks of its own, and a task that fits the other may well be one of that. What
# the examples say of this (`Language.own_odds`) is added.
_DOUBT = 1.0
_KEPT = 8  # functions of which a program is checked and shown


def solve(
    task_or_examples: Task | Iterable[object],
    *,
    domain: str = domains.DEFAULT,
    model: str | Synthesizer | None = None,
    engines: Sequence[str | Engine] | None = None,
    beam: int = 64,
    time_limit: float = 10.0,
    seed: int = 0,
    max_tokens: int = 256,
    trace: bool = False,
    threads: int | None = None,
    on_candidate: Callable[[str], None] | None = None,
    cancelled: Callable[[], bool] = bool,
    preparing: Callable[[], AbstractContextManager[None]] = nullcontext,
) -> Outcome:
    """Find programs that reproduce examples.

    Args:
        task_or_examples: a `Task`, or its examples: pairs (input, output) or `Example`s.
        domain: the language, where examples are given; a `Task` has its own.
        model: a loaded model, the name of a shipped one, or the path of a checkpoint; the language's own
            shipped model if not given. Only without `model`, `engines` and `trace` may an answer be of a
            wider language (`languages_of`).
        engines: what proposes programs, one after the other: engines or their names (`lasynth.search.named`;
            also a solver of the language such as `"cvc5"`). Without them all that there is for the task
            (`default_engines`).
        beam: how many programs the search keeps side by side.
        time_limit: seconds, not counting the time to load the model.
        seed: of whatever is random.
        max_tokens: the longest program to search for, its end token included.
        trace: fill in `Candidate.trace` of the best candidate.
        threads: of torch, while this runs; 1 if not given, which is as fast for one task, and far faster
            where other processes are at work.
        on_candidate: called with the text of each program that reproduces the examples, as it is found.
        cancelled: asked often; when it says yes, the search ends with what it has.
        preparing: entered while models are loaded and code is compiled, which may take a minute where nothing
            is cached yet, and is no part of the time limit.

    Returns:
        The candidates, one of each function, the likeliest first with a confidence, and why the search
        stopped. Each that is consistent is simplified and compiled; `verified_by` says with what. Where
        several functions fit, `question` is an input on which they disagree, and `answer(output)` goes on.
        `task` is the task in the language of the programs (`languages_of`).

    Raises:
        InputError: anything wrong with the task, or outside what the model was made for.
        CheckpointError: no such model.
    """
    task = (
        task_or_examples if isinstance(task_or_examples, Task) else Task.of(task_or_examples, domain=domain)
    )
    if beam < 1:
        raise InputError(f"the beam is {beam}", "beam", "Give 1 or more.")
    if not time_limit > 0:
        raise InputError(f"the time limit is {time_limit} seconds", "time limit", "Give more than 0.")
    if threads is not None and not 1 <= threads <= MAX_THREADS:
        raise InputError(f"the number of threads is {threads}", "threads", f"Give 1 to {MAX_THREADS}.")
    solver = _Solver(
        len(task.examples),
        model,
        engines,
        beam,
        seed,
        max_tokens,
        trace,
        threads or 1,
        on_candidate,
        cancelled,
        preparing,
    )
    languages = languages_of(task) if model is None and engines is None and not trace else [task.domain]
    return _surest(solver, task, [(language, ()) for language in languages], time_limit)


def languages_of(task: Task) -> list[str]:
    """The languages in which a task is solved, one after the other until an answer is sure.

    That is its own language, and then the wider one, where there is one. A task outside what the shipped
    model of its own was made for, such as a list of other values, is solved in the wider one first, and in
    its own where that finds nothing.
    """
    wider = task.language.wider
    if wider is None:
        return [task.domain]
    return [task.domain, wider] if out_of_range(task) is None else [wider, task.domain]


def in_language(task: Task, language: str) -> Task:
    """A task in one of the languages that take it; in the wider one, if the other does not take it."""
    return task if task.domain == language else replace(task, domain=language, program=None)


def _surest(
    solver: _Solver, task: Task, languages: Sequence[tuple[str, Sequence[Proposal]]], time_limit: float
) -> Outcome:
    """The surest of the outcomes in several languages; what is left of the time is for the next.

    Beside each language are programs that were found for fewer examples of the task.
    """
    spent_s = 0.0
    found: list[_Found] = []
    for number, (language, known) in enumerate(languages):
        one = in_language(task, language)
        # An example that was added may be one of the wider language only.
        if found and (one.domain != language or spent_s >= time_limit or solver.cancelled()):
            break
        share = 1.0 if number == len(languages) - 1 else _FIRST_SHARE
        doubt = _doubt(found[0].outcome.task) if found and one.language.wider is None else 0.0
        found.append(solver(one, known, share * (time_limit - spent_s), doubt))
        outcome = found[-1].outcome
        spent_s += outcome.seconds
        # What fits in the wider language holds for more inputs than those of the other, so it is enough.
        if outcome.sure or (outcome.solved and one.language.wider is None):
            break
    outcomes = [each.outcome for each in found]
    best = max(outcomes, key=lambda each: (each.confidence, each.solved, _num_right(each)))
    fitting = [each.fitting for each in found]
    asked = question(fitting, seed=solver.seed)

    def goes_on(output: object) -> Outcome:
        if asked is None:
            raise InputError("nothing is asked", "answer", "Look whether outcome.question is None.")
        # In a further language where nothing fits, nothing fits one example more; the first has its time.
        tried = zip_longest(languages, found)
        more = [
            (language, known if each is None else each.programs)
            for number, ((language, known), each) in enumerate(tried)
            if number == 0 or each is None or each.programs
        ]
        first = found[0].outcome.task  # in its language the question is asked
        return _surest(solver, first.plus(asked.input, output), more, time_limit)

    return replace(
        best,
        num_proposed=sum(outcome.num_proposed for outcome in outcomes),
        num_distinct=sum(outcome.num_distinct for outcome in outcomes),
        num_consistent=sum(outcome.num_consistent for outcome in outcomes),
        num_functions=num_different(fitting, seed=solver.seed),
        seconds=spent_s,
        question=asked,
        goes_on=goes_on,
    )


def _doubt(task: Task) -> float:
    """Nats of log-odds that speak against an answer in a wider language than that of the task."""
    problem, own_odds = Problem.of(task), task.language.own_odds
    return max(0.0, _DOUBT + (0.0 if own_odds is None else own_odds(problem.inputs_KN, problem.outputs_KN)))


def _num_right(outcome: Outcome) -> int:
    """How many examples the nearest program of an outcome without an answer reproduces."""
    return outcome.candidates[0].num_right if outcome.candidates else 0


@dataclass(frozen=True, slots=True)
class _Found:
    """What a solve in one language has found: its outcome, and all programs and functions that fit."""

    outcome: Outcome
    programs: Sequence[Proposal]
    fitting: Fitting


@dataclass(frozen=True, slots=True)
class _Solver:
    """The settings of a solve, for one task and for the same with answers as more examples; see `solve`."""

    num_given: int  # examples, before any answer; what is searched with is chosen by these
    model: str | Synthesizer | None
    engines: Sequence[str | Engine] | None
    beam: int
    seed: int
    max_tokens: int
    trace: bool
    threads: int
    on_candidate: Callable[[str], None] | None
    cancelled: Callable[[], bool]
    preparing: Callable[[], AbstractContextManager[None]]

    def __call__(self, task: Task, known: Sequence[Proposal], time_limit: float, doubt: float) -> _Found:
        """Solve a task in its own language.

        `known` are programs found for fewer examples, `doubt` that of `answers`. What loads and compiles is
        not counted as time.
        """
        given = replace(task, examples=task.examples[: self.num_given])
        names = default_engines(given, self.model) if self.engines is None else list(self.engines)
        synthesizer = None
        with self.preparing():
            if self.trace or needs_model(names):
                name = self.model or task.domain
                check_range([given], name)
                synthesizer = load(name) if isinstance(name, str) else name
                warm_up(synthesizer)
            prepare(task, [name for name in names if isinstance(name, str)])
        scorer = None if synthesizer is None else scorer_of(synthesizer)
        chosen = [
            engine(name, task.language, scorer, beam=self.beam, time_limit=time_limit)
            if isinstance(name, str)
            else name
            for name in names
        ]
        with threads_of(self.threads):
            return self._found(task, [*Given.of(known), *chosen], synthesizer, time_limit, doubt)

    def _found(
        self,
        task: Task,
        engines: Sequence[Engine],
        model: Synthesizer | None,
        time_limit: float,
        doubt: float,
    ) -> _Found:
        start_s = time.perf_counter()
        problem = replace(Problem.of(task), num_scored=_num_scored(task, model))
        # A compiler's check takes a quarter of a second, but half of the time is for the search.
        least_s = min(_MIN_FINISH_S, time_limit / 2)
        finish_s = min(max(_FINISH_SHARE * time_limit, least_s), _MAX_FINISH_S)
        config = SearchConfig(
            max_tokens=self.max_tokens,
            time_limit_s=time_limit - finish_s,
            seed=self.seed,
            enough=None,
        )

        def tell(_: int, proposal: Proposal) -> None:
            if self.on_candidate is not None:
                self.on_candidate(task.language.text.of_tokens(proposal.tokens, task.examples[0]))

        (result,) = search(engines, [problem], config, on_proposal=tell, cancelled=self.cancelled)
        found = answers(
            result,
            problem,
            most=_KEPT,
            scorer=None if model is None else scorer_of(model),
            doubt=doubt,
            expired=lambda: self.cancelled() or time.perf_counter() > start_s + time_limit - finish_s / 2,
        )
        candidates = found.candidates
        if self.trace and model is not None and candidates and candidates[0].consistent:
            from lasynth.models.tracing import trace_steps

            known_to_it = replace(task, examples=task.examples[: problem.num_scored])
            steps = trace_steps(model, known_to_it, np.array(candidates[0].program, dtype=np.int32))
            candidates = (replace(candidates[0], trace=steps), *candidates[1:])
        outcome = Outcome(
            candidates=candidates,
            stop_reason=result.stop_reason,
            num_proposed=result.num_proposed,
            num_distinct=result.num_distinct,
            num_consistent=result.num_consistent,
            seconds=time.perf_counter() - start_s,
            task=task,
        )
        consistent = [one for one in result.proposals if one.consistent]
        return _Found(outcome, consistent, Fitting(found.functions, problem))


def _num_scored(task: Task, model: Synthesizer | None) -> int | None:
    """The number of examples up to the first that the model cannot read; an answer may be such."""
    for number, example in enumerate(task.examples if model is not None else ()):
        try:
            check_range([replace(task, examples=(example,))], model or task.domain)
        except InputError:
            return number
    return None


def run(
    program_text_or_candidate: str | Candidate,
    input: object,  # noqa: A002
    *,
    domain: str = domains.DEFAULT,
) -> Any:
    """Run a program on one input.

    Args:
        program_text_or_candidate: the text of a program, or an answer of `solve`.
        input: for C a list of integers of 32 bits, a number, or several of them, in an object by the names of
            the parameters; for Karel a world.
        domain: the language; a program and an input that it does not take may be of one wider than it.

    Returns:
        Its output: for C a tuple of integers or an integer, for Karel a world.

    Raises:
        InputError: not an input of this language.
        ProgramError: not a program of this language.
        RunError: the run gave no output; its `status` says why.
    """
    given = program_text_or_candidate
    text = given.text if isinstance(given, Candidate) else given
    language, tree, read = understood(text, lambda one: one.values.read(input, "input"), domain=domain)
    bound = read if language.text.bound is None else language.text.bound(tree, read)
    tokens = language.text.to_tokens(tree)
    outputs_PKN, statuses_PK = language.machine.run_batch(tokens[None], language.values.encode([bound]))
    status = Status(int(statuses_PK[0, 0]))
    if status != Status.OK:
        raise RunError(status)
    return language.values.decode(outputs_PKN[0, 0])
