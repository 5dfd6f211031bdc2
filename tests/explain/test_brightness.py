"""A figure of outputs that were matched to the brightness of their targets is known as such."""

from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from iqabench.explain import explain, in_words, parse_claim, told
from iqabench.explain.brightness import MATCHES
from iqabench.explain.named import whole_protocols
from iqabench.images import Case, quantise, write_image
from iqabench.metrics import column
from iqabench.metrics.core.column import scores
from iqabench.protocol import Brightness
from iqabench.run import targets_of_folder

from .conftest import Pairs

NAMES = {
    "lol-gtmean": "matched in brightness",
    "lol-gtmean-rounded": "matched in brightness, luma rounded",
}


def dark(pairs: Pairs) -> Pairs:
    """Return outputs at 55 to 75 % of their brightness."""
    return [(quantise(o * (0.55 + 0.1 * at)), t) for at, (o, t) in enumerate(pairs)]


@pytest.mark.parametrize("protocol", NAMES)
def test_a_match_of_brightness_is_named(tmp_path: Path, restored: Pairs, protocol: str) -> None:
    columns = [column(f"psnr@{protocol}"), column(f"ssim@{protocol}")]
    figures = []
    for at, (output, target) in enumerate(dark(restored)):
        for folder, pixels in (("out", output), ("target", target)):
            (tmp_path / folder).mkdir(exist_ok=True)
            write_image(tmp_path / folder / f"{at}.png", pixels)
        figures.append(scores(columns, Case(output, target, 1)))
    psnr, ssim = np.mean(figures, axis=0)
    targets = targets_of_folder(tmp_path / "target", 1)
    result = explain(tmp_path / "out", targets, parse_claim(f"{psnr:.4f}/{ssim:.4f}"))
    first = told(result)[0].reading
    assert (first.channels, first.region) == ("RGB", "none")
    assert first.files.startswith("matched in brightness")
    assert NAMES[protocol] in {a.reading.files for a in told(result)}
    assert f"protocol {protocol}" in "\n".join(in_words(result))


def test_every_match_of_a_protocol_is_tried() -> None:
    of_protocols = {one.brightness for one in whole_protocols()}
    assert {*MATCHES.values(), *of_protocols, "none"} == set(get_args(Brightness))
