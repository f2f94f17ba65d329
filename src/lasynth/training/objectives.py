"""What a model learns from a batch: a model names its objective, which is found here.

- Most learn the reference programs under the grammar's mask, and L_Exec and L_Op where they have them.
- A learned syntax learns every token, those too where the grammar leaves one only, and among all tokens.
- The first stage of Shin et al. learns the traces of the reference programs.
- The second learns programs from traces that a trained first stage infers: one of the right ones that it
  proposes, any of them, or one leap where it proposes none. What was inferred before and stored
  (`lasynth.training.traces`) is read, the rest is inferred as it is needed.
- Beam reinforcement learns from what programs do (`lasynth.training.reinforce`).

Shapes: B programs, K examples, W numbers of a world, T tokens, A actions, V vocabulary.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import functional

from lasynth import domains
from lasynth.data.batches import Batch
from lasynth.data.dataset import Dataset
from lasynth.domains.karel.steps import LEAP
from lasynth.domains.karel.trace import run_traced
from lasynth.errors import InputError
from lasynth.models.baselines.shin import CodeModel
from lasynth.models.baselines.shin_trace import TraceConfig, TraceModel
from lasynth.models.baselines.shin_world import NUM_ACTIONS, START
from lasynth.models.lasynth import LaSynth
from lasynth.models.model import Forward, Model, ModelConfig
from lasynth.models.zoo import load
from lasynth.training.config import TrainConfig
from lasynth.training.losses import Losses, Objective, Targets, losses
from lasynth.training.reinforce import BeamReward
from lasynth.training.traces import TRACES, TraceTable, task_keys

__all__ = ["OBJECTIVES", "objective_of"]

Rows = npt.NDArray[np.int64]


class ReferencePrograms(Objective):
    """Programs under the grammar's mask, and what the latent executor believes of their runs."""

    can_be_shared = True

    def targets(self, model: Model, batch: Batch) -> Targets:
        """See `Objective`."""
        allowed = _allowed(batch, self.config.model)
        if self.config.exec_targets == "end" or not isinstance(model, LaSynth):
            return Targets(allowed)
        tokens, lengths = (torch.from_numpy(array) for array in (batch.tokens_BT, batch.lengths_B))
        row_X, position_X = model.executions(tokens, lengths).runs_BT.nonzero(as_tuple=True)
        outputs, _ = self.language.machine.run_partial(
            batch.tokens_BT.astype(np.int32), batch.inputs_BKN, row_X.numpy(), position_X.numpy()
        )
        return Targets(allowed, torch.from_numpy(outputs.astype(np.int64)))

    def losses(self, model: Model, batch: Batch, rows_B: Rows, targets: Targets | None) -> Losses:
        """See `Objective`."""
        assert targets is not None
        config = self.config
        device = next(model.parameters()).device
        tokens, lengths, inputs, outputs = _tensors(batch, device)
        allowed = targets.allowed_BTV.to(device)
        # Where the grammar leaves one token there is nothing to predict.
        choice = allowed.sum(-1) > 1
        with torch.autocast(device.type, torch.bfloat16, enabled=config.precision == "bfloat16"):
            result: Forward = model(tokens, lengths, inputs, outputs, choice)
        executed = None
        if len(result.row_X):
            assert model.beliefs is not None, "only models with a latent executor execute"
            partial = None if targets.partial_XK is None else targets.partial_XK.to(device)
            executed = model.beliefs.compare(result, inputs, outputs, partial)
        return losses(
            result,
            tokens,
            allowed,
            executed,
            exec_weight=config.exec_weight,
            op_weight=config.op_weight,
        )


class EveryToken(Objective):
    """Programs without a mask; the loss of the syntax has the weight `op_weight`."""

    can_be_shared = True

    def losses(self, model: Model, batch: Batch, rows_B: Rows, targets: Targets | None) -> Losses:
        """See `Objective`."""
        device = next(model.parameters()).device
        tokens, lengths, inputs, outputs = _tensors(batch, device)
        result = model(tokens, lengths, inputs, outputs)
        any_token = torch.ones(*tokens.shape, self.config.model.num_tokens, dtype=torch.bool, device=device)
        found = losses(result, tokens, any_token, None, exec_weight=0.0, op_weight=self.config.op_weight)
        # The loss of the syntax is a mean over tokens.
        assert found.counts is not None
        return dataclasses.replace(found, counts=found.counts._replace(op=found.counts.prog))


class ReferenceTraces(Objective):
    """The traces of the reference programs; those of more than `max_actions` actions are left out."""

    def losses(self, model: Model, batch: Batch, rows_B: Rows, targets: Targets | None) -> Losses:
        """See `Objective`; a mean over steps."""
        assert isinstance(model, TraceModel)
        device = model.output.weight.device
        traces = run_traced(batch.tokens_BT.astype(np.int32), batch.inputs_BKN.astype(np.uint8))
        counts_BK = traces.num_actions_PK
        fits_BK = counts_BK <= model.max_actions
        if not counts_BK[fits_BK].any():
            what = f"no trace of these programs has 1 to {model.max_actions} actions"
            raise InputError(what, "training data", "Raise max_actions of the model.")
        longest = int(counts_BK[fits_BK].max(initial=0))
        actions, inputs, outputs = (
            torch.from_numpy(array[fits_BK]).to(device)
            for array in (traces.actions_PKA[..., :longest], batch.inputs_BKN, batch.outputs_BKN)
        )
        logits, steps = model(inputs, outputs, actions)
        logits = logits[steps.inside_NS].float()
        wanted = steps.actions_NS[steps.inside_NS]
        logits = logits.masked_fill(_never(logits.device), -1e9)
        loss = functional.cross_entropy(logits, wanted)
        zero = loss.new_zeros(())
        accuracy = (logits.argmax(-1) == wanted).float().mean()
        return Losses(loss, zero, zero, accuracy, zero)


