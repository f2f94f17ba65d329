from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from lasynth.cli import app

Lasynth = Callable[..., Result]


@pytest.fixture
def lasynth() -> Lasynth:
    """Runs the command line in this process: `lasynth("solve", path, "--json")`."""

    def call(*arguments: object, stdin: str | None = None) -> Result:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code != 3, result.stderr  # an internal error is never what a test wants
        return result

    return call


@pytest.fixture
def interrupted() -> Callable[..., tuple[int, str]]:
    """Starts a command, sends it a signal as soon as a file exists, and returns its status and messages."""

    def call(
        *arguments: object, once: tuple[Path, str], by: signal.Signals = signal.SIGINT
    ) -> tuple[int, str]:
        folder, pattern = once
        command = [sys.executable, "-c", "from lasynth.cli import main; main()", *map(str, arguments)]
        # A background job of a shell ignores interrupts, and its children would inherit this.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        try:
            while not any(folder.glob(pattern)):
                assert process.poll() is None, process.communicate()[1]
                time.sleep(0.02)
            process.send_signal(by)
            _, messages = process.communicate()
        finally:
            process.kill()
        return process.returncode, messages

    return call


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained model of the smallest size, so that commands with it are fast."""
    import torch

    from lasynth import domains
    from lasynth.models import LaSynthConfig, build, save

    torch.manual_seed(0)
    config = LaSynthConfig(
        num_tokens=domains.get("c").grammar.num_tokens,
        embedding=8,
        hidden=16,
        decoder=16,
        heads=1,
        refinements=1,
    )
    path = tmp_path_factory.mktemp("model") / "tiny.safetensors"
    save(build(config), config, path, {"seed": 0})
    return path


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file of text, of JSON, or of one JSON object per line."""

    def to_file(name: str, content: Any) -> Path:
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        elif isinstance(content, str):
            path.write_text(content)
        elif name.endswith(".jsonl"):
            path.write_text("".join(json.dumps(line) + "\n" for line in content))
        else:
            path.write_text(json.dumps(content))
        return path

    return to_file
