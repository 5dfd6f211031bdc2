"""The folder that submissions run in: as the checkout, but nothing reaches back."""

from pathlib import Path

import pytest

from iqabench.submissions.checkout_copy import own_copy


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "CHECKOUT"
    for name in ("test_demo.py", "models/net.py", "models/op/build.sh", ".git/HEAD", "figs/a.PNG"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    (folder / "models/op/build.sh").chmod(0o755)
    (folder / "results").mkdir()
    (tmp_path / "zoo").mkdir()
    (tmp_path / "zoo" / "net.pth").write_text("weights")
    (folder / "model_zoo").symlink_to(tmp_path / "zoo")
    (folder / "models" / "around").symlink_to(folder)
    (folder / "models" / "gone.py").symlink_to(tmp_path / "gone.py")
    return folder


def test_what_networks_need_is_there_and_history_and_images_are_not(checkout: Path) -> None:
    with own_copy(checkout) as copy:
        assert copy.name == "CHECKOUT"
        assert {str(p.relative_to(copy)) for p in copy.rglob("*")} == {
            "test_demo.py",
            "models",
            "models/net.py",
            "models/op",
            "models/op/build.sh",
            "results",
            "figs",
            "model_zoo",
            "model_zoo/net.pth",
        }
        assert (copy / "models/op/build.sh").stat().st_mode & 0o111
        assert not any(p.is_symlink() for p in copy.rglob("*"))
    assert not copy.parent.exists()


def test_nothing_reaches_back(checkout: Path, tmp_path: Path) -> None:
    with own_copy(checkout) as copy:
        (copy / "model_zoo" / "net.pth").write_text("others")
        (copy / "models" / "op" / "build").mkdir()
        (copy / "test_demo.py").unlink()
    assert (tmp_path / "zoo" / "net.pth").read_text() == "weights"
    assert not (checkout / "models" / "op" / "build").exists()
    assert (checkout / "test_demo.py").is_file()
