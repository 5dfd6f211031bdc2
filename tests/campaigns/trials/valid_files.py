"""Valid files of every kind that commands read; each maker prints the names of the files to damage."""

import io
import json
import pickle
import shutil
import subprocess
import sys
import warnings
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import h5py
import numpy as np
import onnx
import scipy.io
import torch
from onnx import TensorProto, helper, numpy_helper
from PIL import Image
from safetensors.torch import save_file
from torch import Tensor, nn

from iqabench.errors import IqabenchError
from iqabench.models.core.load import load_model
from iqabench.sets.archive import content_folder
from iqabench.store import Record, Store
from trials.inputs import folder_of_images, picture
from trials.trial import TRACE

_LEADERBOARDS = Path(__file__).parents[3] / "leaderboards"

IMAGE_ENDINGS = [
    "png", "16.png", "palette.png", "jpg", "webp", "bmp", "ppm", "pgm", "tif", "lzw.tif", "float.tif", "gif",
    "jp2", "avif",
]  # fmt: skip


def _printed(top: Path, files: Iterable[Path]) -> Sequence[Path]:
    names = [file.relative_to(top) for file in files]
    print("\n".join(str(name) for name in names))
    return names


def image(ending: str, top: Path) -> Sequence[Path]:
    """Make the outputs a to e, of which b is of this format."""
    folder_of_images(top, offset=50)
    (top / "b.png").unlink()
    pixels, file = picture(51), top / f"b.{ending.rpartition('.')[2]}"
    if ending == "16.png":
        Image.fromarray(np.asarray(pixels.convert("L")).astype(np.uint16) * 257).save(file)
    elif ending == "float.tif":
        Image.fromarray(np.asarray(pixels.convert("L")).astype(np.float32) / 255).save(file)
    elif ending == "palette.png":
        pixels.convert("P").save(file)
    elif ending == "lzw.tif":
        pixels.save(file, compression="tiff_lzw")
    elif ending == "pgm":
        pixels.convert("L").save(file)
    else:
        pixels.save(file)
    return _printed(top, [file])


def arrays(top: Path) -> Sequence[Path]:
    """Make outputs of which two are NumPy files; one holds a pickle that must not be loaded."""
    folder_of_images(top, offset=50)
    for name in "bcd":
        (top / f"{name}.png").unlink()
    pixels = np.asarray(picture(51))
    np.save(top / "b.npy", pixels)
    np.savez(top / "c.npz", pixels)
    np.save(top / "d.npy", np.array([Payload()], dtype=object), allow_pickle=True)
    return _printed(top, [top / "b.npy", top / "c.npz", top / "d.npy"])


class Payload:
    """An object whose unpickling leaves a trace."""

    def __reduce__(self) -> tuple[object, tuple[str, str]]:
        """Return the call that leaves the trace."""
        return open, (TRACE, "w")


def _state() -> dict[str, Tensor]:
    network = load_model("pocket", 4).module
    assert network is not None
    return {name: value.detach().clone() for name, value in network.state_dict().items()}


def state_dictionary(top: Path) -> Sequence[Path]:
    """Make the weights of the embedded network as torch saves them, plainly and in a wrapper."""
    torch.save(_state(), top / "plain.pth")
    torch.save({"params_ema": _state(), "step": 7}, top / "wrapped.pth")
    torch.save(_state(), top / "old.pth", _use_new_zipfile_serialization=False)
    return _printed(top, sorted(top.iterdir()))


def safetensors_file(top: Path) -> Sequence[Path]:
    """Make the weights of the embedded network as safetensors."""
    save_file({name: value.contiguous() for name, value in _state().items()}, top / "w.safetensors")
    return _printed(top, [top / "w.safetensors"])


def payload_pickle(top: Path) -> Sequence[Path]:
    """Make weights with a payload, as torch saves them and as plain pickles."""
    state = {**_state(), "payload": Payload()}
    torch.save(state, top / "new.pth")
    torch.save(state, top / "old.pth", _use_new_zipfile_serialization=False)
    (top / "plain.pth").write_bytes(pickle.dumps(state))
    return _printed(top, sorted(top.iterdir()))


