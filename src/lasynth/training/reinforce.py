"""Beam reinforcement (Bunel et al. 2018, section 4 and appendix A): RL_beam_div, of a trained model.

The beam of a task, renormalised to a distribution, is what the model would do. A bag of C programs is drawn
from it, and the bag is worth the best of them: what is trained is the expected best reward, which has a
closed form, so nothing is drawn at all. With C = 1 it is RL_beam; a larger bag asks for programs that differ.

A program's reward is 1 if the machine finds it right on all examples of its task, the held-out ones too,
which a training set has for that, and 0 otherwise. The paper's RL_beam_div_opt, which also rewards short
runs, is not here.

Shapes: B tasks, S programs of a beam, P programs of all beams, K examples, W numbers of a world, T tokens.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from lasynth import domains
from lasynth.data.batches import Batch
from lasynth.data.dataset import Dataset
from lasynth.domains.base import right_examples
from lasynth.domains.kit.rows import padded
from lasynth.models.model import Model
from lasynth.models.synthesizer import Synthesizer
from lasynth.search import Beam, Budget, Problem
from lasynth.training.config import TrainConfig
from lasynth.training.losses import Losses, Objective, Targets

__all__ = ["BeamReward", "expected_best", "log_probs"]

Rows = npt.NDArray[np.int64]


def expected_best(log_probs_BS: Tensor, rewards_BS: Tensor, bag: int) -> Tensor:
    """The expected best reward of `bag` programs drawn from each beam: `[B]`.

    With q(R) the chance that one program is worth R at most, the best of C is worth R with chance q(R)^C less
    that of the next lower reward.

    Args:
        log_probs_BS: of the programs, in nats, -inf where there is none; renormalised here.
        rewards_BS: what each is worth.
        bag: C.
    """
    chances = log_probs_BS.softmax(dim=1)
    rewards, order = rewards_BS.sort(dim=1)
    upto = chances.gather(1, order).cumsum(dim=1).clamp(max=1.0)
    # The last sum is 1 but for rounding, and its power is to be 1.
    power = torch.cat([upto[:, :-1].pow(bag), torch.ones_like(upto[:, :1])], dim=1)
    lower = torch.cat([torch.zeros_like(power[:, :1]), power[:, :-1]], dim=1)
    return (rewards * (power - lower)).sum(dim=1)


def log_probs(model: Model, tokens_PT: Tensor, inputs_PKW: Tensor, outputs_PKW: Tensor) -> Tensor:
    """Log-probabilities `[P]` of programs, as a search scores them: among the tokens that the mask allows.

    Args:
        model: of programs.
        tokens_PT: ended and padded by the end token.
        inputs_PKW, outputs_PKW: the examples that each was written for.
    """
    grammar = domains.get(model.config.domain).grammar
    lengths = (tokens_PT != grammar.eos).sum(1) + 1
    along = grammar.allowed_along(tokens_PT.cpu().numpy().astype(np.int32), model.config.num_tokens)
    allowed = torch.from_numpy(along).to(tokens_PT.device)
    result = model(tokens_PT, lengths, inputs_PKW, outputs_PKW, allowed.sum(-1) > 1)
    logits = result.logits_PV.float().masked_fill(~allowed[result.row_P, result.position_P], -torch.inf)
    chosen = logits.log_softmax(-1).gather(1, tokens_PT[result.row_P, result.position_P][:, None])[:, 0]
    return chosen.new_zeros(len(tokens_PT)).index_add(0, result.row_P, chosen)


class BeamReward(Objective):
    """RL_beam_div, for a run with a stage of reinforcement."""

    def __init__(self, config: TrainConfig, data: Dataset) -> None:
        super().__init__(config, data)
        assert config.reinforce is not None
        self.reinforce = config.reinforce

    def losses(self, model: Model, batch: Batch, rows_B: Rows, targets: Targets | None) -> Losses:
        """Search, run what was found, and the loss: less the expected best reward, a mean over tasks.

        `accuracy` is the share of tasks whose likeliest program is right.
        """
        device = next(model.parameters()).device
        inputs, outputs = (
            torch.from_numpy(array).to(device) for array in (batch.inputs_BKN, batch.outputs_BKN)
        )
        task_P, tokens_PT, slot_P = self._beams(model, batch.inputs_BKN, batch.outputs_BKN)
        num_tasks = len(rows_B)
        rewards_BS = np.zeros((num_tasks, self.reinforce.beam), dtype=np.float32)
        rewards_BS[task_P, slot_P] = self._rewards(tokens_PT, rows_B[task_P])
        there_BS = np.zeros(rewards_BS.shape, dtype=np.bool_)
        there_BS[task_P, slot_P] = True
        # Where all programs are worth the same, their chances do not matter.
        best_B = rewards_BS.max(axis=1)
        mixed_B = best_B > np.where(there_BS, rewards_BS, np.inf).min(axis=1)
        certain = float(best_B[~mixed_B].sum())
        chosen_P = mixed_B[task_P]
        total = sum((p.sum() for p in model.parameters()), torch.zeros((), device=device)) * 0.0
        if chosen_P.any():
            tasks = torch.from_numpy(task_P[chosen_P]).to(device)
            slots = torch.from_numpy(slot_P[chosen_P]).to(device)
            tokens = torch.from_numpy(tokens_PT[chosen_P].astype(np.int64)).to(device)
            scores = log_probs(model, tokens, inputs[tasks], outputs[tasks])
            scores_BS = scores.new_full(rewards_BS.shape, -torch.inf).index_put((tasks, slots), scores)
            mixed = torch.from_numpy(np.flatnonzero(mixed_B)).to(device)
            rewards = torch.from_numpy(rewards_BS).to(device)[mixed]
            total = total - expected_best(scores_BS[mixed], rewards, self.reinforce.bag).sum() / num_tasks
        total = total - certain / num_tasks
        zero = total.new_zeros(())
        accuracy = total.new_tensor(float(rewards_BS[:, 0].mean()))
        return Losses(total, zero, zero, accuracy, zero)

    def _beams(
        self, model: Model, inputs: npt.NDArray[Any], outputs: npt.NDArray[Any]
    ) -> tuple[Rows, npt.NDArray[np.int32], Rows]:
        """The programs of all beams, likeliest first: task, tokens and slot of each."""
        scorer = Synthesizer(model, self.config.model, name="in training")
        problems = [Problem(self.language, *pair) for pair in zip(inputs, outputs, strict=True)]
        beam = Beam(scorer=scorer, width=self.reinforce.beam)
        budget = Budget.of(len(problems), max_tokens=self.config.max_tokens)
        found = list(beam.propose(problems, budget))
        model.train()
        tokens_PT = padded([row for part in found for row in part.tokens_PT], self.language.grammar.eos)
        task_P = np.concatenate([part.problem_P for part in found])
        score_P = np.concatenate([part.score_P for part in found])
        order = np.lexsort((-score_P, task_P))
        task_P = task_P[order]
        slot_P = np.arange(len(task_P)) - np.searchsorted(task_P, task_P)
        return task_P, tokens_PT[order], slot_P

    def _rewards(self, tokens_PT: npt.NDArray[np.int32], rows_P: Rows) -> npt.NDArray[np.float32]:
        if not len(rows_P):
            return np.zeros(0, dtype=np.float32)
        after, statuses = self.language.machine.run_batch(tokens_PT, self.data.inputs_PKN[rows_P])
        right = right_examples(after, statuses, self.data.outputs_PKN[rows_P])
        return np.asarray(right.all(axis=1), dtype=np.float32)
