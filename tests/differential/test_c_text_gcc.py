"""Text that lasynth takes for C is C: mutated program texts against gcc.

What the reader accepts must compile under `-std=c99 -pedantic-errors`, as it stands where it is a function,
within a function where it is the body alone, and must give what the machine gives.
"""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from programs import random_programs

from lasynth.domains.base import Status
from lasynth.domains.c.lexer import words_of
from lasynth.domains.c.machine import run_batch
from lasynth.domains.c.parser import from_tokens, parse, to_tokens
from lasynth.domains.c.printer import format_body, format_program
from lasynth.errors import ProgramError

CASE = re.compile(r"^={30}\n[^\n]+\n={30}\n(.*?)\n---\n", re.MULTILINE | re.DOTALL)
BATCH = 1000  # texts that are tried for one call of gcc
INPUTS = np.array([[1, -2, 3, 0, 2], [0, 0, 0, 0, 0], [4, 3, 2, 1, -4], [-1, 1, 2, 5, 0]], dtype=np.int32)
TOKENS = (
    *(
        "int",
        "for",
        "if",
        "else",
        "break",
        "continue",
        "return",
        "a",
        "x",
        "i",
        "0",
        "1",
        "2",
        "while",
        "const",
    ),
    *("[", "]", "(", ")", "{", "}", ";", ",", "=", "+=", "-=", "++", "--", "+", "-", "*", "/", "?", ":", "&"),
    *(
        "<",
        "<=",
        ">",
        ">=",
        "==",
        "!=",
        "&&",
        "||",
        "!",
        "'x'",
        '"x"',
        "00",
        "0x1",
        "1.0",
        "#",
        "__x",
        "main",
    ),
)
SPACES = (
    *(" ", " ", " ", " ", "\n", "\t", "\r\n", "\r", "\f", "/**/", "/* ; \n */", "// x\n", "// x\\\n y ;\n"),
    *("\\\n", "??/\n", "/* *\\\n/", "// x \\ \n a[0] = 7;\n", "// y ??/\r\n}\r\n", "// z\r"),
)
OTHER_SIGNS = {
    "[": ("<:", "??("),
    "]": (":>", "??)"),
    "{": ("<%", "??<"),
    "}": ("%>", "??>"),
    "||": ("??!??!",),
}


def seeds(root: Path) -> list[list[str]]:
    """The words of the corpus' programs, of the examples' solutions and of random programs."""
    texts = [
        source
        for file in sorted((root / "tests/corpus/c").glob("*.txt"))
        for source in CASE.findall(file.read_text())
    ]
    texts += [file.read_text() for file in sorted((root / "examples").glob("*/solutions/*.c"))]
    trees = [from_tokens(tokens) for tokens in random_programs(5, 60, max_tokens=60)]
    texts += [format_program(tree) for tree in trees[:20]] + [format_body(tree) for tree in trees[20:]]
    found = []
    for text in texts:
        try:
            parse(text)
        except ProgramError:
            continue
        found.append([word.text for word in words_of(text)[:-1]])
    return found


def mutated(words: list[str], rng: random.Random) -> list[str]:
    """A copy with a few words deleted, inserted, exchanged, doubled, or put in parentheses or braces."""
    words = list(words)
    for _ in range(rng.choice((0, 1, 1, 1, 2, 2, 3))):
        at, to = rng.randrange(len(words) + 1), rng.randrange(len(words) + 1)
        if rng.random() < 0.3:  # where an expression ends
            at = rng.choice([at, *(place for place, word in enumerate(words) if word in ("+", "-", ";"))])
        near = min(len(words), at + rng.choice((1, 2, 2, 3, 4, 5, 6, 7, 8)))
        match rng.randrange(9):
            case 0:
                del words[at : at + 1]
            case 1:
                words.insert(at, rng.choice(TOKENS))
            case 2:
                words[at : at + 1] = [rng.choice(TOKENS)]
            case 3:
                words[at : at + 2] = words[at : at + 2][::-1]
            case 4:
                words[at:at] = words[at:near]
            case 5:
                words[to:to] = words[at:near]
            case 6 | 7:
                words[near:near] = [")"]
                words[at:at] = ["("]
            case _:
                words[near:near] = ["}"]
                words[at:at] = ["{"]
    return words


