"""Judged images have the same records on other machines; a poison image costs only itself."""

from pathlib import Path

import pytest
from opinions.handed import HANDED

from iqabench.opinions import read_opinions
from iqabench.run.agree import score_opinions
from iqabench.run.executors.placement import Placement
from iqabench.store import Store
from run.executors.travelling import TravellingExecutor, use, values

RAY = Placement(executor="ray")


@pytest.mark.parametrize("name", ["tid2013", "spaq"])
def test_the_records_are_those_of_a_local_run(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = HANDED[name](tmp_path / "set")
    opinions = read_opinions(name, folder)
    columns = ["entropy"] if name == "spaq" else ["psnr", "ssim", "entropy"]
    local, far = Store(tmp_path / "local"), Store(tmp_path / "far")
    expected = score_opinions(opinions, local, columns, "cpu")
    use(monkeypatch, "iqabench.run.agree", TravellingExecutor(folder))
    outcome = score_opinions(opinions, far, columns, "cpu", placement=RAY)
    assert values(far) == values(local)
    assert (outcome.done, outcome.keys, outcome.failures) == (expected.done, expected.keys, [])
    assert score_opinions(opinions, far, columns, "cpu", placement=RAY).done == 0


def test_files_that_cannot_be_read_fail_as_they_do_locally(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = HANDED["kadid10k"](tmp_path / "set")
    opinions = read_opinions("kadid10k", folder)
    (folder / "images" / "I02_11_02.png").unlink()
    (folder / "images" / "I03.png").write_bytes(b"no image")
    local, far = Store(tmp_path / "local"), Store(tmp_path / "far")
    score_opinions(opinions, local, ["psnr", "entropy"], "cpu")
    use(monkeypatch, "iqabench.run.agree", TravellingExecutor(folder))
    outcome = score_opinions(opinions, far, ["psnr", "entropy"], "cpu", placement=RAY)
    assert values(far) == values(local)
    assert [f.sample for f in outcome.failures if f.is_missing] == ["I02_11_02"]


def test_a_poison_image_among_several_fails_with_its_reason_and_the_others_have_values(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = HANDED["tid2013"](tmp_path / "set")
    opinions = read_opinions("tid2013", folder)
    poison = 5
    executor = TravellingExecutor(
        folder, lambda item: poison in [image for image, _ in item.details]
    )
    use(monkeypatch, "iqabench.run.agree", executor)
    outcome = score_opinions(opinions, Store(tmp_path / "far"), ["psnr"], "cpu", placement=RAY)
    assert [(f.sample, f.error) for f in outcome.failures] == [
        (opinions.samples[poison].name, "its process ended")
    ]
    assert (outcome.done, outcome.skipped, len(executor.jobs)) == (12, 0, 2)
