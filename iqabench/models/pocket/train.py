"""Trains `pocket` on a folder of photographs and writes its weights.

    python -m iqabench.models.pocket.train --photos DIR --out pocket_x4.safetensors

Run it again and it goes on from its last checkpoint. The published weights came from these photographs
of Debian 12 (`apt-get download PACKAGE`, `dpkg-deb -x`), copied by name into one folder; drawings and
rendered images of the same packages were left out. No test set was seen, in training or in choosing:
every ninth photograph is held out, and the last weights are the published ones. (DarkestHour is too
flat to give a patch.) On one shared CPU core the 16,000 steps took 36 minutes; the held-out patches end
at 34.73 dB, where bicubic has 32.26.

lomiri-wallpapers-16.04 (CC-BY-4.0, CC-BY-SA-4.0, CC0-1.0): Bridge, Dragonfly, Picture_0B, Picture_1A,
    Wine, aitzgorri, analogpattern, free, friends, greentock, life, picosdeeuropa, seeding, sunset
lomiri-wallpapers-20.04 (CC-BY-SA-3.0): Kleiber
mate-backgrounds (GPL-2+), nature: Aqua, Blinds, Dune, FreshFlower, Garden, GreenMeadow, LadyBird,
    RainDrops, Storm, TwoWings, Wood, YellowFlower
plasma-workspace-wallpapers (GPL-2+), NAME/contents/images/2560x1600.jpg copied as NAME.jpg: Autumn,
    BytheWater, ColdRipple, ColorfulCups, DarkestHour, EveningGlow, FallenLeaf, Grey, Kite,
    OneStandsOut, Path, summer_1am
lxqt-themes (LGPL-2.1+): Valendas, after-the-rain, appleflower, beam, butterfly, cloud, drop, flowers,
    fog, this-is-not-windows
palapeli-data (GPL-2+): castle-maintenon, cincinnati-bridge, citrus-fruits, european-honey-bee,
    panther-chameleon-female
"""

import time
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import l1_loss

from iqabench.models.pocket.network import Pocket
from iqabench.training.patches import SCALE, Patches, batch, prepare, split, tensors

PATH: click.Path = click.Path(path_type=Path)


@dataclass(frozen=True)
class Plan:
    """How long and how fast to learn."""

    steps: int = 16000
    seed: int = 0
    save_every: int = 500
    batch: int = 16
    rate: float = 1e-3
    """Of Adam, after `warm_up` steps; falls to 0 along a cosine."""
    warm_up: int = 200
    coarse: float = 0.9
    """The part of the steps that runs in bfloat16, twice as fast; the last ones are exact."""

    def rate_at(self, step: int) -> float:
        """The learning rate of a step."""
        cosine = (1 + float(np.cos(np.pi * step / self.steps))) / 2
        return self.rate * cosine * min(1.0, (step + 1) / self.warm_up)


class Expanded(nn.Module):
    """A Pocket whose every 3x3 kernel is a product: wide 3x3 kernels mixed by a 1x1 one.

    The product is a 3x3 kernel again, so nothing is approximated when it is collapsed; the many factors
    only change the path that Adam takes. Square layers add the identity.

    Source: Bhardwaj et al., Collapsible Linear Blocks, MLSys 2022, arXiv:2103.09404
    """

    def __init__(self, network: Pocket, wide: int = 128) -> None:
        super().__init__()
        self.network = network.requires_grad_(False)
        self.names = [n.removesuffix(".weight") for n in network.state_dict() if "weight" in n]
        shapes = [network.get_parameter(f"{name}.weight").shape for name in self.names]
        self.wide = nn.ParameterList(
            torch.randn(wide, 9 * i) / (9 * i) ** 0.5 for _, i, *_ in shapes
        )
        self.mix = nn.ParameterList(torch.randn(o, wide) / (2 * wide) ** 0.5 for o, *_ in shapes)
        self.bias = nn.ParameterList(torch.zeros(o) for o, *_ in shapes)
        self.mix[-1].data *= 0.1  # begins near the enlargement; else the first steps kill the ReLUs

    def collapse(self) -> dict[str, Tensor]:
        """The state of the plain network."""
        state: dict[str, Tensor] = {}
        for name, wide, mix, bias in zip(self.names, self.wide, self.mix, self.bias, strict=True):
            kernel = (mix @ wide).view(len(mix), -1, 3, 3)
            if kernel.shape[0] == kernel.shape[1]:
                kernel = kernel + nn.init.dirac_(torch.empty_like(kernel))
            state |= {f"{name}.weight": kernel, f"{name}.bias": bias}
        return state

    def forward(self, x: Tensor) -> Tensor:
        """What the collapsed network gives; see `Pocket.forward`."""
        output: Tensor = functional_call(self.network, self.collapse(), (x,))
        return output