class InferredTraces(Objective):
    """Programs from inferred traces.

    Raises:
        InputError: no trained first stage, or one of other sizes.
    """

    def __init__(self, config: TrainConfig, data: Dataset) -> None:
        super().__init__(config, data)
        hint = "Train a model of kind shin-trace first and name the folder of its run as `traces`."
        if config.traces is None:
            raise InputError("`traces` is missing", "training configuration", hint)
        path = Path(config.traces) / "model.safetensors"
        if not path.is_file():
            raise InputError("no trained shin-trace model in this folder", config.traces, hint)
        first = load(path)
        if not isinstance(first.model, TraceModel) or not _fits(first.config, config.model):
            raise InputError("not a shin-trace model of these sizes", str(path), hint)
        self.first = first.model
        stored = Path(config.traces) / TRACES
        self.table = TraceTable.read(stored) if stored.is_file() else None
        self._sources = (path, stored) if stored.is_file() else (path,)

    @property
    def sources(self) -> tuple[Path, ...]:
        """See `Objective`: the first stage, and the traces that it inferred."""
        return self._sources

    def prepare(self, model: Model) -> None:
        """See `Objective`: the trained first stage becomes a part of the model."""
        assert isinstance(model, CodeModel)
        model.tracer.load_state_dict(self.first.state_dict())

    def targets(self, model: Model, batch: Batch) -> Targets:
        """See `Objective`."""
        return Targets(_allowed(batch, self.config.model))

    def losses(self, model: Model, batch: Batch, rows_B: Rows, targets: Targets | None) -> Losses:
        """See `Objective`."""
        assert isinstance(model, CodeModel)
        assert targets is not None
        device = model.output.weight.device
        tokens, lengths, inputs, outputs = _tensors(batch, device)
        actions = torch.from_numpy(self.traces_of(batch, rows_B)).to(device)
        allowed = targets.allowed_BTV.to(device)
        result = model(tokens, lengths, inputs, outputs, allowed.sum(-1) > 1, actions)
        return losses(result, tokens, allowed, None, exec_weight=0.0, op_weight=0.0)

    def traces_of(self, batch: Batch, rows_B: Rows) -> npt.NDArray[np.int8]:
        """`[B, K, A]` the traces of the shown examples."""
        places_B = np.full(len(rows_B), -1)
        if self.table is not None:
            places_B = self.table.places(task_keys(self.data, rows_B))
        num_shown = batch.inputs_BKN.shape[1]
        room = self.first.max_actions
        actions_BKA = np.full((len(rows_B), num_shown, room), -1, dtype=np.int8)
        missing = places_B < 0
        if missing.any():
            inputs, outputs = (
                array[missing].astype(np.uint8).reshape(-1, array.shape[-1])
                for array in (batch.inputs_BKN, batch.outputs_BKN)
            )
            # The choice among right traces is a function of the run and of what is chosen for.
            rng = np.random.default_rng([self.config.seed, *rows_B[missing].tolist()])
            chosen = self.first.propose(inputs, outputs).chosen(rng)
            actions_BKA[missing] = chosen.reshape(-1, num_shown, room)
        if self.table is not None:
            for number in np.flatnonzero(~missing):
                examples = _which(batch.inputs_BKN[number], self.data.inputs_PKN[rows_B[number]])
                actions_BKA[number] = self.table.traces(int(places_B[number]), room)[examples]
        return actions_BKA


def _fits(first: ModelConfig, second: ModelConfig) -> bool:
    """Whether a first stage has the sizes of the one in a second stage."""
    names = [field.name for field in dataclasses.fields(TraceConfig)]
    return all(getattr(first, name) == getattr(second, name) for name in names)


def _which(shown_KW: npt.NDArray[np.uint8], all_KW: npt.NDArray[np.uint8]) -> Rows:
    """Which of all inputs each shown one is; no two inputs of a task are equal."""
    places: Rows = (shown_KW[:, None] == all_KW[None]).all(axis=2).argmax(axis=1)
    return places


def _tensors(batch: Batch, device: torch.device) -> tuple[torch.Tensor, ...]:
    arrays = (batch.tokens_BT, batch.lengths_B, batch.inputs_BKN, batch.outputs_BKN)
    return tuple(torch.from_numpy(array).to(device) for array in arrays)


def _allowed(batch: Batch, model: ModelConfig) -> torch.Tensor:
    """`[B, T, V]` the tokens that the grammar allows."""
    grammar = domains.get(model.domain).grammar
    return torch.from_numpy(grammar.allowed_along(batch.tokens_BT.astype(np.int32), model.num_tokens))


def _never(device: torch.device) -> torch.Tensor:
    """Actions that no trace holds: nothing is learned on them."""
    never = torch.zeros(NUM_ACTIONS, dtype=torch.bool, device=device)
    never[[LEAP, START]] = True
    return never


OBJECTIVES: Final[dict[str, type[Objective]]] = {
    "programs": ReferencePrograms,
    "every-token": EveryToken,
    "traces": ReferenceTraces,
    "inferred-traces": InferredTraces,
    "reward": BeamReward,
}


def objective_of(model: Model, config: TrainConfig, data: Dataset) -> Objective:
    """The objective of a run: the model's own, or reinforcement.

    Raises:
        InputError: what the objective needs is missing: a trained first stage.
    """
    name = model.objective if config.reinforce is None else "reward"
    return OBJECTIVES[name](config, data)