def written(words: list[str], rng: random.Random) -> str:
    """The words as a text: most with blanks between them, some with all that C allows."""
    if rng.random() < 0.6:
        return " ".join(words)
    text = ""
    signs, cuts, spaces = (rng.choice((0.0, 0.0, 0.01, 0.1)) for _ in range(3))
    for word in words:
        if rng.random() < signs:
            word = rng.choice(OTHER_SIGNS.get(word, (word,)))
        elif rng.random() < cuts:
            cut = rng.randrange(len(word))
            word = f"{word[:cut]}\\\n{word[cut:]}"
        text += word + (rng.choice(SPACES) if rng.random() < 2 * spaces else " ")
    return text


def function(text: str, number: int) -> str:
    """The text as a C function `f_NUMBER`."""
    program = parse(text)
    words = [word.text for word in words_of(text)]
    if words[:2] == ["int", "*"]:
        return f"#define {program.function} f_{number}\n{text}\n\n#undef {program.function}\n"
    end = "" if "return" in words else "return a;"
    return f"int * f_{number}(int a[])\n{{\n{text}\n\n{end}\n}}\n"


def check(texts: list[str], folder: Path, gcc: str) -> Counter[str]:
    """Compare texts that are accepted with gcc; fails on the first that differs."""
    outputs, statuses = [], []
    for text in texts:
        got, status = run_batch(to_tokens(parse(text))[None], INPUTS)
        outputs.append(got[0])
        statuses.append(status[0])
    fine = np.array(statuses) == Status.OK
    source = "#include <stdio.h>\n"
    first_line = []
    for number, text in enumerate(texts):
        first_line.append(len(re.findall("\r\n|\r|\n", source)) + 1)
        source += function(text, number)
    calls = [
        f"run(f_{program}, (int[]){{{', '.join(map(str, INPUTS[example]))}}});"
        for program, example in np.argwhere(fine)
    ]
    source += "static void run(int * f(int a[]), int list[])\n{\n    f(list);\n"
    source += '    for (int i = 0; i < 5; i++) printf("%d ", list[i]);\n    printf("\\n");\n}\n'
    source += "int main(void)\n{\n" + "\n".join(calls) + "\nreturn 0;\n}\n"
    file, binary = folder / "texts.c", folder / "texts"
    file.write_bytes(source.encode())
    command = [gcc, "-std=c99", "-pedantic-errors", "-w", "-O0", "-o", str(binary), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode:
        where = re.search(r"texts\.c:(\d+):\d+: error", done.stderr)
        assert where, done.stderr
        number = int(np.searchsorted(first_line, int(where[1]), side="right")) - 1
        pytest.fail(f"accepted, but not C:\n{texts[number]!r}\n{done.stderr[:2000]}")
    printed = subprocess.run([binary], capture_output=True, text=True, timeout=600).stdout.splitlines()
    for (program, example), line in zip(np.argwhere(fine), printed, strict=True):
        wanted = outputs[program][example].tolist()
        if [int(word) for word in line.split()] != wanted:
            pytest.fail(f"{texts[program]!r}\non {INPUTS[example].tolist()}: machine {wanted}, gcc {line}")
    return Counter(runs=len(calls), texts=len(texts))


@pytest.mark.parametrize(
    "num_texts", [4000, pytest.param(200_000, marks=pytest.mark.long)], ids="{:,} texts".format
)
def test_what_is_accepted_is_c_and_means_the_same(num_texts: int, root: Path, tmp_path: Path) -> None:
    gcc = shutil.which("gcc")
    if gcc is None:
        pytest.skip("gcc is not installed")
    all_words = seeds(root)
    assert len(all_words) > 150
    counts: Counter[str] = Counter()
    for first in range(0, num_texts, BATCH):
        accepted = []
        for number in range(first, first + BATCH):
            rng = random.Random(number)
            text = written(mutated(rng.choice(all_words), rng), rng)
            try:
                assert parse(format_program(parse(text))) == parse(text), repr(text)
            except ProgramError:
                continue
            accepted.append(text)
        counts += check(accepted, tmp_path, gcc)
    print(dict(counts))
    # The comparison is worth something: many mutants are accepted, and most of them run.
    assert counts["texts"] > 0.1 * num_texts
    assert counts["runs"] > counts["texts"]
