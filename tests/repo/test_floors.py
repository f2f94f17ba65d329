"""The packages are in layers, and imports go down only (docs/architecture.md)."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

SRC = Path(__file__).resolve().parents[2] / "src"

# Layers from the top down; packages of one layer do not import each other, except those in SAME_FLOOR.
FLOORS = (
    ("__main__",),
    ("cli", "web"),
    ("api", "training", "evaluation"),
    ("equipment",),
    ("models", "data", "search"),
    ("task",),
    ("domains",),
    (
        "grammar",
        "automaton",
        "runner",
        "examples",
        "outcome",
        "config",
        "_cache",
        "errors",
        "quoting",
        "reading",
        "limits",
        "files",
        "places",
        "compiled",
    ),
)
SAME_FLOOR = {
    ("automaton", "grammar"),
    ("automaton", "compiled"),
    ("compiled", "_cache"),
    ("training", "evaluation"),  # the solve rate during training is an evaluation
    *(
        (room, "errors")
        for room in ("grammar", "automaton", "runner", "examples", "config", "files", "reading", "places")
    ),
    *((room, "places") for room in ("runner", "files")),
    *((room, "limits") for room in ("examples", "reading")),
    ("limits", "errors"),
    *((room, "quoting") for room in ("errors", "examples", "config", "reading")),
}
FLOOR_OF = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
TORCH_ROOMS = {"models", "training", "evaluation", "api", "equipment", "cli", "web", "__main__"}

MODULE_NAME = re.compile(r"lasynth(\.\w+)+")
FILES = sorted((SRC / "lasynth").rglob("*.py"))


def room_of(module: str) -> str | None:
    """The package of one of our modules: `models` for `lasynth.models.zoo`; None for `lasynth` itself."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else None


def module_of(file: Path) -> str:
    parts = file.relative_to(SRC).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(source: str, package: str) -> list[str]:
    """Every module that a source imports, at its top or in a function; imported names count as modules.

    Strings that name one of our modules count too, because `import_module` accepts them.
    """
    modules = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            modules += [node.value] if MODULE_NAME.fullmatch(node.value) else []
        elif isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, base] if base else above)
            modules += [f"{base}.{alias.name}" for alias in node.names]
    return modules


def wrong_imports(source: str, module: str, package: str) -> list[str]:
    """The imports of a module that go up or sideways, or to torch from below the models."""
    room = room_of(module)
    wrong = []
    for other in imported(source, package):
        top = other.split(".")[0]
        if top == "torch" and room not in TORCH_ROOMS:
            wrong.append(other)
        if top != "lasynth" or room is None:
            continue
        target = room_of(other)
        if target == room or target not in FLOOR_OF:
            continue  # its own package, or a name that `lasynth` itself defines, such as `__version__`
        down = FLOOR_OF[target] > FLOOR_OF[room]
        if not down and (room, target) not in SAME_FLOOR:
            wrong.append(other)
    return wrong


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SRC)))
def test_imports_go_down_only(file: Path) -> None:
    module = module_of(file)
    package = module if file.name == "__init__.py" else module.rpartition(".")[0]
    assert wrong_imports(file.read_text(), module, package) == []


def test_what_is_compiled_is_cached_in_one_way() -> None:
    # Numba's own cache trusts its folder, and a damaged file in it ends every later run.
    direct = [
        str(file.relative_to(SRC))
        for file in FILES
        if any(name.split(".")[0] == "numba" for name in imported(file.read_text(), module_of(file)))
    ]
    assert direct == ["lasynth/compiled.py"]


def test_every_room_has_a_floor() -> None:
    rooms = {room_of(module_of(file)) for file in FILES} - {None}
    assert rooms <= set(FLOOR_OF)
    assert len(rooms) >= 10


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("lasynth.search.beam", "from lasynth.models import zoo"),
        ("lasynth.search.beam", "import torch"),
        ("lasynth.search.beam", "def f():\n    from torch import nn"),
        ("lasynth.models.zoo", "from lasynth import api"),
        ("lasynth.models.zoo", "from .. import search"),
        ("lasynth.models.zoo", "from ..data.shards import Shard"),
        ("lasynth.domains.c", "import lasynth.data"),
        ("lasynth.domains.base", "from lasynth.task import Task"),
        ("lasynth.errors", "import_module('lasynth.domains.karel.world')"),
        ("lasynth.examples", "NAMES = {'c': 'lasynth.domains.c.language'}"),
        ("lasynth.errors", "import torch.nn"),
    ],
)
def test_a_wrong_import_is_found(module: str, source: str) -> None:
    assert wrong_imports(source, module, module.rpartition(".")[0]) != []


def test_a_right_import_is_not() -> None:
    source = "import torch\nfrom lasynth.domains.c import grammar\nfrom lasynth import errors, __version__"
    assert wrong_imports(source, "lasynth.models.zoo", "lasynth.models") == []
