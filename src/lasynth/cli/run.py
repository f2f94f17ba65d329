"""`lasynth run`: one program on given inputs."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lasynth.cli.console import check_output, note, print_json, read_input
from lasynth.cli.process import NOT_SOLVED
from lasynth.reading import read_text

if TYPE_CHECKING:
    from lasynth.domains.base import Language
    from lasynth.task import Example, Task

__all__ = ["draw_run", "run"]


def run(
    program: Annotated[
        str, typer.Argument(metavar="PROGRAM", help="A program file, or - for standard input.")
    ],
    input: Annotated[  # noqa: A002 - it is the name of the option
        list[str] | None,
        typer.Option(
            "--input",
            "-i",
            metavar="LIST",
            help='An input: "1,-2,3", "[1, -2, 3]" or, of several, "xs = 1 -2 3, k = 2". Repeatable.',
        ),
    ] = None,
    world: Annotated[
        list[Path] | None,
        typer.Option(
            "--world", "-w", metavar="FILE", help="A Karel world, drawn as text or JSON. Repeatable."
        ),
    ] = None,
    svg: Annotated[
        Path | None,
        typer.Option(metavar="OUT", help="Draw the run in the Karel world, step by step, as SVG."),
    ] = None,
    task: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Run it on the examples of a task file, and compare the outputs."),
    ] = None,
    domain: Annotated[
        str | None,
        typer.Option(help="The language of the program. Default: karel with --world, otherwise c."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> int:
    """Run a program on inputs, and print its outputs.

    The exit status is 1 if a run fails, or if an output differs from the task's.
    """
    from lasynth import api, domains
    from lasynth.domains.programs import understood
    from lasynth.errors import InputError, ProgramError, RunError
    from lasynth.task import Task

    if not input and not world and task is None:
        hint = 'Give --input "1,2,3", --world FILE or --task FILE.'
        raise InputError("no input is given", "lasynth run", hint)
    if svg is not None and (len(world or ()) != 1 or input or task is not None):
        raise InputError("it draws one run only", "--svg", "Give one --world, and no other input.")
    if svg is not None:
        check_output(svg)
    text = _read_program(program)
    tasks = Task.of_one_language(Task.read(task)) if task is not None else []
    name = domain or (_language_of_worlds().name if world else domains.DEFAULT)
    if world and domains.get(name).values.noun != "world":
        raise InputError(f"a world is not an input of {name}", "--world", "Leave --domain out.")
    try:
        language, _, cases = understood(
            text,
            partial(_cases, inputs=input or [], worlds=world or [], tasks=tasks),
            domain=tasks[-1].domain if tasks else name,
        )
    except ProgramError as error:
        raise InputError(str(error), "standard input" if program == "-" else program) from None

    rows: list[dict[str, Any]] = []
    for given, example in cases:
        row: dict[str, Any] = {"input": given}
        try:
            row |= {"output": api.run(text, given, domain=language.name), "status": "ok"}
        except RunError as error:
            row |= {"output": None, "status": error.status.name.lower(), "message": str(error)}
        if example is not None:
            row |= {"wanted": example.output, "right": row["output"] == example.output}
        rows.append(row)
    if svg is not None:
        draw_run(language, text, cases[0][0], svg)
    failed = any(row["output"] is None or row.get("right") is False for row in rows)
    if json:
        print_json({"runs": [_as_json(row, language) for row in rows]})
    else:
        for row in rows:
            _print_row(row, language)
    return NOT_SOLVED if failed else 0


def _cases(
    language: Language, *, inputs: list[str], worlds: list[Path], tasks: list[Task]
) -> list[tuple[Any, Example | None]]:
    """What a program of a language is run on: inputs, each with the example that it is of, if any."""
    read = language.values.read_text
    cases: list[tuple[Any, Example | None]] = [(read(text, f'--input "{text}"'), None) for text in inputs]
    cases += [(read(_text_of(path, "a world"), str(path)), None) for path in worlds]
    for one in tasks:
        if one.domain != language.name:
            one = replace(one, domain=language.name)
        cases += [(example.input, example) for example in (*one.examples, *one.held_out)]
    return cases


def _print_row(row: dict[str, Any], language: Language) -> None:
    to_text, show = language.values.to_text, language.view.show_values
    shown = {key: row[key] for key in ("input", "output", "wanted") if row.get(key) is not None}
    verdict = "" if "wanted" not in row else "right" if row["right"] else "wrong"
    if row["output"] is None:
        on = "" if show is not None else f"on {to_text(row['input'])}, "
        if show is not None and sys.stdout.isatty():
            show(list(shown.values()), list(shown))
        note(f"lasynth: {on}{row['message']}")
    elif show is not None:
        show(list(shown.values()), list(shown))
        if verdict:
            print(verdict)
    elif verdict:
        wanted = "" if row["right"] else f", wanted {to_text(row['wanted'])}"
        print(f"{to_text(row['input'])} -> {to_text(row['output'])}  {verdict}{wanted}")
    else:
        print(to_text(row["output"]))


def _as_json(row: dict[str, Any], language: Language) -> dict[str, Any]:
    to_json = language.values.to_json
    values = {key: to_json(row[key]) for key in ("input", "output", "wanted") if row.get(key) is not None}
    return row | values


def _language_of_worlds() -> Language:
    """The language whose inputs are worlds, for `--world` without `--domain`."""
    from lasynth import domains
    from lasynth.errors import InputError

    for name in domains.names():
        if domains.get(name).values.noun == "world":
            return domains.get(name)
    raise InputError("no language has worlds", "--world", "Give --domain.")


def _text_of(path: Path, what: str) -> str:
    return read_text(path, f"Give the path of {what}.")


def draw_run(language: Language, text: str, given: Any, out: Path) -> None:
    """Write the run of a program as a picture.

    Args:
        language: of the program.
        text: a valid program.
        given: its input.
        out: the file.

    Raises:
        InputError: the language cannot draw runs, or the picture cannot be written.
    """
    from lasynth.errors import InputError
    from lasynth.files import write_whole

    draw = language.view.draw_run
    if draw is None:
        raise InputError(f"{language.name} cannot draw runs", "--svg", "Leave it out.")
    write_whole(out, draw(text, given).encode())
    note(f"Drew the run to {out}. Any browser plays it.")


def _read_program(path: str) -> str:
    from lasynth.errors import InputError

    text = read_input() if path == "-" else _text_of(Path(path), "a program file")
    if not text.strip():
        raise InputError("the program is empty", path, "Give the text of a function.")
    return text