class Training:
    """A network, its optimizer and the step they have reached, kept in a folder."""

    def __init__(self, plan: Plan, work: Path, out: Path) -> None:
        torch.manual_seed(plan.seed)
        self.plan, self.out, self.checkpoint, self.step = plan, out, work / "checkpoint.pt", 0
        self.model = Expanded(Pocket(SCALE))
        learned = [p for p in self.model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.Adam(learned, betas=(0.9, 0.99))
        if self.checkpoint.exists():
            saved = torch.load(self.checkpoint, weights_only=True)
            self.model.load_state_dict(saved["model"])
            self.optimizer.load_state_dict(saved["optimizer"])
            self.step = int(saved["step"])

    def advance(self, patches: Patches) -> float:
        """Takes one step; the mean absolute error before it, in 0..255."""
        plan = self.plan
        self.optimizer.param_groups[0]["lr"] = plan.rate_at(self.step)
        inputs, targets = batch(patches, plan.batch, plan.seed, self.step)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.step < plan.coarse * plan.steps):
            outputs = self.model(inputs)
        loss = l1_loss(outputs.float(), targets)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch has no annotation here
        self.optimizer.step()
        self.step += 1
        return 255 * loss.item()

    def save(self) -> None:
        """A checkpoint to go on from, and the collapsed weights in half precision."""
        model, optimizer = self.model.state_dict(), self.optimizer.state_dict()
        part = self.checkpoint.with_suffix(".part")
        torch.save({"model": model, "optimizer": optimizer, "step": self.step}, part)
        part.replace(self.checkpoint)
        weights = {k: v.detach().half().contiguous() for k, v in self.model.collapse().items()}
        part = self.out.with_suffix(".part")
        save_file(weights, part)
        part.replace(self.out)


@torch.inference_mode()
def validate(model: nn.Module, patches: Patches) -> float:
    """Mean PSNR of the luma of 8-bit outputs, each patch shaved by the scale, as `sr-y` does it."""
    weights = torch.tensor([65.481, 128.553, 24.966]).view(3, 1, 1) / 255
    values = []
    for at in range(0, len(patches), 64):
        inputs, targets = tensors(patches[at : at + 64])
        outputs = (model(inputs) * 255).round().clamp(0, 255)
        luma = ((outputs - targets * 255) * weights).sum(1)
        error = luma[:, SCALE:-SCALE, SCALE:-SCALE].square().mean((1, 2))
        values.append(20 * np.log10(255) - 10 * error.log10())
    return float(torch.cat(values).mean())


@click.command()
@click.option("--photos", type=PATH, required=True, help="A folder of photographs.")
@click.option("--out", type=PATH, required=True, help="The weights to write.")
@click.option("--work", type=PATH, help="A folder for patches and checkpoints; else beside --out.")
@click.option("--steps", default=Plan.steps, show_default=True)
@click.option("--seed", default=Plan.seed, show_default=True)
@click.option("--save-every", default=Plan.save_every, show_default=True, help="Steps.")
@click.option("--per-copy", default=80, show_default=True, help="Patches tried per size.")
def main(
    photos: Path,
    out: Path,
    work: Path | None,
    steps: int,
    seed: int,
    save_every: int,
    per_copy: int,
) -> None:
    """Train `pocket` on the photographs in a folder; go on where an earlier run stopped."""
    work = work or out.with_suffix(".work")
    work.mkdir(parents=True, exist_ok=True)
    learned, held = split(photos)
    train = prepare(learned, work / "train.patches", per_copy, seed)
    check = prepare(held, work / "held_out.patches", max(1, per_copy // 4), seed)
    click.echo(f"{len(train)} patches to learn from, {len(check)} held out")
    training = Training(Plan(steps, seed, save_every), work, out)
    began, errors = time.monotonic(), []
    while training.step < steps:
        errors.append(training.advance(train))
        if training.step % save_every == 0 or training.step == steps:
            training.save()
            click.echo(
                f"step {training.step}/{steps}, mean error {np.mean(errors[-save_every:]):.4f}, "
                f"held out {validate(training.model, check):.3f} dB, {time.monotonic() - began:.0f} s"
            )


if __name__ == "__main__":
    main()
