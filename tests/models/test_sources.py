"""The hash of a model that the user brings covers everything that decides its pixels: one test per member."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from iqabench.models.core.catalogue import card_of
from iqabench.models.core.load import load_card, load_model
from iqabench.models.core.restore import restore
from iqabench.models.sources.imports import imported_files
from iqabench.models.sources.onnx_data import external_files

FACTORY = """
import json
from pathlib import Path
from torch import nn
from parts_of_mine.blocks import Block
OPTIONS = json.loads(Path("options_of_mine.json").read_text())
def make():
    import late_of_mine
    return nn.Sequential(Block(), nn.Upsample(scale_factor=late_of_mine.SCALE, mode=OPTIONS["mode"]))
"""
BLOCK = """
import torch
from torch import nn
from . import gain
class Block(nn.Module):
    def forward(self, x):
        return x * gain.GAIN + LUT
import numpy as np
LUT = float(np.load("table_of_mine.npy")[0])
"""
IMAGE = np.full((6, 6, 3), 100, dtype=np.uint8)
FILES = {
    "net_of_sources.py": FACTORY,
    "parts_of_mine/__init__.py": "",
    "parts_of_mine/blocks.py": BLOCK,
    "parts_of_mine/gain.py": "GAIN = 0.5\n",
    "late_of_mine.py": "SCALE = 2\n",
    "options_of_mine.json": '{"mode": "nearest"}',
}

Edit = Callable[[Path], object]


@pytest.fixture
def project(in_tmp: Path) -> Path:
    """A folder with a factory, what it imports and what it reads."""
    for name, text in FILES.items():
        (in_tmp / name).parent.mkdir(exist_ok=True)
        (in_tmp / name).write_text(text)
    np.save(in_tmp / "table_of_mine.npy", np.zeros(2))
    (in_tmp / "unrelated.py").write_text("")
    (in_tmp / "unrelated.json").write_text("{}")
    return in_tmp


def pixel() -> float:
    model = load_model("net_of_sources:make")
    return float(restore(model, IMAGE).image[0, 0, 0])


@pytest.mark.parametrize(
    ("name", "old", "new", "value"),
    [
        ("net_of_sources.py", "return nn.Seq", "return  nn.Seq", 50),
        ("parts_of_mine/gain.py", "0.5", "0.8", 80),
        ("parts_of_mine/blocks.py", "+ LUT", "+ 0.2", 101),
        ("parts_of_mine/__init__.py", "", "# a note", 50),
        ("late_of_mine.py", "2", "3", 50),
        ("options_of_mine.json", "nearest", "bicubic", 50),
    ],
)
def test_an_edit_of_what_a_factory_runs_or_reads_is_run_and_changes_the_hash(
    project: Path, name: str, old: str, new: str, value: float
) -> None:
    before = load_model("net_of_sources:make").hash
    assert load_model("net_of_sources:make").hash == before
    (project / name).write_text((project / name).read_text().replace(old, new, 1))
    assert load_model("net_of_sources:make").hash != before
    assert pixel() == pytest.approx(value, abs=1.5)
    (project / name).write_text(FILES[name])
    assert load_model("net_of_sources:make").hash == before
    assert pixel() == pytest.approx(50, abs=1e-3)


def test_data_that_the_code_of_a_factory_reads_changes_the_hash(project: Path) -> None:
    before = load_model("net_of_sources:make").hash
    np.save(project / "table_of_mine.npy", np.ones(2))
    assert load_model("net_of_sources:make").hash != before


def test_what_a_factory_does_not_use_leaves_the_hash_as_it_is(project: Path) -> None:
    before = load_model("net_of_sources:make").hash
    (project / "unrelated.py").write_text("# edited")
    (project / "unrelated.json").write_text("[]")
    os.utime(project / "late_of_mine.py")
    assert load_model("net_of_sources:make").hash == before
    assert not list(project.rglob("__pycache__"))


def test_a_folder_may_be_moved(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = load_model("net_of_sources:make").hash
    moved = project.rename(project.with_name("moved"))
    monkeypatch.chdir(moved)
    assert load_model("net_of_sources:make").hash == before


def test_names_that_are_computed_stand_for_all_modules_beside_them(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("import importlib\nimportlib.import_module('arch_' + 'a')")
    (tmp_path / "arch_a.py").write_text("")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "__init__.py").write_text("")
    files = imported_files(tmp_path / "main.py", "main").values()
    assert {path.name for path in files} == {"main.py", "arch_a.py", "__init__.py"}


def test_code_that_cannot_be_parsed_and_circles_are_no_trouble(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "import b, nowhere.at_all, c\nfrom . import x\nfrom .... import d"
    )
    (tmp_path / "b.py").write_text("import a\nopen('x' * 5000 + '.npy')\nopen('a\\0.npy')")
    (tmp_path / "c.py").write_text("this is no Python")
    files = imported_files(tmp_path / "a.py", "a").values()
    assert {path.name for path in files} == {"a.py", "b.py", "c.py"}


CARD = """
family: mine
title: Mine
licence: none stated
network: Net
arguments: {mode: nearest, table: table.bin}
members: [{id: mine, scale: 2, params: 0}]
"""
NETWORK = """
from pathlib import Path
from torch import nn
def Net(scale, mode, table):
    Path(__file__).with_name("read.json").read_text()
    return nn.Upsample(scale_factor=scale, mode=mode)
