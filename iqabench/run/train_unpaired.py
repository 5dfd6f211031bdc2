"""Trains unpaired_iqa on a set of opinions and writes its weights.

    python -m iqabench.run.train_unpaired --opinions tid2013 --from FOLDER

Run it again and it goes on where it stopped. What it writes belongs to you and to the set's terms; nothing
that was trained on other people's opinions comes with iqabench.
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


def rated(opinions: Opinions) -> list[Rated]:
    """The samples as the training takes them: higher is better, and a scene is what was damaged."""
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


def pristine(opinions: Opinions, folder: Path | None) -> list[PristineImage]:
    """The images of a folder, else the references of the set.

    Raises: UsageError when there is neither.
    """
    known = {sample.reference for sample in opinions.samples if sample.reference}
    paths = image_files(folder) if folder else sorted(known)
    if not paths:
        raise UsageError(
            f"{opinions.facts.title} has no pristine images; name a folder of some with --pristine DIR."
        )
    return [PristineImage(_loader(path), str(path), _identity(path)) for path in paths]


def _loader(path: Path) -> Callable[[], Image]:
    return partial(_view, path)


def _view(path: Path) -> Image:
    return view_output(protocol("rgb"), read_image(path), 1).output


def _identity(path: Path) -> str:
    """Changes with the file."""
    said = path.stat()
    return f"{path} {said.st_size} {said.st_mtime_ns}"


@click.command()
@click.option("--opinions", "name", required=True, help="A set of opinions: tid2013, kadid10k ...")
@click.option("--from", "folder", type=PATH, help="Its folder.")
@click.option(
    "--pristine", "pool", type=PATH, help="PristineImage images; else the set's references."
)
@click.option(
    "--out", type=PATH, help="The weights to write; else where the metric looks for them."
)
@click.option("--work", type=PATH, help="A folder for checkpoints; else beside --out.")
@click.option("--device", default="cpu", show_default=True, help="Where AlexNet runs.")
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
    """Train unpaired_iqa on opinions; go on where an earlier run stopped."""
    try:
        out = out or weights_path()
        work = work or out.with_suffix(".work")
        opinions = read_opinions(name, folder)
        data = Data(rated(opinions), pristine(opinions, pool), work, progress=_tell, device=device)
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


def _tell(done: int, whole: int) -> None:
    if done % 100 == 0 or done == whole:
        click.echo(f"{done} of {whole} images described")


if __name__ == "__main__":
    main()
