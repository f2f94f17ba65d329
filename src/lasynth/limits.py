"""How large an input may be: every limit on what is read from outside, and why it is what it is.

The limits are far above what people write and far below what a computer cannot bear. They are checked while
an input is read, before any work that grows with it. `docs/task-format.md` lists them for users; limits of
one language (cells of a list, sides of a world, nesting of blocks) are named in that language's folder.
"""

from __future__ import annotations

from typing import Final

from lasynth.errors import ProgramError

__all__ = [
    "MAX_CONFIG_BYTES",
    "MAX_EXAMPLES",
    "MAX_FILE_BYTES",
    "MAX_ID_CHARS",
    "MAX_JSON_DEPTH",
    "MAX_PROGRAM_CHARS",
    "MAX_PROGRAM_TOKENS",
    "MAX_TASK_BYTES",
    "MAX_THREADS",
    "MAX_VALUE_CHARS",
    "check_num_tokens",
    "check_program",
]

# One task: a JSON file, or one line of a JSON Lines file. 1,000 examples of large Karel worlds take 4 MiB,
# a record of the benchmark 20 KiB. JSON of this size takes 500 MB of memory at worst.
MAX_TASK_BYTES: Final = 8 * 2**20
# A file that is read whole: many tasks, or results. Files of tasks that are streamed have limited lines only.
MAX_FILE_BYTES: Final = 256 * 2**20
# A configuration, a card or a study: 2 to 10 KiB.
MAX_CONFIG_BYTES: Final = 2**20
# Shown ones, and as many held-out ones. Tasks have 5 to 20; each program of a search runs on all shown ones.
MAX_EXAMPLES: Final = 1000
# The name of a task. It is printed, and part of file names.
MAX_ID_CHARS: Final = 200
# Objects and lists of JSON inside each other. A Karel program of the deepest nesting has 67.
MAX_JSON_DEPTH: Final = 100
# The tokens of a program that is read. A search goes to 256.
MAX_PROGRAM_TOKENS: Final = 4000
# Its text, comments included: as many tokens, printed with the deepest indentation, fit.
MAX_PROGRAM_CHARS: Final = 2**20
# An input as text: a world (the largest picture with all notes has 2,500 characters) or a list.
MAX_VALUE_CHARS: Final = 20_000
# Threads of torch. A computer that cannot start them all ends the process, without a message of ours.
MAX_THREADS: Final = 1024


def check_program(text: str) -> None:
    """Check the size of a program's text.

    Raises:
        ProgramError: it is longer than `MAX_PROGRAM_CHARS`.
    """
    if len(text) > MAX_PROGRAM_CHARS:
        raise ProgramError(
            f"the program has {len(text):,} characters, more than the limit of {MAX_PROGRAM_CHARS:,}"
        )


def check_num_tokens(count: int) -> None:
    """Check the number of a program's tokens.

    Raises:
        ProgramError: there are more than `MAX_PROGRAM_TOKENS`.
    """
    if count > MAX_PROGRAM_TOKENS:
        raise ProgramError(f"the program has more than {MAX_PROGRAM_TOKENS:,} tokens")
