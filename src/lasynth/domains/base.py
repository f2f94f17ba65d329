"""A language as one value: `Language`, made of parts, and the statuses of a run.

The package reaches a language through this value alone. A language is one folder that builds one value;
`lasynth.domains.get` finds it by name. A part that a language does not have is None, and what needs that part
says so. Nothing here imports torch.

Programs travel as padded token arrays `tokens_PT` (`int32`, every row ended and padded by `eos`), so that
generation, training and search never build Python objects for each program. Text and trees are for people.

Shapes: P programs, B problems, T tokens, R rows of a search, K examples, X cuts, S states, V vocabulary. The
axes of one input or output stand behind K (for lists, N cells).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Protocol, Self

import numpy as np
import numpy.typing as npt

from lasynth import domains
from lasynth.domains.generator import TaskGenerator
from lasynth.domains.unlearned import Bank, Ends, Floor, Ranking, Solver, Terms
from lasynth.errors import InputError
from lasynth.examples import Example, Reader, TextReader

__all__ = [
    "Checker",
    "Cutting",
    "Language",
    "Machine",
    "Records",
    "States",
    "Status",
    "Syntax",
    "Text",
    "TokenMask",
    "Tokens",
    "Values",
    "View",
    "right_examples",
    "right_programs",
]

Tokens = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
Array = npt.NDArray[Any]
Statuses = npt.NDArray[np.uint8]


class Status(IntEnum):
    """How one run of one program on one input ended. Anything but OK makes its output void."""

    OK = 0
    OUT_OF_RANGE = 1  # an index outside a list
    OVERFLOW = 2  # a value that does not fit in 32 bits
    UNSET = 3  # a variable read before it was set
    OUT_OF_FUEL = 4  # too many steps
    CRASH = 5  # an invalid action (Karel)
    INVALID = 6  # the tokens are not a program
    DIVISION = 7  # by zero
    NO_VALUE = 8  # the end of a function that should have returned a number

    @property
    def words(self) -> str:
        """What a user is told."""
        return _WORDS[self]


_WORDS = {
    Status.OK: "it ended well",
    Status.OUT_OF_RANGE: "an index is outside the list",
    Status.OVERFLOW: "a value does not fit in 32 bits",
    Status.UNSET: "a variable is read before it is set",
    Status.OUT_OF_FUEL: "it takes too many steps (an endless loop?)",
    Status.CRASH: "an action is not possible where it is taken",
    Status.INVALID: "it is not a program of this language",
    Status.DIVISION: "it divides by zero",
    Status.NO_VALUE: "it ends without returning a value",
}


class TokenMask(Protocol):
    """Which tokens may come next in each of R programs, so that what a search ends is a program."""

    def allowed(self) -> Bools:
        """`[R, V]`."""

    def advance(self, tokens: npt.NDArray[np.int64]) -> None:
        """Append one token a row, in place."""

    def reorder(self, parents: npt.NDArray[np.int64]) -> TokenMask:
        """A new mask of the rows `parents`, which may repeat."""

    def join(self, other: Self) -> Self:
        """A new mask of the rows of this one, then those of the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Syntax:
    """The vocabulary of a language and what its grammar allows.

    Attributes:
        bos, eos: the tokens before and behind a program.
        num_tokens: size of a model's vocabulary, with the usual literals.
        lexeme: the text of a token.
        mask: of `(num_rows, num_tokens)` programs that have not begun.
        allowed_along: of `(tokens_BT, num_tokens)`: `[B, T, V]`, the tokens that may stand at each position
            behind those before it. Raises `ValueError` for a row that is not the beginning of a program.
        kind: which control flow a program has, in the words of the paper (`"For-only"`).
        open_ended: whether literals go on beyond the usual vocabulary.
        fence: what Markdown calls the language of a code block.
    """

    bos: int
    eos: int
    num_tokens: int
    lexeme: Callable[[int], str]
    mask: Callable[[int, int], TokenMask]
    allowed_along: Callable[[Tokens, int], Bools]
    kind: Callable[[Tokens], str]
    open_ended: bool = False
    fence: str = ""

    def lexemes(self, num_tokens: int | None = None) -> tuple[str, ...]:
        """The texts of the first so many tokens, or of the usual vocabulary; a closed one has no more."""
        wanted = self.num_tokens if num_tokens is None else num_tokens
        return tuple(map(self.lexeme, range(wanted if self.open_ended else min(wanted, self.num_tokens))))


