"""Imports to avoid: `lasynth --help` is fast because it loads neither torch nor Numba."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("torch", "numba", "numpy", "pyarrow")
COMMANDS = ("solve", "run", "generate", "train", "evaluate", "report")


def modules_after(code: str) -> set[str]:
    """The top-level modules loaded in a fresh interpreter that has run some code."""
    script = f"{code}\nimport sys\nprint('MODULES', *sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return {name.split(".")[0] for name in done.stdout.rpartition("MODULES")[2].split()}


def run_cli(*arguments: str) -> str:
    return (
        "from lasynth.cli import app\n"
        "try:\n"
        f"    app({list(arguments)!r})\n"
        "except SystemExit as end:\n"
        "    assert end.code == 0, end.code\n"
    )


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), *((name, "--help") for name in COMMANDS)])
def test_help_loads_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert modules_after(run_cli(*arguments)).isdisjoint(HEAVY)


def test_import_lasynth_loads_nothing_heavy() -> None:
    assert modules_after("import lasynth; lasynth.Task; lasynth.__version__").isdisjoint(HEAVY)


def test_running_a_program_needs_no_torch() -> None:
    loaded = modules_after("import lasynth; lasynth.domains.get('c')")
    assert "torch" not in loaded
    assert "numba" in loaded  # otherwise the check above would pass for the wrong reason


@pytest.mark.parametrize(
    ("domain", "example"),
    [("c", "[1, 2], [2, 1]"), ("karel", "'>..', '..>'")],
)
def test_a_search_without_a_model_does_not_load_torch(domain: str, example: str) -> None:
    code = (
        "import lasynth\n"
        f"outcome = lasynth.solve([({example})], domain={domain!r}, engines=['floor'])\n"
        "assert outcome.solved, outcome\n"
        "assert outcome.candidates[0].engine == 'floor'\n"
    )
    assert modules_after(code).isdisjoint({"torch", "pyarrow"})
