"""The latent executor of `lists` and its beliefs: what each gate gives, what is compared, what is shown."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from lists_batch import LISTS as LANGUAGE
from lists_batch import NUM_TOKENS, padded, tasks, tokens_of

from lasynth.models.kinds import build
from lasynth.models.model import Forward
from lasynth.models.numbers.beliefs import NumberBeliefs
from lasynth.models.numbers.candidates import LISTS, NUMBERS, OPERATIONS, candidates
from lasynth.models.numbers.evidence import OFFSETS
from lasynth.models.numbers.executor import ListExecutor, Table
from lasynth.models.numbers.features import IS_NUMBER, NUM_FEATURES, ROOM, THERE, NumberEmbedding, one_hot
from lasynth.models.numbers.lasynth import NumbersLaSynth
from lasynth.models.numbers.tasks import Arrays
from lasynth.models.synthesizer import Synthesizer
from lasynth.models.tracing import trace_steps
from lasynth.task import Example, Task

SURE = 100.0
CHOICES = ("key", "near", "before", "before_near")
GIVEN, FIRST, SECOND = range(3)  # gates


class Taught:
    """An executor whose answers are set by hand."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.values = NumberEmbedding(64, 8)
        self.executor = ListExecutor(8, 16, 12, 64)
        for linear in (*CHOICES, "gate", "length", "there", "is_number", "operation"):
            for parameter in getattr(self.executor, linear).parameters():
                torch.nn.init.zeros_(parameter)
        _, _, inputs, self.outputs = tasks(10)
        self.arrays = Arrays.of(inputs, self.outputs)
        self.found = candidates(self.arrays)
        self.before = self.values.first(inputs, self.outputs)

    def set(self, linear: str, place: int) -> None:
        with torch.no_grad():
            getattr(self.executor, linear).bias[place] = SURE

    @torch.no_grad()
    def __call__(self) -> torch.Tensor:
        told = self.executor.told(torch.randn(len(self.before), 12))
        table = Table(*self.executor.table(self.found))
        return self.executor(self.before, told, self.values, table)


def test_kept() -> None:
    taught = Taught()
    for linear, place in (("gate", GIVEN), ("before_near", OFFSETS.index(0)), ("length", 0)):
        taught.set(linear, place)
    after = taught()
    torch.testing.assert_close(after[..., : THERE + 1], taught.before[..., : THERE + 1])
    assert (after[..., ROOM] == taught.before[..., ROOM]).all()


@pytest.mark.parametrize("name", ["sorted a", "a backwards", "a where even", "a + b", "sums"])
def test_a_list_of_the_table_at_the_same_place(name: str) -> None:
    taught, number = Taught(), LISTS.index(name)
    for linear, place in (
        ("gate", GIVEN),
        ("near", number * len(OFFSETS) + OFFSETS.index(0)),
        ("length", 1 + number),
    ):
        taught.set(linear, place)
    after = taught()
    there = taught.found.lists_there[:, :, number]
    certain = one_hot(taught.found.lists[:, :, number], there)
    torch.testing.assert_close(after[..., :NUM_FEATURES][there], certain[there])
    room = taught.before[..., ROOM] > 0
    torch.testing.assert_close(after[..., THERE][room], there.float()[room])


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("source", ["near", "before_near"])
def test_an_operation_on_the_cell_after(operation: str, source: str) -> None:
    """Of the input, where it is in the tables, or of the belief, where it is small."""
    taught = Taught()
    for linear, place in (
        ("gate", SECOND),
        (source, OFFSETS.index(1)),
        ("operation", len(OPERATIONS) + list(OPERATIONS).index(operation)),
    ):
        taught.set(linear, place)
    after = taught()
    first = taught.arrays.lists[0]
    given = first.values[..., 1:]
    least, most = (-32, 224) if source == "near" else (-16, 48)
    known = first.there[..., 1:] & (given >= least) & (given < most)
    assert 0 < known.sum() < first.there[..., 1:].sum()
    certain = one_hot(OPERATIONS[operation](given), known)
    torch.testing.assert_close(after[..., :-1, :NUM_FEATURES][known], certain[known])
    # Beyond the tables nothing is said.
    unknown = first.there[..., 1:] & ~known
    assert after[..., :-1, :NUM_FEATURES][unknown].max() < 1e-3


def test_a_result_is_one_number() -> None:
    taught = Taught()
    with torch.no_grad():
        taught.executor.kind.zero_()
        taught.executor.place.zero_()
        taught.executor.kind[len(LISTS) + NUMBERS.index("sum a"), 0] = SURE
        taught.executor.key.bias[0] = SURE
    for linear, place in (("gate", GIVEN), ("length", len(LISTS) + 1), ("is_number", 0)):
        taught.set(linear, place)
    after = taught()
    has = taught.found.numbers_there[..., NUMBERS.index("sum a")]
    certain = one_hot(taught.found.numbers[..., NUMBERS.index("sum a")], has)
    torch.testing.assert_close(after[:, :, 0, :NUM_FEATURES][has], certain[has])
    torch.testing.assert_close(after[:, :, 0, THERE], torch.ones(after.shape[:2]))
    assert after[:, :, 1:, THERE].max() < 1e-6
    torch.testing.assert_close(after[:, :, 0, IS_NUMBER], torch.ones(after.shape[:2]))


