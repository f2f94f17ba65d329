"""The registry of languages, and languages without some of the parts."""

from __future__ import annotations

import pickle
import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest
from toy_language import TOY

from lasynth import domains
from lasynth.domains.base import Language
from lasynth.errors import InputError
from lasynth.task import Task

OWN = list(domains._OWN)


def register(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    points = {name: EntryPoint(name, value, domains.GROUP)}
    monkeypatch.setattr(domains, "_entry_points", lambda: points)
    monkeypatch.setattr(domains, "get", domains.get.__wrapped__)  # tests must not leave entries in the cache


def test_own_languages_are_found_by_name() -> None:
    assert domains.names()[: len(OWN)] == OWN
    assert {"c", "karel"} <= {*OWN}
    for name in OWN:
        found = domains.get(name)
        assert isinstance(found, Language)
        assert found.name == name
        assert found is domains.get(name)
        assert pickle.loads(pickle.dumps(found)) is found  # a worker has its own
    assert domains.DEFAULT == "c"
    with pytest.raises(AttributeError, match="no attribute 'Languages'"):
        domains.Languages  # noqa: B018


def test_a_package_of_others_adds_a_language(toy: Language) -> None:
    assert domains.names() == [*OWN, "toy"]
    assert toy is TOY
    task = Task.from_json({"domain": "toy", "examples": [{"input": [1, 2], "output": [2, 3]}]})
    assert task.language is TOY
    assert task.examples[0].input == (1, 2)
    assert Task.from_json(task.to_json()) == task


def test_a_language_of_others_does_not_replace_one_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch, "c", "toy_language:TOY")
    assert domains.names() == OWN
    assert domains.get("c") is not TOY


@pytest.mark.parametrize("value", ["no_such_module_anywhere:LANGUAGE", "toy_language:NOTHING"])
def test_a_language_that_cannot_be_loaded_is_one_message(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    register(monkeypatch, "broken", value)
    with pytest.raises(InputError) as caught:
        domains.get("broken")
    assert str(caught.value).startswith(f'{value}: the language "broken" cannot be loaded: ')
    assert str(caught.value).endswith("Install its package again, or remove it.")


def test_an_unknown_language_is_one_message(toy: Language) -> None:
    known = ", ".join(f'"{name}"' for name in [*OWN, "toy"])
    with pytest.raises(InputError, match=rf'unknown domain "lisp"\. Known: {known}\.'):
        domains.get("lisp")


def test_a_language_without_a_task_generator_says_so() -> None:
    assert domains.get("c").generator().DOMAIN == "c"
    with pytest.raises(InputError, match="toy has no task generator"):
        TOY.generator()


def test_names_load_no_numpy() -> None:
    code = "import sys; from lasynth import domains; print(domains.names(), 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("False")
