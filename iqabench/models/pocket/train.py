"""The training of `pocket` on a folder of photographs.

    python -m iqabench.models.pocket.train --photos DIR --out pocket_x4.safetensors

A second run continues from the last checkpoint. The published weights came from these photographs of
Debian 12 (`apt-get download PACKAGE`, `dpkg-deb -x`), copied by name into one folder; drawings and
rendered images of the same packages were left out. No test set was used, in training or in choosing:
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

from pathlib import Path

import click
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.func import functional_call

from iqabench.atomic import replacing
from iqabench.models.pocket.network import Pocket
from iqabench.training.loop import Training
from iqabench.training.losses import MeanAbsolute
from iqabench.training.patches import SCALE
from iqabench.training.photographs import photographs
from iqabench.training.plan import Plan

PATH: click.Path = click.Path(path_type=Path)


class ExpandedPocket(nn.Module):
    """A Pocket in which every 3x3 kernel is a product: wide 3x3 kernels mixed by a 1x1 one.

    The product is a 3x3 kernel again, so collapsing approximates nothing; the many factors only change the
    path that Adam takes. Square layers add the identity.

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
        """Return the state of the plain network."""
        state: dict[str, Tensor] = {}
        for name, wide, mix, bias in zip(self.names, self.wide, self.mix, self.bias, strict=True):
            kernel = (mix @ wide).view(len(mix), -1, 3, 3)
            if kernel.shape[0] == kernel.shape[1]:
                kernel = kernel + nn.init.dirac_(torch.empty_like(kernel))
            state |= {f"{name}.weight": kernel, f"{name}.bias": bias}
        return state

    def forward(self, x: Tensor) -> Tensor:
        """Return the output of the collapsed network (see `Pocket.forward`)."""
        output: Tensor = functional_call(self.network, self.collapse(), (x,))
        return output


def training_of(plan: Plan, work: Path) -> Training:
    """Return the training of a new `pocket` with this plan, or of the one whose checkpoint is in `work`."""
    torch.manual_seed(plan.seed)
    return Training(ExpandedPocket(Pocket(SCALE)), MeanAbsolute(), plan, work)


def write(network: ExpandedPocket, out: Path) -> None:
    """Write the collapsed weights in half precision."""
    weights = {k: v.detach().half().contiguous() for k, v in network.collapse().items()}
    with replacing(out) as part:
        save_file(weights, part)


@click.command()
@click.option("--photos", type=PATH, required=True, help="A folder of photographs.")
@click.option("--out", type=PATH, required=True, help="The weights to write.")
@click.option(
    "--work", type=PATH, help="Folder of patches and checkpoints.  [default: beside --out]"
)
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
    """Train `pocket` on the photographs in a folder; continue where an earlier run stopped."""
    work = work or out.with_suffix(".work")
    learned, held = photographs(photos).patches(work, per_copy=per_copy, seed=seed)
    click.echo(f"{len(learned)} patches to learn from, {len(held)} held out")
    plan = Plan(steps, seed, save_every)
    training = training_of(plan, work)
    network = training.module
    assert isinstance(network, ExpandedPocket)
    training.run(learned, held, after=lambda: write(network, out))


if __name__ == "__main__":
    main()