"""


@pytest.fixture
def family(tmp_path: Path) -> Path:
    """A folder with a card, a network without weights, and files that these name or read."""
    folder = tmp_path / "mine"
    folder.mkdir()
    for name, text in (
        ("card.yaml", CARD),
        ("network.py", NETWORK),
        ("table.bin", "1"),
        ("read.json", "1"),
    ):
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("network.py", "return nn", "return  nn"),
        ("card.yaml", "mode: nearest", "mode: bicubic"),
        ("card.yaml", "network: Net", "network: Net\nsize_multiple: 4"),
        ("table.bin", "1", "2"),
        ("read.json", "1", "2"),
    ],
)
def test_an_edit_of_what_a_card_decides_changes_the_hash(
    family: Path, name: str, old: str, new: str
) -> None:
    before = load_model(str(family), trust=True).hash
    assert before.startswith("none:mine_x2:1:")
    assert load_model(str(family), trust=True).hash == before
    (family / name).write_text((family / name).read_text().replace(old, new, 1))
    assert load_model(str(family), trust=True).hash != before


def test_an_edited_network_beside_a_card_is_run(family: Path) -> None:
    image = np.random.default_rng(0).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    first = restore(load_model(str(family), trust=True), image).image
    code = NETWORK.replace("mode=mode", "mode='bicubic'")
    (family / "network.py").write_text(code)
    assert not np.array_equal(restore(load_model(str(family), trust=True), image).image, first)


def test_a_card_with_weights_covers_its_network_and_one_of_ours_its_weights_only(
    family: Path,
) -> None:
    torch.save({"gain": torch.ones(1)}, family / "w.pth")
    (family / "network.py").write_text(
        "import torch\nfrom torch import nn\nclass Net(nn.Module):\n"
        "    def __init__(self, scale, mode, table):\n"
        "        super().__init__()\n        self.gain = nn.Parameter(torch.ones(1))\n"
        "    def forward(self, x): return nn.functional.interpolate(x, scale_factor=2)\n"
    )
    card = CARD.replace("params: 0}", "params: 1, weights: {file: w.pth, embedded: true}}")
    (family / "card.yaml").write_text(card)
    before = load_model(str(family), trust=True).hash
    with (family / "network.py").open("a") as file:
        file.write("# a note\n")
    assert load_model(str(family), trust=True).hash != before
    pocket = card_of("pocket")
    assert pocket.weights is not None
    assert load_card(pocket).hash == pocket.weights.sha256
    assert load_card(card_of("bicubic", 2)).hash == "none:bicubic_x2:1"


def test_the_external_data_of_an_onnx_model_is_part_of_its_hash(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    helper, kinds = onnx.helper, onnx.TensorProto
    gain = onnx.numpy_helper.from_array(np.full((1, 3, 1, 1), 0.5, np.float32), "gain")
    graph = helper.make_graph(
        [helper.make_node("Mul", ["x", "gain"], ["y"])],
        "gain",
        [helper.make_tensor_value_info("x", kinds.FLOAT, [1, 3, "h", "w"])],
        [helper.make_tensor_value_info("y", kinds.FLOAT, [1, 3, "h", "w"])],
        [gain],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    path = tmp_path / "gain.onnx"
    onnx.save(model, str(path), save_as_external_data=True, location="gain.data", size_threshold=0)
    assert list(external_files(path)) == ["gain.data"]
    before = load_model(str(path))
    assert restore(before, IMAGE).image[0, 0, 0] == pytest.approx(50)
    (tmp_path / "gain.data").write_bytes(np.full(3, 0.25, np.float32).tobytes())
    after = load_model(str(path))
    assert restore(after, IMAGE).image[0, 0, 0] == pytest.approx(25)
    assert after.hash != before.hash


def test_a_factory_of_an_installed_package_stands_for_its_version() -> None:
    assert "pathlib" in sys.modules
    assert json.dumps(load_model("torch.nn:Identity").hash)
