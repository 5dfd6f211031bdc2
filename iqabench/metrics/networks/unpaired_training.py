"""Trains the network of unpaired_iqa."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from safetensors.torch import save_file
from scipy.stats import pearsonr, spearmanr
from torch.nn.functional import smooth_l1_loss

from iqabench.metrics.networks.unpaired_data import Data, Floats
from iqabench.metrics.networks.unpaired_network import OWNER, Unpaired

_LEAST_DEVIATION = 0.05
"""The least deviation of a description's numbers: what hardly varied in training must not decide later."""


@dataclass(frozen=True)
class UnpairedPlan:
    """The length and the rates of training."""

    steps: int = 2000
    seed: int = 0
    batch: int = 32
    rate: float = 1e-3
    """The learning rate of AdamW; it falls to 0 along a cosine."""
    decay: float = 1e-2
    drop: float = 0.2
    """The part of each description that is left out at random."""


class Figures(NamedTuple):
    """The agreement with held-out opinions: rank and linear correlation, and the number of images."""

    srcc: float
    plcc: float
    images: int


class UnpairedTraining:
    """A network, its optimizer and the step they have reached, kept in a folder."""

    def __init__(self, data: Data, plan: UnpairedPlan, folder: Path) -> None:
        self.data, self.plan, self.step = data, plan, 0
        named = str(plan).removeprefix("Unpaired")  # so that older checkpoints are found
        identity = sha256(f"{named}{data.digest}".encode()).hexdigest()[:16]
        self.checkpoint = folder / f"checkpoint-{identity}.pt"
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(plan.seed)
            self.network = Unpaired()
        known, opinions = data.outputs[data.learned], data.opinions[data.learned]
        self.network.mean.copy_(torch.from_numpy(known.mean(0)))
        deviation = np.maximum(known.std(0), _LEAST_DEVIATION)
        self.network.deviation.copy_(torch.from_numpy(deviation))
        self._wanted = (data.opinions - opinions.mean()) / (opinions.std() or 1.0)
        learned = self.network.parameters()
        self.optimizer = torch.optim.AdamW(learned, plan.rate, weight_decay=plan.decay)
        if self.checkpoint.exists():
            saved = torch.load(self.checkpoint, weights_only=True)
            self.network.load_state_dict(saved["network"])
            self.optimizer.load_state_dict(saved["optimizer"])
            self.step = int(saved["step"])

    def advance(self) -> float:
        """Takes one step; the loss before it, in standard deviations of opinion."""
        plan, data = self.plan, self.data
        random = np.random.default_rng((plan.seed, self.step))
        chosen = random.choice(data.learned, plan.batch)
        beside = [random.choice(data.beside[data.scene_of[n]]) for n in chosen]
        output = self._thinned(data.outputs[chosen], random)
        pristine = self._thinned(data.pristine[beside], random)
        wanted = torch.from_numpy(self._wanted[chosen]).float()
        cosine = (1 + float(np.cos(np.pi * self.step / plan.steps))) / 2
        self.optimizer.param_groups[0]["lr"] = plan.rate * cosine
        loss = smooth_l1_loss(self.network.fused(output, pristine), wanted)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch has no annotation here
        self.optimizer.step()
        self.step += 1
        return loss.item()

    def _thinned(self, rows: Floats, random: np.random.Generator) -> torch.Tensor:
        """Standardised descriptions, part of them left out: masks of ours, so that a seed decides them."""
        kept = (random.random(rows.shape) >= self.plan.drop) / (1 - self.plan.drop)
        standard = self.network.standardised(torch.from_numpy(rows).float())
        return standard * torch.from_numpy(kept).float()

    def figures(self) -> Figures:
        """Return the correlations of held-out images, beside all pristine images that were learned from."""
        data, opinions = self.data, self.data.opinions[self.data.held]
        predictions = [
            self.network.beside(data.outputs[n], data.pristine[data.beside[data.scene_of[n]]])
            for n in data.held
        ]
        if len(predictions) < 2 or not np.ptp(predictions) or not np.ptp(opinions):
            return Figures(0.0, 0.0, len(predictions))  # nothing varies, so nothing correlates
        ranks, line = spearmanr(predictions, opinions), pearsonr(predictions, opinions)
        return Figures(float(ranks.statistic), float(line.statistic), len(predictions))

    def save(self) -> None:
        """A checkpoint to go on from."""
        network, optimizer = self.network.state_dict(), self.optimizer.state_dict()
        part = self.checkpoint.with_suffix(".part")
        torch.save({"network": network, "optimizer": optimizer, "step": self.step}, part)
        part.replace(self.checkpoint)

    def write(self, out: Path) -> dict[str, object]:
        """Writes the weights; what their card says."""
        out.parent.mkdir(parents=True, exist_ok=True)
        part = out.with_suffix(".part")
        state = self.network.state_dict()
        save_file({name: state[name].contiguous() for name in state}, part)
        part.replace(out)
        data = self.data
        return {
            "metric": OWNER,
            "sha256": sha256(out.read_bytes()).hexdigest(),
            "plan": asdict(self.plan),
            "images": len(data.opinions),
            "scenes": len(data.scenes),
            "pristine": len(data.pristine),
            "data_sha256": data.digest,
            "held_out": {"scenes": data.held_scenes, **_rounded(self.figures())},
        }


def train(
    data: Data, plan: UnpairedPlan, folder: Path, every: int = 500
) -> Iterator[UnpairedTraining]:
    """The training after every so many steps, and at its end; it goes on where an earlier run stopped."""
    training = UnpairedTraining(data, plan, folder)
    while training.step < plan.steps:
        training.advance()
        if training.step % every == 0 and training.step < plan.steps:
            training.save()
            yield training
    training.save()
    yield training


def _rounded(figures: Figures) -> dict[str, float]:
    return {
        "srcc": round(figures.srcc, 4),
        "plcc": round(figures.plcc, 4),
        "images": figures.images,
    }
