from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from lasynth.domains.base import Status
from lasynth.domains.c.lists.grammar import EOS
from lasynth.domains.c.lists.layout import MAX_CELLS
from lasynth.domains.c.lists.machine import run_batch
from lasynth.domains.c.lists.sampling.sampler import sample_programs
from lasynth.domains.c.lists.sampling.settings import ListsSamplerSettings
from lasynth.domains.c.lists.simplify import simplify
from lasynth.domains.c.lists.tasks import Verdict, draw_tasks


def weights(count: int) -> st.SearchStrategy[tuple[float, ...]]:
    return st.tuples(*[st.floats(0, 1)] * count).filter(lambda values: sum(values) > 0.01)


def configs() -> st.SearchStrategy[ListsSamplerSettings]:
    """Arbitrary settings with room for programs; each of the weights of results has some share."""
    defaults = ListsSamplerSettings()
    fields: dict[str, st.SearchStrategy[object]] = {"max_tokens": st.integers(160, 400)}
    for name in ListsSamplerSettings.__dataclass_fields__:
        value = getattr(defaults, name)
        if isinstance(value, tuple):
            fields[name] = weights(len(value))
        elif name.startswith("p_"):
            fields[name] = st.floats(0, 1)
    return st.builds(ListsSamplerSettings, **fields)  # type: ignore[arg-type]


@settings(max_examples=40, deadline=None)
@given(configs(), st.integers(0, 2**64 - 1))
def test_whatever_the_weights_programs_are_of_the_grammar(config: ListsSamplerSettings, seed: int) -> None:
    found = sample_programs(config, seed, 0, 20)
    assert (found.tokens_PT[:, -1] == EOS).all()
    drawn = draw_tasks(config, seed, 0, 20)
    assert (drawn.verdicts_P != Verdict.INVALID).all()


@settings(max_examples=20, deadline=None)
@given(configs(), st.integers(0, 2**64 - 1), st.integers(2, 12))
def test_whatever_the_weights_tasks_are_as_promised(
    config: ListsSamplerSettings, seed: int, num_examples: int
) -> None:
    drawn = draw_tasks(config, seed, 0, 30, num_examples=num_examples, num_shown=num_examples // 2)
    drawn = drawn.rows(drawn.verdicts_P == Verdict.ACCEPTED)
    for tokens_PT in (drawn.tokens_PT, simplify(drawn.tokens_PT, drawn.inputs_PKN)):
        outputs_PKM, statuses_PK = run_batch(tokens_PT, drawn.inputs_PKN)
        assert (statuses_PK == Status.OK).all()
        assert (outputs_PKM == drawn.outputs_PKN).all()
        assert (outputs_PKM[:, :, 0] <= MAX_CELLS).all()
        assert ((tokens_PT != EOS).sum(axis=1) <= (drawn.tokens_PT != EOS).sum(axis=1)).all()
    for inputs_KL in drawn.inputs_PKN:
        assert len(np.unique(inputs_KL, axis=0)) == num_examples
