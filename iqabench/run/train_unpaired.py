"""The training of unpaired_iqa on a set of opinions: a command that writes its weights.

    python -m iqabench.run.train_unpaired --opinions tid2013 --from FOLDER

A second start continues where the first stopped. The weights are under the terms of the set of opinions;
iqabench comes with no weights that were trained on them.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import click
import yaml

from iqabench import __version__
from iqabench.errors import IqabenchError, UsageError
from iqabench.images import Image, read_image, view_output
from iqabench.images.read import image_files
from iqabench.metrics.networks.unpaired_data import Data, PristineImage, Rated
from iqabench.metrics.networks.unpaired_training import UnpairedPlan, train
from iqabench.metrics.networks.unpaired_weights import weights_path
from iqabench.opinions import Opinions, read_opinions
from iqabench.protocols import protocol

PATH: click.Path = click.Path(path_type=Path)


def rated_images(opinions: Opinions) -> list[Rated]:
    """Return the samples for the training: higher opinions are better, and the reference is the scene."""
    sign = 1.0 if opinions.facts.better == "higher" else -1.0
    return [
        Rated(
            _loader(sample.distorted),
            sign * sample.value,
            str(sample.reference or ""),
            _identity(sample.distorted),
        )
        for sample in opinions.samples
    ]


def pristine_images(opinions: Opinions, folder: Path | None) -> list[PristineImage]:
    """Return the images of a folder, else the references of the set.

    Raises: UsageError when there are none.
    """
    references = {sample.reference for sample in opinions.samples if sample.reference}
    paths = image_files(folder) if folder else sorted(references)
    if not paths:
        raise UsageError(
            f"{opinions.facts.title} has no pristine images; name a folder that has some with "
            "--pristine DIR."
        )
    return [PristineImage(_loader(path), str(path), _identity(path)) for path in paths]


def _loader(path: Path) -> Callable[[], Image]:
    return partial(_view, path)


def _view(path: Path) -> Image:
    return view_output(protocol("rgb"), read_image(path), 1).output


def _identity(path: Path) -> str:
    """Return a text that changes with the file: its path, size and time."""
    status = path.stat()
    return f"{path} {status.st_size} {status.st_mtime_ns}"


@click.command()
@click.option("--opinions", "name", required=True, help="A set of opinions: tid2013, kadid10k ...")
@click.option("--from", "folder", type=PATH, help="The folder of the set of opinions.")
@click.option(
    "--pristine",
    "pool",
    type=PATH,
    help="A folder of pristine images; by default the references of the set.",
)
@click.option(
    "--out",
    type=PATH,
    help="The file of weights to write; by default the one that the metric reads.",
)
@click.option("--work", type=PATH, help="A folder for checkpoints; by default beside --out.")
@click.option("--device", default="cpu", show_default=True, help="The device that runs AlexNet.")
@click.option("--steps", default=UnpairedPlan.steps, show_default=True)
@click.option("--seed", default=UnpairedPlan.seed, show_default=True)
def main(
    name: str,
    folder: Path | None,
    pool: Path | None,
    out: Path | None,
    work: Path | None,
    device: str,
    steps: int,
    seed: int,
) -> None:
    """Train unpaired_iqa on a set of opinions; continue where an earlier run stopped."""
    try:
        out = out or weights_path()
        work = work or out.with_suffix(".work")
        opinions = read_opinions(name, folder)
        data = Data(
            rated_images(opinions),
            pristine_images(opinions, pool),
            work,
            progress=_show_progress,
            device=device,
        )
        for training in train(data, UnpairedPlan(steps, seed), work):
            srcc, plcc, images = training.figures()
            click.echo(
                f"step {training.step}/{steps}: {images} held-out images, SRCC {srcc:.3f}, PLCC {plcc:.3f}"
            )
        card = {"opinions": name, "iqabench": __version__, **training.write(out)}
        out.with_suffix(".yaml").write_text(yaml.safe_dump(card, sort_keys=False), encoding="utf-8")
        click.echo(f"wrote {out} and {out.with_suffix('.yaml').name}")
    except IqabenchError as error:
        raise click.ClickException(str(error)) from error


def _show_progress(done: int, total: int) -> None:
    if done % 100 == 0 or done == total:
        click.echo(f"{done} of {total} images described")


if __name__ == "__main__":
    main()
