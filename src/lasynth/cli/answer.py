"""How `lasynth solve` shows an outcome to a person: the program, its checks, and how sure it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lasynth.cli.console import note, print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lasynth.outcome import Candidate, Outcome, Question, TraceStep
    from lasynth.task import Task

__all__ = ["LETTERS", "show", "show_question"]

LETTERS: Final = "abcdefgh"  # of the outputs that a question offers

_VERDICTS: Final = {
    "enough_found": "enough programs were found",
    "exhausted": "the search ended: no further program was proposed",
    "max_length": "the search ended: the programs left were too long",
    "time_limit": "the time limit was reached",
    "cancelled": "the search was cancelled",
}
_MAX_MISSED: Final = 3  # examples that are named where a program misses more


def show(task: Task, outcome: Outcome, *, show_all: bool) -> None:
    """Print an outcome: its program, or the nearest one where none fits."""
    if outcome.solved:
        best = outcome.candidates[0]
        _show_program(best)
        _show_examples(task, best)
        print(_how_checked(task, best))
        print(_how_sure(outcome))
        if outcome.question is not None and not outcome.sure:
            show_question(task, outcome.question)
            note("--ask asks for this output and goes on.")
        if best.trace is not None:
            _show_trace(task, best.trace)
        shown = 1
    else:
        shown = _show_nearest(task, outcome)
    print(_counts(outcome))
    others = outcome.candidates[shown:]
    if show_all:
        for place, candidate in enumerate(others, shown + 1):
            right = f"{candidate.num_right} of {len(task.examples)} examples"
            sure = "" if candidate.confidence is None else f", confidence {_percent(candidate.confidence)}"
            print(f"\n#{place}: {right}, {_size_and_score(candidate)}{sure}")
            _show_program(candidate)
    elif others:
        which = "other" if shown else "nearest"
        note(f"--all shows {len(others)} {which} program{'s' if len(others) > 1 else ''}.")
    if not outcome.solved:
        note("A larger --beam or --time-limit may find one.")


def _show_nearest(task: Task, outcome: Outcome) -> int:
    """Say that a task is not solved, and what the nearest program misses; the number of programs shown."""
    line = f"Not solved: no program found reproduces {_every_example(task)}."
    nearest = outcome.candidates[0] if outcome.candidates else None
    if nearest is not None and nearest.check is not None:
        print(f"{line}\nPrograms that do so on the built-in machine were found, but {nearest.check.reason}.")
        return 0
    if nearest is None or not nearest.num_right:
        print(line)
        return 0
    outputs = [_output(task, nearest, example.input) for example in task.examples]
    missed = [
        (number, example, got)
        for number, (example, got) in enumerate(zip(task.examples, outputs, strict=True), 1)
        if got != example.output
    ]
    line += f" The nearest reproduces {nearest.num_right} of them"
    named, more = missed[:_MAX_MISSED], len(missed) - _MAX_MISSED
    rest = [f"{more} more"] if more > 0 else []
    show_pairs = task.language.view.show_pairs
    if show_pairs is None:
        misses = [
            f"example {number} gives {_text(task, got)}, not {_text(task, example.output)}"
            for number, example, got in named
        ]
        more_lines = [f"and {one}" for one in rest]
        print(
            f"{line}; {misses[0]}." if len(missed) == 1 else "\n  ".join([f"{line}:", *misses, *more_lines])
        )
    else:
        *first, last = [*(str(number) for number, _, _ in named), *rest]
        which = f"examples {', '.join(first)} and {last}" if first else f"example {last}"
        print(f"{line}, all but {which}.")
    print()
    _show_program(nearest)
    print()
    if show_pairs is not None:
        pairs, titles = [], []
        for number, example, got in named:
            if got is not None:
                pairs.append((example.input, got))
                titles.append(f"example {number} gives")
            pairs.append((example.input, example.output))
            titles.append(f"example {number}{': no output,' if got is None else ''} wanted")
        show_pairs(pairs, titles)
        print()
    if task.held_out:
        print(_held_out(task, nearest))
    return 1


def _show_program(candidate: Candidate) -> None:
    print(candidate.text.rstrip("\n"))


def _show_examples(task: Task, candidate: Candidate) -> None:
    """Print the examples that a program was checked on: as the language draws them, else as a table."""
    values, view = task.language.values, task.language.view
    outputs = [_output(task, candidate, example.input) for example in task.examples]
    print()
    if view.show_pairs is not None:
        pairs, titles = [], []
        for number, (example, got) in enumerate(zip(task.examples, outputs, strict=True), 1):
            verdict = (
                "right" if got == example.output else "wrong" if got is not None else "no output, wanted"
            )
            pairs.append((example.input, example.output if got is None else got))
            titles.append(f"example {number}: {verdict}")
        view.show_pairs(pairs, titles)
    else:
        rows = []
        for example, got in zip(task.examples, outputs, strict=True):
            verdict = "right" if got == example.output else f"wrong: {_text(task, got)}"
            rows.append((values.to_text(example.input), values.to_text(example.output), verdict))
        print_table(("input", "output", ""), rows)
    print()


def _how_checked(task: Task, candidate: Candidate) -> str:
    view = task.language.view
    who = view.machine if candidate.verified_by == "machine" else candidate.verified_by
    if candidate.check is not None and candidate.check.reason is not None:
        line = f"{view.checked} by {who} only: {candidate.check.reason}.\n"
        line += f"It reproduces {_every_example(task)}; {_size_and_score(candidate)}."
    else:
        line = f"{view.checked} by {who} on {_every_example(task)}; {_size_and_score(candidate)}."
    if candidate.completed:
        line += "\nNone of the model's programs fits; this begins as one of them, the rest is searched for."
    return f"{line}\n{_held_out(task, candidate)}" if task.held_out else line


def _how_sure(outcome: Outcome) -> str:
    line = f"Confidence {_percent(outcome.confidence)}"
    if outcome.num_functions > 1:
        line += f"; {outcome.num_functions} different functions fit"
    if outcome.sure:
        return f"{line}."
    may = "do" if outcome.num_functions > 1 else "may"
    return f"{line}: the examples {may} not determine the function."


def show_question(task: Task, question: Question) -> None:
    """Print an input on which the likeliest functions disagree, and their outputs with letters."""
    values, view = task.language.values, task.language.view
    named = list(zip(LETTERS, question.answers, strict=False))
    if view.show_values is None:
        print(f"They disagree on {values.to_text(question.input)}:")
        for letter, (output, share) in named:
            print(f"  {letter}  {values.to_text(output)}  {_percent(share)}")
    else:
        print("They disagree on this one:")
        outputs = [output for _, (output, _) in named]
        titles = [f"{letter}: {_percent(share)}" for letter, (_, share) in named]
        view.show_values([question.input, *outputs], ["input", *titles])


def _percent(share: float) -> str:
    """A share in words; never a certainty that rounding makes."""
    return "over 99 %" if share > 0.99 else "under 1 %" if share < 0.01 else f"{share:.0%}".replace("%", " %")


def _held_out(task: Task, candidate: Candidate) -> str:
    right = sum(_output(task, candidate, example.input) == example.output for example in task.held_out)
    return f"Held-out examples, not shown to the search: {right} of {len(task.held_out)} right."


def _show_trace(task: Task, steps: Sequence[TraceStep]) -> None:
    """Print the executor's beliefs, one row per step: the code read, then one list (or world) per example."""
    rows = []
    for number, step in enumerate(steps):
        cells = []
        for example, believed in enumerate(step.lists):
            really = believed if step.really is None else step.really[example]
            also = "" if really == believed else f"\nreally {_text(task, really)}"
            cells.append(_text(task, believed) + also)
        rows.append((step.code or ("(the end)" if number else "(the input)"), *cells))
    print(f"\nWhat the model believes each {task.language.values.noun} to be:")
    print_table(("after", *(f"example {number}" for number in range(1, len(steps[0].lists) + 1))), rows)
    print()


def _counts(outcome: Outcome) -> str:
    noun = "program" if outcome.num_proposed == 1 else "programs"
    return (
        f"{outcome.num_proposed:,} {noun} proposed, {outcome.num_distinct:,} distinct, "
        f"{outcome.num_consistent:,} consistent in {outcome.seconds:.1f} s; "
        f"{_VERDICTS[outcome.stop_reason]}."
    )


def _every_example(task: Task) -> str:
    return "the one example" if len(task.examples) == 1 else f"all {len(task.examples)} examples"


def _size_and_score(candidate: Candidate) -> str:
    from lasynth.search.named import needs_model

    # Only a model's own programs have a score that says how likely it holds them to be.
    scored = needs_model([candidate.engine])
    found = f"score {candidate.score:.1f}" if scored else f"found by {candidate.engine}"
    return f"{candidate.num_tokens} tokens, {'completed' if candidate.completed else found}"


def _output(task: Task, candidate: Candidate, given: Any) -> Any:
    """The output of a program; None if its run fails."""
    from lasynth import api
    from lasynth.errors import RunError

    try:
        return api.run(candidate, given, domain=task.domain)
    except RunError:
        return None


def _text(task: Task, value: Any) -> str:
    return "no output" if value is None else task.language.values.to_text(value)
