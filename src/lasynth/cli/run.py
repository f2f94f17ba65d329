"""`lasynth run`: one program on inputs of the user's own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lasynth.cli.console import NOT_SOLVED, command, note, print_json

if TYPE_CHECKING:
    from lasynth.task import Example

__all__ = ["run"]


@command
def run(
    program: Annotated[
        str, typer.Argument(metavar="PROGRAM", help="A program file, or - for standard input.")
    ],
    input: Annotated[  # noqa: A002 - it is the name of the option
        list[str] | None,
        typer.Option("--input", "-i", metavar="LIST", help='An input: "1,-2,3" or "[1, -2, 3]". Repeatable.'),
    ] = None,
    task: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Run it on the examples of a task file, and compare.")
    ] = None,
    domain: Annotated[str, typer.Option(help="The language of the program.")] = "c",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> int:
    """Run a program on inputs, and print its outputs.

    The exit status is 1 where a run gives no output, or another one than the task wants.
    """
    from lasynth import api
    from lasynth.errors import InputError, ProgramError, RunError
    from lasynth.task import Task

    if not input and task is None:
        raise InputError("there is no input", "lasynth run", 'Give --input "1,2,3" or --task FILE.')
    text = _read_program(program)
    cases: list[tuple[Any, Example | None]] = [(parse_input(value, domain), None) for value in input or ()]
    for one in Task.read(task) if task is not None else ():
        domain = one.domain
        cases += [(example.input, example) for example in (*one.examples, *one.held_out)]

    rows: list[dict[str, Any]] = []
    for given, example in cases:
        row: dict[str, Any] = {"input": given}
        try:
            row |= {"output": api.run(text, given, domain=domain), "status": "ok"}
        except ProgramError as error:
            raise InputError(str(error), "standard input" if program == "-" else program) from None
        except RunError as error:
            row |= {"output": None, "status": error.status.name.lower(), "message": str(error)}
        if example is not None:
            row |= {"wanted": example.output, "right": row["output"] == example.output}
        rows.append(row)
    failed = any(row["output"] is None or row.get("right") is False for row in rows)
    if json:
        print_json({"runs": rows})
    else:
        for row in rows:
            _print_row(row)
    return NOT_SOLVED if failed else 0


def _print_row(row: dict[str, Any]) -> None:
    if row["output"] is None:
        note(f"lasynth: on {list(row['input'])}, {row['message']}")
    elif "wanted" in row:
        verdict = "right" if row["right"] else f"wrong, wanted {list(row['wanted'])}"
        print(f"{list(row['input'])} -> {list(row['output'])}  {verdict}")
    else:
        print(list(row["output"]))


def _read_program(path: str) -> str:
    from lasynth.errors import InputError

    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        reason = "is a folder" if Path(path).is_dir() else (error.strerror or str(error)).lower()
        raise InputError(reason, path, "Give the path of a program file.") from None
    except UnicodeDecodeError:
        raise InputError("not a text file in UTF-8", path) from None
    if not text.strip():
        raise InputError("the program is empty", path, "Give the text of a function.")
    return text


def parse_input(text: str, domain: str) -> Any:
    """An input as the option gives it: JSON, or numbers with commas or blanks between them.

    Raises:
        InputError: it is not an input of the domain.
    """
    import json

    from lasynth.task import read_value

    try:
        value: object = json.loads(text)
    except ValueError:
        value = [_number(part) for part in text.replace(",", " ").split()]
    if isinstance(value, int):
        value = [value]
    return read_value(value, domain=domain, where=f'--input "{text}"')


def _number(text: str) -> object:
    try:
        return int(text)
    except ValueError:
        return text
