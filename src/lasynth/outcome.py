"""What a search answers: the programs it proposes, why it ended, and their JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

__all__ = ["SURE", "Candidate", "Check", "Outcome", "Question", "StopReason", "TraceStep", "Verdict"]

SURE: Final = 0.9  # the confidence from which on an answer is not marked as undetermined


class StopReason(StrEnum):
    """Why a search ended."""

    ENOUGH_FOUND = "enough_found"  # as many consistent programs as asked for
    EXHAUSTED = "exhausted"  # nothing left to propose: every row of the beam has ended
    MAX_LENGTH = "max_length"  # the rows left are as long as a program may be
    TIME_LIMIT = "time_limit"
    CANCELLED = "cancelled"  # by the caller


@dataclass(frozen=True, slots=True)
class TraceStep:
    """What a model's executor believes after a part of a program.

    Attributes:
        code: the lines of the program that were read since the step before; empty for the first.
        lists: for each shown example the likeliest value of every cell; for Karel the likeliest world, None
            where that is none.
        chances: how likely the executor holds each of these values, 0 to 1.
        really: the lists (or worlds) as they are there; None where the part is no program to run.
    """

    code: str
    lists: tuple[Any, ...]
    chances: tuple[tuple[float, ...], ...]
    really: tuple[Any, ...] | None = None

    def to_json(self) -> dict[str, Any]:
        """The step as a JSON object."""
        lists, really = (
            None if values is None else [_as_json(value) for value in values]
            for values in (self.lists, self.really)
        )
        return {"code": self.code, "lists": lists, "chances": self.chances, "really": really}


class Verdict(StrEnum):
    """What a check of an answer came to."""

    PASSED = "passed"
    DIFFERS = "differs"  # from what the built-in machine computes
    NOT_CHECKED = "not_checked"


@dataclass(frozen=True, slots=True)
class Check:
    """The check of an answer by other means than the built-in machine, for C by a compiler.

    Attributes:
        verdict: what it came to.
        reason: why it did not pass, such as `"gcc took longer than 10 s"`; None where it did.
    """

    verdict: Verdict
    reason: str | None = None

    def to_json(self) -> dict[str, str | None]:
        """The check as a JSON object."""
        return {"verdict": str(self.verdict), "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A program that a search proposes.

    Attributes:
        text: the program as a person reads it, compilable as it stands.
        program: its tokens, ended by the language's end token.
        consistent: whether it reproduces every shown example.
        verified_by: what ran it on the examples: a compiler's name such as `"gcc"`, or
            `"machine"` for the built-in one; None where neither did.
        engine: what proposed it, such as `"beam"` (`lasynth.search.engine`).
        score: log-probability under the model; bigger is better. Of a completed program it is less what its
            tokens cost.
        num_tokens: length of the program, without its frame.
        completed: whether only its beginning is the model's, and the rest was found by the language's search
            without learning.
        trace: what the model's executor believes before it and after each part of it, if asked for.
        check: what came of its check by other means than the machine; None where there was none to make.
        confidence: how likely the program computes what was meant, 0 to 1, as calibrated on validation tasks
            (docs/verdicts.md); None where it does not reproduce the examples.
        num_right: how many shown examples it reproduces on the built-in machine.
    """

    text: str
    program: tuple[int, ...]
    consistent: bool
    verified_by: str | None
    score: float
    num_tokens: int
    engine: str = ""
    completed: bool = False
    trace: tuple[TraceStep, ...] | None = None
    check: Check | None = None
    confidence: float | None = None
    num_right: int = 0

    def to_json(self) -> dict[str, Any]:
        """The candidate as one of the `programs` of `lasynth solve --json`."""
        obj: dict[str, Any] = {
            "text": self.text,
            "consistent": self.consistent,
            "num_right": self.num_right,
            "verified_by": self.verified_by,
            "score": self.score,
            "num_tokens": self.num_tokens,
            "engine": self.engine,
            "completed": self.completed,
            "confidence": None if self.confidence is None else round(self.confidence, 4),
        }
        if self.check is not None and self.check.verdict != Verdict.PASSED:
            obj["check"] = self.check.to_json()
        return obj if self.trace is None else obj | {"trace": [step.to_json() for step in self.trace]}


@dataclass(frozen=True, slots=True)
class Question:
    """An input on which the likeliest functions disagree: its output tells them apart.

    Attributes:
        input: the input.
        answers: the outputs that they have there, each with the share of the functions that have it, by
            their confidences; the likeliest first.
    """

    input: Any
    answers: tuple[tuple[Any, float], ...]

    def to_json(self) -> dict[str, Any]:
        """The question as a JSON object."""
        return {
            "input": _as_json(self.input),
            "answers": [
                {"output": _as_json(output), "share": round(share, 4)} for output, share in self.answers
            ],
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search found for one task.

    Attributes:
        candidates: best first: consistent ones, then the others by how many examples they reproduce.
        stop_reason: why the search ended.
        num_proposed: programs that the engines proposed, completed ones and repeats included.
        num_distinct: those of them that differ in text.
        num_consistent: those of these that reproduce every shown example on the built-in machine; at least 1
            if the task is solved. It does not count what a compiler says.
        seconds: wall-clock time of the search, its checks included.
        num_functions: different functions among the programs that reproduce every shown example, as far as
            some further inputs tell them apart.
        question: the input that tells the likeliest of them apart best; None where there is one only.
        task: the `Task` as it was solved: in the language of the programs, which may be wider than the one
            that it was given in.
        goes_on: solves again with the output for `question.input` as one more example; see `answer`.
    """

    candidates: tuple[Candidate, ...]
    stop_reason: StopReason
    num_proposed: int
    num_distinct: int
    num_consistent: int
    seconds: float
    num_functions: int = 0
    question: Question | None = None
    task: Any = field(default=None, repr=False, compare=False)
    goes_on: Callable[[Any], Outcome] | None = field(default=None, repr=False, compare=False)

    @property
    def solved(self) -> bool:
        """Whether some candidate reproduces every shown example."""
        return any(candidate.consistent for candidate in self.candidates)

    @property
    def confidence(self) -> float:
        """How likely the first candidate computes what was meant, 0 to 1; 0 where the task is not solved."""
        return (self.candidates[0].confidence or 0.0) if self.solved else 0.0

    @property
    def sure(self) -> bool:
        """Whether the task is solved with a confidence of at least `SURE`."""
        return self.confidence >= SURE

    def answer(self, output: object) -> Outcome:
        """Answer the question and solve again.

        The programs found so far that agree are kept.

        Args:
            output: the output that the wanted program has for `question.input`.

        Raises:
            InputError: there is no question, or this is no output of the language.
        """
        if self.goes_on is None:
            raise ValueError("only an outcome of solve can go on")
        return self.goes_on(output)

    def to_json(self) -> dict[str, Any]:
        """The outcome as the document that `lasynth solve --json` prints."""
        return {
            "outcome": "solved" if self.solved else "not_solved",
            "domain": None if self.task is None else self.task.language.name,
            "programs": [candidate.to_json() for candidate in self.candidates],
            "stop_reason": str(self.stop_reason),
            "num_proposed": self.num_proposed,
            "num_distinct": self.num_distinct,
            "num_consistent": self.num_consistent,
            "num_functions": self.num_functions,
            "confidence": round(self.confidence, 4),
            "question": None if self.question is None else self.question.to_json(),
            "seconds": round(self.seconds, 3),
        }


def _as_json(value: Any) -> Any:
    """A value of a language: the values that are no tuples know their JSON."""
    return (
        value.to_json() if hasattr(value, "to_json") else list(value) if isinstance(value, tuple) else value
    )
