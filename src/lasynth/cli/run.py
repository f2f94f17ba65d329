"""`lasynth run`: one program on inputs of the user's own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lasynth.cli.console import NOT_SOLVED, command, note, print_json

if TYPE_CHECKING:
    from lasynth.task import Example

__all__ = ["draw_run", "parse_input", "run"]


@command
def run(
    program: Annotated[
        str, typer.Argument(metavar="PROGRAM", help="A program file, or - for standard input.")
    ],
    input: Annotated[  # noqa: A002 - it is the name of the option
        list[str] | None,
        typer.Option("--input", "-i", metavar="LIST", help='An input: "1,-2,3" or "[1, -2, 3]". Repeatable.'),
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
        Path | None, typer.Option(metavar="FILE", help="Run it on the examples of a task file, and compare.")
    ] = None,
    domain: Annotated[
        str | None, typer.Option(help="The language of the program; karel where a world is given, else c.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")] = False,
) -> int:
    """Run a program on inputs, and print its outputs.

    The exit status is 1 where a run gives no output, or another one than the task wants.
    """
    from lasynth import api
    from lasynth.errors import InputError, ProgramError, RunError
    from lasynth.task import Task

    if not input and not world and task is None:
        hint = 'Give --input "1,2,3", --world FILE or --task FILE.'
        raise InputError("there is no input", "lasynth run", hint)
    if svg is not None and (len(world or ()) != 1 or input or task is not None):
        raise InputError("a picture is of one run", "--svg", "Give one --world, and no other input.")
    text = _read_program(program)
    domain = domain or ("karel" if world else "c")
    cases: list[tuple[Any, Example | None]] = [(parse_input(value, domain), None) for value in input or ()]
    cases += [(_read_world(path, domain), None) for path in world or ()]
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
    if svg is not None:
        draw_run(text, cases[0][0], svg)
    failed = any(row["output"] is None or row.get("right") is False for row in rows)
    if json:
        print_json({"runs": [{key: _plain(value) for key, value in row.items()} for row in rows]})
    else:
        for row in rows:
            _print_row(row)
    return NOT_SOLVED if failed else 0


def _print_row(row: dict[str, Any]) -> None:
    if not isinstance(row["input"], tuple):
        _print_worlds(row)
    elif row["output"] is None:
        note(f"lasynth: on {list(row['input'])}, {row['message']}")
    elif "wanted" in row:
        verdict = "right" if row["right"] else f"wrong, wanted {list(row['wanted'])}"
        print(f"{list(row['input'])} -> {list(row['output'])}  {verdict}")
    else:
        print(list(row["output"]))


def _print_worlds(row: dict[str, Any]) -> None:
    """Worlds side by side on a terminal; the output as text anywhere else."""
    if sys.stdout.isatty():
        from rich.console import Console

        from lasynth.domains.karel.terminal import worlds_side_by_side

        shown = {key: row[key] for key in ("input", "output", "wanted") if row.get(key) is not None}
        Console().print(worlds_side_by_side(list(shown.values()), list(shown)))
    elif row["output"] is not None:
        print(row["output"].to_text(), end="")
    if row["output"] is None:
        note(f"lasynth: {row['message']}")
    elif "wanted" in row:
        print("right" if row["right"] else "wrong")


def _plain(value: Any) -> Any:
    return value.to_json() if hasattr(value, "to_json") else value


def _read_world(path: Path, domain: str) -> Any:
    """The world of a file."""
    import json

    from lasynth.errors import InputError
    from lasynth.task import read_value

    if domain != "karel":
        raise InputError(f"a world is no input of {domain}", "--world", "Leave --domain out.")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        reason = "is a folder" if path.is_dir() else (error.strerror or str(error)).lower()
        raise InputError(reason, str(path), "Give the path of a world.") from None
    except UnicodeDecodeError:
        raise InputError("not a text file in UTF-8", str(path)) from None
    if text.lstrip().startswith(("{", "[")):
        try:
            return read_value(json.loads(text), domain=domain, where=str(path))
        except ValueError as error:
            raise InputError(f"not JSON: {error}", str(path)) from None
    return read_value(text, domain=domain, where=str(path))


def draw_run(text: str, world: Any, out: Path) -> None:
    """Write the run of a program in a world as a picture.

    Args:
        text: a program that is known to be one.
        world: where it begins.
        out: the file.

    Raises:
        InputError: it cannot be written.
    """
    from lasynth.domains.karel.draw import run_svg
    from lasynth.domains.karel.parser import parse
    from lasynth.errors import InputError

    try:
        out.write_text(run_svg(parse(text), world), encoding="utf-8")
    except OSError as error:
        raise InputError((error.strerror or str(error)).lower(), str(out), "Give another path.") from None
    note(f"The run is drawn in {out}; any browser plays it.")


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