class RunBatch(Protocol):
    """Runs programs on inputs; see `Machine`."""

    def __call__(self, tokens_PT: Tokens, inputs_PKN: Array, /, *, fuel: int = ...) -> tuple[Array, Statuses]:
        """Outputs `[P, K, ...]` and `Status` `[P, K]`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class States:
    """What the run of a program leaves for the next one, in a language whose outputs are not all of it.

    Attributes:
        start: `[..., K, ...]` inputs to the states in which programs begin.
        run: as `Machine.run_batch`, from states to states.
        output: states to the outputs of programs that end there.
        near: of `(states_PKN, outputs_KN)` `[P]`: whether further statements may lead to the outputs.
    """

    start: Callable[[Array], Array]
    run: RunBatch
    output: Callable[[Array], Array]
    near: Callable[[Array, Array], Bools]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cutting:
    """Programs cut behind their outermost statements, and one put behind another.

    Attributes:
        beginnings: the programs that a program begins with, itself the last; `eos` included.
        chain: the program that does what one does and then what another does; None where there is none.
        exchangeable: classes of tokens of which one may stand where another does.
        pieces: the short programs of one outermost statement, `[P, T]`, shortest first; None where they are
            not listed.
        states: what a program leaves for the next one; None where that is its output.
    """

    beginnings: Callable[[Tokens], list[Tokens]]
    chain: Callable[[Tokens, Tokens], Tokens | None]
    exchangeable: Sequence[Sequence[int]] = ()
    pieces: Callable[[], Tokens] | None = None
    states: States | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Programs as people write them.

    Attributes:
        parse: from text to a syntax tree; raises `ProgramError` with line and caret.
        format: from a syntax tree to text.
        to_tokens: `[T]` tokens of a syntax tree, `eos` included; raises `ProgramError` where it has more
            names than the vocabulary.
        from_tokens: the syntax tree of tokens; what stands behind `eos` is not read.
        named: `(tree, example)` to the tree with the names that the inputs of a task have, where they have
            names; None: a program is shown as it is.
        bound: `(tree, input)` to the input in the order in which a program takes its parts; raises
            `InputError` where it takes others. None: an input has no parts.
    """

    parse: Callable[[str], Any]
    format: Callable[[Any], str]
    to_tokens: Callable[[Any], Tokens]
    from_tokens: Callable[[Tokens], Any]
    named: Callable[[Any, Example], Any] | None = None
    bound: Callable[[Any, Any], Any] | None = None

    def tree_of(self, tokens: Tokens, example: Example | None = None) -> Any:
        """The syntax tree of tokens, as it is shown for a task with this example."""
        tree = self.from_tokens(tokens)
        return tree if example is None or self.named is None else self.named(tree, example)

    def of_tokens(self, tokens: Tokens, example: Example | None = None) -> str:
        """The text of tokens, as it is shown for a task with this example."""
        return self.format(self.tree_of(tokens, example))

    def tokens_of(self, text: str) -> Tokens:
        """The tokens of a text; raises `ProgramError`."""
        return self.to_tokens(self.parse(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """What programs read and return.

    Attributes:
        read: `(obj, where)` to one input (or output) as `Example` holds it; raises `InputError`.
        obstacle: why no program can make the output of an example `(example, first)` beside the first example
            of its task, as what is wrong and what to do; None if one may.
        encode: inputs (or outputs) to an array `[K, ...]`.
        decode: one output (or input) of an array; raises `InputError` where an array stands for none.
        more: `(inputs_KN, num, seed)` to `[num, ...]` further inputs of the kind of these, to tell programs
            apart.
        dtype: the type in which a batch for training holds them.
        noun: what users call one: `"list"`.
        read_text: `(text, where)` to a value, from the text of a file or an option; raises `InputError`.
        to_text: one value, as a person reads it.
        to_json: one value, as JSON.
        read_output, encode_outputs, decode_input: where outputs are read or encoded by other rules than
            inputs; `decode_input` is of `(array, like)`, where `like` is another input of the task or None.
        read_texts: of all texts of the inputs (False) or of the outputs (True) of a task, what reads each of
            them; where the meaning of one depends on the others.
        uniform: `(example, first)` to the example in the form of the first one of its task; where one value
            has several.
    """

    read: Reader
    obstacle: Callable[[Example, Example], tuple[str, str] | None]
    encode: Callable[[Sequence[Any]], Array]
    decode: Callable[[Array], Any]
    more: Callable[[Array, int, int], Array]
    dtype: type[np.generic]
    noun: str
    read_text: TextReader
    to_text: Callable[[Any], str]
    to_json: Callable[[Any], Any]
    read_output: Reader | None = None
    encode_outputs: Callable[[Sequence[Any]], Array] | None = None
    decode_input: Callable[[Array, Any], Any] | None = None
    read_texts: Callable[[Sequence[str], bool], TextReader] | None = None
    uniform: Callable[[Example, Example], Example] | None = None

    @property
    def readers(self) -> tuple[Reader, Reader]:
        """What reads an input, and what reads an output."""
        return self.read, self.read_output or self.read

    def text_reader(self, texts: Sequence[str], outputs: bool = False) -> TextReader:
        """What reads each of the texts that a task has as inputs, or as outputs."""
        return self.read_text if self.read_texts is None else self.read_texts(texts, outputs)

    def input_of(self, array: Array, like: Any = None) -> Any:
        """The input that an array stands for, with the names of another input of its task."""
        return self.decode(array) if self.decode_input is None else self.decode_input(array, like)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Runs programs.

    Attributes:
        run_batch: run programs on inputs, `[P, K, ...]` or `[K, ...]` for all: outputs and `Status` `[P, K]`.
        run_partial: run the first `length_X` tokens of programs `row_X` on their inputs, where these are
            programs: of `(tokens_BT, inputs_BKN, row_X, length_X)` outputs `[X, K, ...]`, a sentinel where
            the run failed, and `[X, K]` where it did not. What the program ends with to have a result at all,
            such as its `return`, may stand behind the cut.
    """

    run_batch: RunBatch
    run_partial: Callable[[Tokens, Array, npt.NDArray[np.int64], npt.NDArray[np.int64]], tuple[Array, Bools]]


class Checker(Protocol):
    """Runs programs by other means than the built-in machine: for C a real compiler."""

    @property
    def name(self) -> str:
        """What users call it."""

    def run_many(
        self, programs: Sequence[Any], inputs_PKN: Array, *, timeout_s: float = ...
    ) -> tuple[Array, Statuses]:
        """Run syntax trees on inputs, `[P, K, ...]` or `[K, ...]` for all: outputs and `Status` `[P, K]`.

        Raises:
            CheckerError: it has no results; says why.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Tasks in a file format of others.

    Attributes:
        matches: whether a JSON object is a record of the format.
        read: `(obj, where)` to the JSON object of a task of this package; raises `InputError`.
    """

    matches: Callable[[object], bool]
    read: Callable[[object, str | None], dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """How answers are shown to people.

    Attributes:
        show_pairs: prints `(pairs, titles)`, values before and after; None: a table of texts is shown.
        show_values: prints `(values, titles)`, side by side; None: texts are.
        draw_run: `(text, input)` to the SVG of a run; None where runs are not drawn.
        checked: the verb of "Checked by gcc".
        machine: what ran an answer that only the machine ran.
    """

    show_pairs: Callable[[Sequence[tuple[Any, Any]], Sequence[str]], None] | None = None
    show_values: Callable[[Sequence[Any], Sequence[str]], None] | None = None
    draw_run: Callable[[str, Any], str] | None = None
    checked: str = "Verified"
    machine: str = "the machine"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Language:
    """A language, made of parts; one that is missing is None.

    Attributes:
        name: what users call it in tasks and options.
        dialect: which productions of its grammar it has.
        wider: the name of the language that takes tasks which this one does not, where there is one; it is
            tried, too, where no answer of this one is sure.
        own_odds: of `(inputs_KN, outputs_KN)`, the shown examples, the log-odds in nats that they are a task
            of this language rather than of the wider one.
        grammar: vocabulary, mask and kinds.
        text: parser and printer.
        values: inputs and outputs.
        machine: runs programs.
        cutting: cuts programs and chains them.
        simplify: `(tokens_PT, inputs_KN)` to shorter programs of the same behaviour, on these inputs and on
            many others like them.
        tasks: how random tasks are drawn.
        floor: its search without learning.
        solvers: further solvers without learning, by name; each is made with a time limit in seconds.
        bank: of a shape of an encoded value, the beginnings that a search tries first.
        ends: computes ends of programs.
        terms: an algebra over its values.
        ranking: what decides between programs that fit.
        hidden_branch: of `(inputs_KN, inputs_QN)`, the shown inputs and further ones, how likely each is to
            take a branch that no shown one takes, `[Q]`.
        checker: finds what checks answers besides the machine; raises `CheckerError` where this computer has
            nothing that works.
        records: task files in another format.
        view: how answers are shown.
    """

    name: str
    dialect: str
    grammar: Syntax
    text: Text
    values: Values
    machine: Machine
    wider: str | None = None
    own_odds: Callable[[Array, Array], float] | None = None
    cutting: Cutting | None = None
    simplify: Callable[[Tokens, Array], Tokens] | None = None
    tasks: type[TaskGenerator] | None = None
    floor: Floor | None = None
    solvers: Mapping[str, Callable[[float], Solver]] = field(default_factory=dict)
    bank: Callable[[tuple[int, ...]], Bank] | None = None
    ends: Ends | None = None
    terms: Terms | None = None
    ranking: Ranking = field(default_factory=Ranking)
    hidden_branch: Callable[[Array, Array], Array] | None = None
    checker: Callable[[], Checker] | None = None
    records: Records | None = None
    view: View = View()

    def __reduce__(self) -> tuple[Callable[[str], Language], tuple[str]]:
        # Parts are functions, which cannot be pickled: whoever unpickles it finds the language by its name.
        return domains.get, (self.name,)

    def encode(self, examples: Sequence[Example]) -> tuple[Array, Array]:
        """Examples as arrays `(inputs, outputs)`, `[K, ...]` each."""
        inputs = self.values.encode([example.input for example in examples])
        encode_outputs = self.values.encode_outputs or self.values.encode
        return inputs, encode_outputs([example.output for example in examples])

    def generator(self) -> type[TaskGenerator]:
        """How random tasks are drawn.

        Raises:
            InputError: the language has no task generator.
        """
        if self.tasks is None:
            raise InputError(f"{self.name} has no task generator", hint="Name another language.")
        return self.tasks


def right_examples(outputs_PKN: Array, statuses_PK: Array, wanted_PKN: Array) -> Bools:
    """`[P, K]`: whether a run ended well with the output wanted (also `[K, N]`, the same for all)."""
    same = np.asarray(outputs_PKN == wanted_PKN)
    right: Bools = (statuses_PK == Status.OK) & same.reshape(*same.shape[:2], -1).all(axis=2)
    return right


def right_programs(outputs_PKN: Array, statuses_PK: Array, wanted_PKN: Array) -> Bools:
    """`[P]`: whether all runs of a program ended well with the output wanted."""
    return np.asarray(right_examples(outputs_PKN, statuses_PK, wanted_PKN).all(axis=1))
