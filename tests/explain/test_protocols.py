"""Every protocol is known by its name: by its habits, or computed as a whole."""

from pathlib import Path

import numpy as np
import pytest

from iqabench.errors import UnknownNameError, UsageError
from iqabench.explain import Explanation, explain, in_words, parse_claim, told
from iqabench.explain.brightness import MATCHES, matched
from iqabench.explain.figures import pixels_of, psnr_figures
from iqabench.explain.named import expressed_protocols, whole_protocols
from iqabench.explain.pair_errors import pair_errors
from iqabench.explain.reading import readings, usual_reading
from iqabench.explain.similarity import PairSimilarities
from iqabench.explain.similarity_ways import OTHERS
from iqabench.images import Case, Image, write_image
from iqabench.metrics import column, scores
from iqabench.run import Targets, targets_of_folder

from .conftest import Pairs

SCALE = 4


@pytest.fixture(scope="module")
def pair(restored: Pairs) -> tuple[Image, Image]:
    """Return an output and its target with sides that are no multiples of 16."""
    output, target = restored[0]
    return output[:150, :203], target[:150, :203]


@pytest.mark.parametrize("name", expressed_protocols())
def test_the_habits_of_a_protocol_give_its_figures(name: str, pair: tuple[Image, Image]) -> None:
    reading = usual_reading(name)
    kind = MATCHES.get(reading.files)
    [(output, target)] = matched(lambda: iter([pair]), kind)() if kind else [pair]
    [figure] = psnr_figures([reading], [pair_errors(output, target, SCALE)])
    pixels = OTHERS.get(reading.ssim_of) or pixels_of(reading, grey=False)
    similar = PairSimilarities(output, target, SCALE).values(*pixels, [reading.window])
    expected = scores([column(f"{m}@{name}") for m in ("psnr", "ssim")], Case(*pair, SCALE))
    found = [figure.psnr, similar[(*pixels, reading.window, "255")]]
    assert found == pytest.approx(expected, abs=2e-6)


def test_protocols_of_papers_are_all_known() -> None:
    known = {*expressed_protocols(), *(one.name for one in whole_protocols())}
    assert {"real-sr", "rain13k-y", "prenet-y", "matlab-rgb3d", "sidd", "lol-gtmean"} <= known
    assert {"realblur-aligned", "lol-gtmean-swapped"} <= known
    assert not {"lr", "model", "image", "grey", "bands-11"} & known


def test_departures_are_told_from_the_protocol_of_the_papers() -> None:
    first, *others = readings("rain13k-y")
    assert not first.departures()
    rgb = next(r for r in others if [n for n, _ in r.departures()] == ["channels: RGB"])
    assert rgb.cost == 1
    assert "protocol rain13k-y says: luma is rounded" in rgb.departures()[0][1]
    assert "rgb" in [p.name for p in rgb.protocols(with_ssim=False)]


@pytest.fixture
def folder(tmp_path: Path, restored: Pairs) -> tuple[Path, Targets]:
    for name, images in zip(("out", "target"), zip(*restored[:2], strict=True), strict=True):
        (tmp_path / name).mkdir()
        for at, image in enumerate(images):
            write_image(tmp_path / name / f"{at}.png", image[:160, :180])
    return tmp_path / "out", targets_of_folder(tmp_path / "target", 1)


def explained(folder: tuple[Path, Targets], name: str, home: str) -> Explanation:
    """Return the explanation of a figure that was computed under a protocol, as a paper prints it."""
    outputs, targets = folder
    assert targets.target is not None
    columns = [column(f"{metric}@{name}") for metric in ("psnr", "ssim")]
    pairs = [(targets_of_folder(outputs, 1).target, targets.target)] * len(targets.names)
    figures = [
        scores(columns, Case(o(sample), t(sample), 1))
        for sample, (o, t) in zip(targets.names, pairs, strict=True)
        if o is not None
    ]
    psnr, ssim = np.mean(figures, axis=0)
    return explain(outputs, targets, parse_claim(f"{psnr:.2f}/{ssim:.4f}"), home=home)


@pytest.mark.parametrize(
    ("name", "home"),
    [("matlab-rgb3d", "rain13k-y"), ("real-sr", "rain13k-y"), ("cdd11", "real-sr")],
)
def test_a_claim_of_another_protocol_is_named(
    name: str, home: str, folder: tuple[Path, Targets]
) -> None:
    result = explained(folder, name, home)
    first = told(result)[0].reading
    assert name in [p.name for p in first.protocols(with_ssim=True)]
    assert f"psnr@{name}" in "\n".join(in_words(result))


def test_a_claim_of_the_papers_protocol_agrees(folder: tuple[Path, Targets]) -> None:
    lines = in_words(explained(folder, "dehaze-rgb", "dehaze-rgb"))
    assert "protocol dehaze-rgb" in lines[0]
    assert lines[1] == "This is the claimed figure; there is nothing to explain."


def test_a_protocol_of_ones_own_is_known_without_code(
    folder: tuple[Path, Targets], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own.yaml").write_text(
        "- {name: own-rgb, version: 1, summary: A rare window., source: mine, channels: rgb, "
        "ssim: {window: uniform, padding: replicate}}\n"
    )
    monkeypatch.setenv("IQABENCH_PROTOCOLS", str(tmp_path / "own.yaml"))
    result = explained(folder, "own-rgb", "rgb")
    assert [a.reading.protocol for a in told(result)] == ["own-rgb"]
    assert "This is protocol own-rgb: compare by psnr@own-rgb and ssim@own-rgb" in "\n".join(
        in_words(result)
    )


@pytest.mark.parametrize(
    ("home", "error", "message"),
    [
        ("lr", UsageError, "compares something else than 8-bit outputs with their targets"),
        ("rain", UnknownNameError, "Did you mean 'rain13k-y'"),
    ],
)
def test_protocols_that_no_claim_can_be_of_are_refused(
    home: str, error: type[Exception], message: str, folder: tuple[Path, Targets]
) -> None:
    with pytest.raises(error, match=message):
        explain(*folder, parse_claim("30"), home=home)