def torch_script(top: Path) -> Sequence[Path]:
    """Make a traced network that enlarges by four."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        traced = torch.jit.trace(  # type: ignore[no-untyped-call]
            _small_network(), torch.rand(1, 3, 16, 16)
        )
        traced.save(str(top / "traced.pt"))
    return _printed(top, [top / "traced.pt"])


def exported_program(top: Path) -> Sequence[Path]:
    """Make an exported program, and one with a pickle among its sample inputs."""
    program = torch.export.export(_small_network(), (torch.rand(1, 3, 16, 16),))
    torch.export.save(program, top / "plain.pt2")
    with zipfile.ZipFile(top / "plain.pt2") as old, zipfile.ZipFile(top / "evil.pt2", "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if "sample_inputs" in name:
                buffer = io.BytesIO()
                torch.save(Payload(), buffer)
                data = buffer.getvalue()
            new.writestr(name, data)
    return _printed(top, [top / "plain.pt2", top / "evil.pt2"])


def onnx_file(top: Path) -> Sequence[Path]:
    """Make an ONNX network that enlarges by four, with weights in the file and beside it."""
    weights = np.random.default_rng(0).normal(0, 0.1, (48, 3, 3, 3)).astype(np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["input", "w"], ["features"], pads=[1, 1, 1, 1]),
            helper.make_node("DepthToSpace", ["features"], ["output"], blocksize=4, mode="CRD"),
        ],
        "network",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, None, None])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 3, None, None])],
        [numpy_helper.from_array(weights, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, top / "whole.onnx")
    onnx.save(
        model, top / "two.onnx", save_as_external_data=True, location="two.bin", size_threshold=0
    )
    return _printed(top, [top / "whole.onnx", top / "two.onnx"])


def _small_network() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 48, 3, padding=1), nn.PixelShuffle(4)).eval()


def matlab_file(top: Path) -> Sequence[Path]:
    """Make a network of MatConvNet in both formats of MATLAB."""
    rng = np.random.default_rng(0)
    sizes = [(3, 3, 1, 8), (3, 3, 8, 8), (3, 3, 8, 1)]
    layers = np.empty((1, 2 * len(sizes) - 1), dtype=object)
    for number, size in enumerate(sizes):
        filters, biases = (
            rng.normal(0, 0.1, size).astype(np.float32),
            np.zeros((size[-1], 1), np.float32),
        )
        cells = np.empty((1, 2), dtype=object)
        cells[0, 0], cells[0, 1] = filters, biases
        layers[0, 2 * number] = {"type": "conv", "weights": cells}
        if number < len(sizes) - 1:
            layers[0, 2 * number + 1] = {"type": "relu"}
    scipy.io.savemat(top / "v5.mat", {"net": {"layers": layers}}, do_compression=True)
    with h5py.File(top / "v73.mat", "w", userblock_size=512) as file:
        file.create_dataset("net/layers", data=np.zeros(4))
    return _printed(top, sorted(top.iterdir()))


def card(top: Path) -> Sequence[Path]:
    """Make the folder of a family of models with every usual field."""
    family = top / "mynet"
    family.mkdir()
    (family / "card.yaml").write_text(
        "family: mynet\ntitle: My network\nlicence: MIT\nsource: arXiv:0000.00000\nnetwork: MyNet\n"
        "training_sets: [div2k]\nnotes: None.\nmembers:\n"
        "  - {id: mynet, scale: 2, params: 0}\n"
        "  - id: mynet-x4\n    scale: 4\n    params: 0\n    weights:\n      file: w.pth\n"
        "      url: http://127.0.0.1:9/w.pth\n"
        f"      sha256: {'0' * 64}\n      bytes: 100\n"
    )
    (family / "network.py").write_text(
        "from torch import nn\n\ndef MyNet(scale):\n    return nn.Upsample(scale_factor=scale)\n"
    )
    return _printed(top, [family / "card.yaml"])


def board(top: Path) -> Sequence[Path]:
    """Make a folder of boards: a copy of a challenge with its published rows."""
    source = _LEADERBOARDS / "ntire2022-esr.yaml"
    (top / "mine.yaml").write_text(source.read_text())
    (top / "published").mkdir()
    shutil.copy2(_LEADERBOARDS / "published" / "ntire2022_esr.csv", top / "published")
    return _printed(top, [top / "mine.yaml", top / "published" / "ntire2022_esr.csv"])


def protocols(top: Path) -> Sequence[Path]:
    """Make a file of protocols."""
    (top / "mine.yaml").write_text(
        "- name: my-luma\n  version: 1\n  summary: BT.601 luma, shaved by four.\n  source: mine\n"
        "  channels: luma-studio\n  shave_pixels: 4\n"
        "- name: my-rgb\n  version: 2\n  summary: RGB.\n  source: mine\n  channels: rgb\n"
    )
    return _printed(top, [top / "mine.yaml"])


def _store(top: Path) -> None:
    base = Record(
        key="k", sample="a", column="psnr@sr-y", status="ok", value=30.0, error="", unit="dB",
        better="higher", metric="psnr", metric_version=1, protocol="sr-y", protocol_hash="p",
        task="sr", set="mine",
        set_hash="s", scale=4, level="x4", model="bicubic", model_hash="w", model_facts="{}",
        random_weights=False, precision="fp32", tile=0, tile_note="", device_class="cpu", device="cpu",
        restore_ms=1.5, run="r", versions="{}", time="2026-01-01T00:00:00.000Z",
    )  # fmt: skip
    for run in ("one", "two"):
        with Store(top).writer(run) as writer:
            records = [
                replace(base, key=run, sample=s, value=30.0 + n) for n, s in enumerate("abcde")
            ]
            writer.add(records)


def journal(top: Path) -> Sequence[Path]:
    """Make a store with the journal of a run that died."""
    _store(top)
    file = next((top / "records").glob("one.*"))
    with duckdb.connect() as connection:
        table = connection.execute(f"SELECT * FROM '{file}'")
        names = [column[0] for column in table.description or ()]
        rows = [dict(zip(names, row, strict=True)) for row in table.fetchall()]
    place = top / "records" / "dead.jsonl"
    place.write_text("".join(json.dumps({**row, "key": "dead"}) + "\n" for row in rows))
    return _printed(top, [place])


def parquet(top: Path) -> Sequence[Path]:
    """Make a store with a checked file, and one without checksum as older versions wrote it."""
    _store(top)
    file = next((top / "records").glob("two.*"))
    file.rename(file.with_name("two.parquet"))
    return _printed(top, sorted((top / "records").glob("*.parquet")))


def store_version(top: Path) -> Sequence[Path]:
    """Make a store."""
    _store(top)
    return _printed(top, [top / "store.json"])


def saved_outputs(top: Path) -> Sequence[Path]:
    """Make outputs that a run saved, with their origin."""
    run = [sys.executable, "-c", "from iqabench.cli.main import main; main()", "run"]
    rest = [
        "--model",
        "bicubic",
        "--set",
        "demo",
        "--limit",
        "1",
        "--save-outputs",
        str(top),
        "--store",
    ]
    with_store = [*run, *rest, str(top.with_name("store-of-saved"))]
    subprocess.run(with_store, check=True, capture_output=True)
    return _printed(top, top.rglob("run.json"))


def pairs(top: Path) -> Sequence[Path]:
    """Make outputs with other names than their targets, and the file that maps them."""
    folder_of_images(top, offset=50)
    lines = ["output,target"]
    for name in "abcde":
        (top / f"{name}.png").rename(top / f"out-{name}.png")
        lines.append(f"out-{name}.png,{name}.png")
    (top / "pairs.csv").write_text("\n".join(lines) + "\n")
    return _printed(top, [top / "pairs.csv"])


def archive(top: Path) -> Sequence[Path]:
    """Make an archive of images, one that escapes its folder, one with a link, and a bomb."""
    with zipfile.ZipFile(top / "plain.zip", "w", zipfile.ZIP_DEFLATED) as file:
        for name in "ab":
            buffer = io.BytesIO()
            picture(ord(name)).save(buffer, "png")
            file.writestr(f"set/{name}.png", buffer.getvalue())
    with zipfile.ZipFile(top / "slip.zip", "w") as file:
        file.writestr("a.png", b"")
        for depth in range(1, 6):
            file.writestr(f"{'../' * depth}ESCAPED{depth}", b"x")
    with zipfile.ZipFile(top / "link.zip", "w") as file:
        link = zipfile.ZipInfo("up")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        file.writestr(link, "../../..")
        file.writestr("up/ESCAPED", b"x")
    with zipfile.ZipFile(top / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("zeros.bin", bytes(200 * 2**20))
    return _printed(top, sorted(top.glob("*.zip")))


def unpack(file: Path) -> None:
    """Unpack an archive as the sets do; an error of the user's is printed."""
    try:
        content_folder(file, "the archive")
    except IqabenchError as error:
        print(error)
