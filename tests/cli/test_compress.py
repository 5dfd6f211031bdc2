"""`iqabench compress`: from the shell to a card, and what is refused."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
import yaml

from .conftest import Call

torch.set_num_threads(1)
QUICK = (
    "--steps",
    2,
    "--batch",
    2,
    "--patch",
    20,
    "--per-copy",
    2,
    "--save-every",
    1,
    "--device",
    "cpu",
)
SMALL = ("--student", "pocket", "--arguments", "features=4,depth=1")


@pytest.fixture(autouse=True)
def _here(in_tmp: Path) -> None:
    """Every command runs in an empty folder."""


def test_distilling_writes_a_card_with_figures(call: Call, photos: Path) -> None:
    words = ("compress", "distill", "--teacher", "pocket", *SMALL, "--photos", photos, *QUICK)
    done = call(*words, "--out", "small", "--no-timing", "--json")
    assert done.status == 0, done.err
    assert "step 2/2" in done.err
    rows = {row["figure"]: row for row in done.rows}
    assert rows["params@all"]["before"] == 47544
    assert rows["params@all"]["after"] == 2036
    assert rows["params@all"]["ratio"] == pytest.approx(2036 / 47544)
    (member,) = yaml.safe_load(Path("small/card.yaml").read_text())["members"]
    variant = member["variant"]
    assert variant["figures"]["after"]["params@all"] == 2036
    assert variant["figures"]["before"]["psnr@sr-y on demo"] == pytest.approx(30.8275, abs=1e-3)
    assert variant["made"]["command"].startswith("iqabench compress distill --teacher pocket")
    run = call("run", "--model", "./small", "--set", "demo", "--limit", 1, "--json")
    assert run.status == 0, run.err
    again = call(*words, "--out", "small")
    assert again.status == 1
    assert "exists already" in again.err


def test_a_folder_of_variants_gives_them_names(
    call: Call, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("compress", "distill", "--loss", "none", *SMALL, "--photos", photos, *QUICK)
    done = call(*words, "--out", "mine/alone", "--name", "pocket@alone", "--no-timing")
    assert done.status == 0, done.err
    code = (
        "from iqabench.models.core.load import load_model; m = load_model('pocket@alone');"
        "print(m.card.variant.parent, m.card.params)"
    )
    monkeypatch.setenv("IQABENCH_MODELS", "mine")
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert said.stdout.split() == ["pocket", "2036"], said.stderr


def test_collapsing_what_cannot_be(call: Call, photos: Path) -> None:
    done = call("compress", "collapse", "--model", "pocket", "--out", "c")
    assert (done.status, "nothing to fold" in done.err) == (1, True)
    done = call("compress", "collapse", "--model", "pocket", "--expand", "sesr", "--out", "c")
    assert (done.status, "go together" in done.err) == (2, True)
    assert not Path("c").exists()


def test_collapsing_tells_what_was_folded_and_what_was_left(call: Call) -> None:
    Path("chained_of_mine.py").write_text(
        "import torch\nfrom torch import nn\n"
        "def make():\n"
        "    torch.manual_seed(0)\n"
        "    return nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), nn.Conv2d(16, 12, 1), nn.ReLU(),\n"
        "        nn.Conv2d(12, 12, 1), nn.Conv2d(12, 12, 3, padding=1), nn.PixelShuffle(2))\n"
    )
    words = ("compress", "collapse", "--model", "chained_of_mine:make", "--out", "c", "--no-timing")
    done = call(*words, "--json")
    assert done.status == 0, done.err
    assert "chain: 0, 1 -> 0" in done.err
    assert "left: 3, 4: the second pads with zeros" in done.err
    rows = {row["figure"]: row for row in done.rows}
    assert (
        rows["params@all"]["before"] - rows["params@all"]["after"] == (16 * 28 + 12 * 17) - 12 * 28
    )
    assert rows["psnr@sr-y on demo"]["before"] == pytest.approx(rows["psnr@sr-y on demo"]["after"])


def test_wrong_usage(call: Call, photos: Path) -> None:
    words = ("compress", "distill", *SMALL, "--photos", photos, *QUICK, "--out", "d")
    done = call(*words)
    assert (done.status, "needs a --teacher" in done.err) == (2, True)
    done = call(*words, "--teacher", "rlfn_x2")
    assert done.status == 1
    assert "x2" in done.err
    done = call(*words, "--teacher", "pocket", "--rate", "0")
    assert (done.status, "the rate is 0.0" in done.err) == (2, True)
    done = call(
        "compress", "distill", *SMALL, "--photos", "nowhere", "--loss", "none", "--out", "d"
    )
    assert (done.status, "nowhere does not exist" in done.err) == (1, True)
    assert not Path("d").exists()


def test_help_is_quick_and_names_every_way(call: Call) -> None:
    said = call("compress", "--help").out
    for way in ("prune", "distill", "quantize", "collapse"):
        assert way in said
    code = (
        "import sys\nfrom iqabench.cli.main import main\nsys.argv = ['iqabench', 'compress', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\nassert 'torch' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("way", ["distill", "collapse"])
def test_help_of_each_way_fits(call: Call, way: str) -> None:
    said = call("compress", way, "--help").out
    assert "--photos" in said
    assert max(len(line) for line in said.splitlines()) <= 95
