"""Nothing that a file or a folder brings is executed without consent; each payload would leave a trace."""

import io
import os
import zipfile
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from iqabench.boards.catalogue import board
from iqabench.challenge.parts import check_parts
from iqabench.errors import IqabenchError, TrustError
from iqabench.models.core.catalogue import card_at
from iqabench.models.core.load import load_model, random_model
from iqabench.report.pages.core.page_registry import pages
from iqabench.trust import is_trusting, trusting

TRACE = Path("TRACE")
NETWORK = """import pathlib
from torch import nn
pathlib.Path('TRACE').touch()
def Net():
    return nn.Identity()
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_card(network: str, more: str = "", arguments: str = "{}") -> str:
    """Write the card of a model that keeps the size; return its folder."""
    Path("mine").mkdir()
    Path("mine/card.yaml").write_text(
        f"family: mine\ntitle: Mine\ntask: restore\nnetwork: {network}\n{more}"
        f"members: [{{id: mine, arguments: {arguments}}}]\n"
    )
    return "./mine"


@pytest.mark.parametrize(
    ("network", "more", "arguments"),
    [
        ("subprocess.call", "", "{args: [touch, TRACE]}"),
        ("os.system", "", "{command: touch TRACE}"),
        ("iqabench.atomic.write_whole", "", "{path: TRACE, content: x}"),
        ("iqabench.models.pocket.train.main", "", "{}"),
        ("iqabench.models.rlfn.network.torch.save", "", "{obj: 1, f: TRACE}"),
        ("os:getcwd", "loader: factory\n", "{}"),
    ],
)
def test_a_card_calls_nothing_by_its_name(network: str, more: str, arguments: str) -> None:
    name = write_card(network, more, arguments)
    with pytest.raises(TrustError, match=r"calls .*card\.yaml \(SHA-256 [0-9a-f]{12}\).*--trust"):
        load_model(name)
    with pytest.raises(TrustError):
        random_model(card_at(Path(name)))
    assert not TRACE.exists()


def test_the_payload_of_a_card_is_live() -> None:
    with pytest.raises((IqabenchError, AttributeError, TypeError)):
        load_model(write_card("subprocess.call", "", "{args: [touch, TRACE]}"), trust=True)
    assert TRACE.exists()


def test_a_card_may_name_the_networks_of_this_package() -> None:
    assert load_model(write_card("iqabench.models.mean_frame.network.MeanFrame")).module is not None


def test_the_network_of_a_folder_runs_with_trust_and_is_told_once() -> None:
    name = write_card("Net")
    Path("mine/network.py").write_text(NETWORK)
    with pytest.raises(TrustError, match=r"mine/network\.py \(SHA-256 [0-9a-f]{12}\)"):
        load_model(name)
    assert not TRACE.exists()
    told: list[str] = []
    with trusting(tell=told.append):
        load_model(name)
        load_model(name)
    assert TRACE.exists()
    assert len(told) == 1
    assert "network.py" in told[0]
    assert not is_trusting()


class Payload:
    """An object whose unpickling leaves a trace."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("touch TRACE",)


class Double(nn.Module):
    def forward(self, batch: Tensor) -> Tensor:
        return batch * 2


def test_an_exported_program_is_not_read_without_trust(monkeypatch: pytest.MonkeyPatch) -> None:
    payload = io.BytesIO()
    torch.save(Payload(), payload)
    with zipfile.ZipFile("bad.pt2", "w") as bad:
        bad.writestr("bad/data/sample_inputs/model.pt", payload.getvalue())
        bad.writestr(
            "bad/models/model.json", "{\"expr_str\": \"__import__('os').system('touch TRACE')\"}"
        )
    with pytest.raises(TrustError, match=r"an exported program.*bad\.pt2 \(SHA-256 [0-9a-f]{12}\)"):
        load_model("bad.pt2")
    assert not TRACE.exists()

    class Program:
        """Stands for torch's reader, which takes seconds to import and runs whatever the file holds."""

        def module(self) -> nn.Module:
            TRACE.touch()
            return Double()

    monkeypatch.setattr(torch.export, "load", lambda _: Program())
    assert load_model("bad.pt2", trust=True).card.loader == "script"
    assert TRACE.exists()


class WritesFile(nn.Module):
    def forward(self, batch: Tensor) -> Tensor:
        torch.save(batch, "TRACE")
        return batch


class WritesFileByName(nn.Module):
    def forward(self, batch: Tensor) -> Tensor:
        getattr(torch, "save")(batch, "TRACE")  # noqa: B009 - the spelling is the test
        return batch


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("network", [WritesFile, WritesFileByName])
def test_a_script_that_writes_files_is_refused(network: type[nn.Module]) -> None:
    torch.jit.save(torch.jit.script(network()), "script.pt")
    with pytest.raises(TrustError, match=r"more than compute \(save\): script\.pt"):
        load_model("script.pt")
    assert not TRACE.exists()
    load_model("script.pt", trust=True)
    assert TRACE.exists()


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_a_script_with_two_members_of_one_name_is_refused() -> None:
    torch.jit.save(torch.jit.script(Double()), "script.pt")
    assert load_model("script.pt").card.scale == 1
    with zipfile.ZipFile("script.pt", "a") as archive:
        name = next(n for n in archive.namelist() if n.endswith(".py"))
        archive.writestr(name.upper(), "")
    with pytest.raises(IqabenchError, match="two of its members have one name"):
        load_model("script.pt")


def test_a_page_of_the_users_own_needs_trust(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "pages").mkdir()
    (folder / "pages" / "mine.py").write_text("import pathlib\npathlib.Path('TRACE').touch()\n")
    monkeypatch.setenv("IQABENCH_PAGES", str(folder / "pages"))
    with pytest.raises(TrustError, match=r"IQABENCH_PAGES names: .*mine\.py"):
        pages()
    assert not TRACE.exists()
    with trusting():
        pages()
    assert TRACE.exists()


@pytest.mark.parametrize(
    ("model", "column"),
    [
        ("cmd:touch TRACE {input} {output}", "psnr"),
        ("os:getcwd", "psnr"),
        ("", "psnr@model:os:getcwd"),
    ],
)
def test_a_board_runs_no_command(folder: Path, model: str, column: str) -> None:
    (folder / "own.yaml").write_text(
        "name: own\ntitle: Own\nsource: none\nsets: {demo: demo}\n"
        f"models: {{A: '{model or 'pocket'}'}}\n"
        f"columns: {{quality: {{metric: '{column}', better: higher}}}}\n"
    )
    with pytest.raises(TrustError, match=r"the board own runs .*own\.yaml"):
        check_parts(board(str(folder / "own.yaml")))


def test_a_factory_that_the_user_typed_may_be_called_by_a_card() -> None:
    name = write_card("typed_here:Net", "loader: factory\n")
    Path("typed_here.py").write_text(NETWORK)
    with pytest.raises(TrustError):
        load_model(name)
    load_model("typed_here:Net")
    load_model(name)