# Beliefs ------------------------------------------------------------------------------------------


def result_of(beliefs_XK: torch.Tensor, row_X: torch.Tensor, final_X: torch.Tensor) -> Forward:
    nothing = torch.zeros(0)
    return Forward(nothing, row_X, row_X, beliefs_XK, row_X, row_X, final_X, nothing)


def test_the_loss_of_a_certain_right_belief_is_none_and_of_a_wrong_one_is_not() -> None:
    _, _, inputs, outputs = tasks(10)
    values = NumberEmbedding(64, 4)
    known = torch.ones(outputs.shape[:2], dtype=torch.bool)
    right = values.corrected(values.first(inputs, outputs), outputs, known)
    rows = torch.arange(len(outputs))
    ends = torch.ones(len(outputs), dtype=torch.bool)
    loss, accuracy, count = NumberBeliefs().compare(result_of(right, rows, ends), inputs, outputs, None)
    assert (loss.item(), accuracy.item(), count.item()) == (0.0, 1.0, outputs.shape[0] * outputs.shape[1])
    loss, accuracy, _ = NumberBeliefs().compare(
        result_of(right, rows.roll(1), ends), inputs[:, :, :], outputs, None
    )
    assert loss > 1
    assert accuracy < 0.5
    found, chances = NumberBeliefs().likeliest(right[0], inputs[0])
    assert found.tolist() == outputs[0].tolist()
    assert chances[:, 0].tolist() == [1.0] * len(chances)


def test_a_program_before_its_return_is_compared_with_what_it_would_give_back() -> None:
    text = "<number> int v_0 = 0 ; for ( int v_1 = 0 ; v_1 < n ; v_1 ++ ) { v_0 += a [ v_1 ] ; } return v_0 ;"
    place = "<in place> a [ 0 ] = 1 ; a [ 0 ] += 2 ;"
    late = "<number> if ( n > 2 ) { return 1 ; } int v_0 = 7 ; return v_0 ;"
    tokens, lengths = padded([tokens_of(text), tokens_of(place), tokens_of(late)])
    inputs = torch.zeros(3, 1, 8 + 65, dtype=torch.long)
    inputs[..., 0], inputs[..., 8] = 1, 3
    inputs[..., 9:12] = torch.tensor([4, 5, 6])
    torch.manual_seed(0)
    model = build(NumbersLaSynth.Config(NUM_TOKENS, embedding=8, hidden=16, decoder=12))
    assert isinstance(model, NumbersLaSynth)
    row_X, position_X = model.executions(tokens, lengths).runs_BT.nonzero(as_tuple=True)
    partial, known = LANGUAGE.machine.run_partial(
        tokens.numpy().astype(np.int32), inputs.numpy(), row_X.numpy(), position_X.numpy()
    )
    assert row_X.tolist() == [0, 0, 1, 1, 2, 2]
    assert known.all()  # nothing failed
    # What the third one returns last is not declared yet; its first `return` is reached before that.
    expressed = model.values.expresses(torch.from_numpy(partial))[:, 0]
    assert expressed.tolist() == [True, True, True, True, False, True]
    assert partial[0, 0, :2].tolist() == partial[1, 0, :2].tolist() == [-1, 15]
    assert partial[2, 0, :4].tolist() == [3, 1, 5, 6]
    assert partial[5, 0, :2].tolist() == [-1, 1]
    outputs = torch.from_numpy(partial[[1, 3, 5]]).long()
    with torch.no_grad():
        result = model(tokens, lengths, inputs, outputs)
    _, _, count = model.beliefs.compare(result, inputs, outputs, torch.from_numpy(partial).long())
    assert count.item() == 5
    _, _, count = model.beliefs.compare(result, inputs, outputs, None)
    assert count.item() == 3


def test_a_trace_is_shown() -> None:
    torch.manual_seed(0)
    config = NumbersLaSynth.Config(NUM_TOKENS, embedding=8, hidden=16, decoder=12)
    synthesizer = Synthesizer(build(config), config, name="small")
    task = Task("c-lists", (Example((3, 1), 4), Example((), 0)))
    text = "<number> int v_0 = 0 ; for ( int v_1 = 0 ; v_1 < n ; v_1 ++ ) { v_0 += a [ v_1 ] ; } return v_0 ;"
    steps = trace_steps(synthesizer, task, np.array(tokens_of(text), dtype=np.int32))
    assert len(steps) == 3
    assert steps[0].lists == ((3, 1), ())
    assert steps[-1].really == (4, 0)
