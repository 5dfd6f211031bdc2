"""Images that people judged become records, once; what cannot be scored says why."""

from pathlib import Path

import numpy as np
import pytest
from opinions.handed import HANDED, pixels

from iqabench.errors import UsageError
from iqabench.images import write_image
from iqabench.metrics import column
from iqabench.opinions import read_opinions
from iqabench.run.agree import score_opinions
from iqabench.run.progress import Unwatched
from iqabench.store import Store


def records(store: Store) -> list[tuple[str, str, float | None, str]]:
    with store.connect() as connection:
        return connection.execute(
            'SELECT "column", sample, value, error FROM records ORDER BY ALL'
        ).fetchall()


def test_values_are_those_of_the_pairs(tmp_path: Path) -> None:
    opinions = read_opinions("tid2013", HANDED["tid2013"](tmp_path / "set"))
    store = Store(tmp_path / "store")
    outcome = score_opinions(opinions, store, [], "cpu")
    assert (outcome.done, outcome.skipped, outcome.failures) == (12, 0, [])
    found = {(c, s): v for c, s, v, _ in records(store)}
    assert len(found) == 24
    for name in ("psnr@rgb", "ssim@rgb"):
        assert found[name, "i03_08_2"] == column(name)(pixels(3, 2), pixels(3))
    with store.connect() as connection:
        said = connection.execute('SELECT DISTINCT model, "set", task FROM records').fetchall()
    assert said == [("identity", "tid2013", "opinion")]


def test_again_finds_everything_and_another_column_computes_only_itself(tmp_path: Path) -> None:
    opinions = read_opinions("tid2013", HANDED["tid2013"](tmp_path / "set"))
    store = Store(tmp_path / "store")
    first = score_opinions(opinions, store, ["psnr"], "cpu")
    again = score_opinions(opinions, store, ["psnr"], "cpu")
    assert (again.done, again.skipped, again.keys) == (0, 12, first.keys)
    more = score_opinions(opinions, store, ["psnr", "mae"], "cpu")
    assert (more.done, more.skipped) == (12, 0)
    assert more.keys[0] == first.keys[0]
    with store.connect() as connection:
        runs = connection.execute(
            'SELECT "column", count(DISTINCT run) FROM records GROUP BY ALL ORDER BY ALL'
        ).fetchall()
    assert runs == [("mae@rgb", 1), ("psnr@rgb", 1)]


def test_a_run_that_is_cut_off_goes_on(tmp_path: Path) -> None:
    opinions = read_opinions("tid2013", HANDED["tid2013"](tmp_path / "set"))
    store = Store(tmp_path / "store")

    class Interrupting(Unwatched):
        def __call__(self, name: str, done: int, of: int) -> None:
            if name == "psnr@rgb on tid2013" and done == 5:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        score_opinions(opinions, store, ["psnr"], "cpu", Interrupting())
    assert len(records(store)) == 5
    seen: list[tuple[int, int]] = []

    class Noting(Unwatched):
        def __call__(self, name: str, done: int, of: int) -> None:
            if "psnr" in name:
                seen.append((done, of))

    outcome = score_opinions(opinions, store, ["psnr"], "cpu", Noting())
    assert (outcome.done, outcome.skipped) == (7, 5)
    assert seen[-1] == (12, 12)


def test_the_folder_may_move_but_not_change(tmp_path: Path) -> None:
    folder = HANDED["csiq"](tmp_path / "set")
    store = Store(tmp_path / "store")
    score_opinions(read_opinions("csiq", folder), store, ["psnr"], "cpu")
    folder = folder.rename(tmp_path / "moved")
    assert score_opinions(read_opinions("csiq", folder), store, ["psnr"], "cpu").done == 0
    write_image(folder / "src_imgs" / "woman.png", pixels(1))
    assert score_opinions(read_opinions("csiq", folder), store, ["psnr"], "cpu").done == 12


def test_an_image_that_cannot_be_read_fails_alone(tmp_path: Path) -> None:
    folder = HANDED["kadid10k"](tmp_path / "set")
    (folder / "images" / "I02_11_02.png").write_bytes(b"no image")
    write_image(folder / "images" / "I03_11_01.png", pixels(3)[:20])
    store = Store(tmp_path / "store")
    outcome = score_opinions(read_opinions("kadid10k", folder), store, ["psnr", "entropy"], "cpu")
    assert outcome.done == 12
    assert [failure.sample for failure in outcome.failures] == ["I02_11_02", "I03_11_01"]
    failed = {(c, s): e for c, s, _, e in records(store) if e}
    assert "I02_11_02.png is not an image" in failed["psnr@rgb", "I02_11_02"]
    assert "I02_11_02.png is not an image" in failed["entropy@rgb", "I02_11_02"]
    assert "never resized" in failed["psnr@rgb", "I03_11_01"]
    assert ("entropy@rgb", "I03_11_01") not in failed
    again = score_opinions(read_opinions("kadid10k", folder), store, ["psnr", "entropy"], "cpu")
    assert (again.done, again.skipped) == (2, 10)


def test_a_reference_that_cannot_be_read_fails_what_needs_it(tmp_path: Path) -> None:
    folder = HANDED["kadid10k"](tmp_path / "set")
    (folder / "images" / "I02.png").write_bytes(b"no image")
    store = Store(tmp_path / "store")
    outcome = score_opinions(read_opinions("kadid10k", folder), store, ["psnr", "entropy"], "cpu")
    assert len(outcome.failures) == 3
    failed = {(c, s) for c, s, _, e in records(store) if e}
    assert failed == {("psnr@rgb", f"I02_11_0{level}") for level in (1, 2, 3)}


def test_a_metric_without_reference_gets_none(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    opinions = read_opinions("spaq", HANDED["spaq"](tmp_path / "set"))
    score_opinions(opinions, store, ["entropy"], "cpu")
    found = {s: v for _, s, v, _ in records(store)}
    assert found["00101"] == column("entropy@rgb")(pixels(1, 1))
    assert len(np.unique(list(found.values()))) > 1


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (["psnr"], "psnr@rgb compares with a reference, and SPAQ has none"),
        (["entropy", "ssim"], "ssim@rgb compares with a reference"),
        ([], "SPAQ has no references; name no-reference metrics with --column: .*entropy"),
        (["psnr@lr"], "compares with"),
    ],
)
def test_columns_that_a_set_cannot_have(tmp_path: Path, columns: list[str], message: str) -> None:
    opinions = read_opinions("spaq", HANDED["spaq"](tmp_path / "set"))
    with pytest.raises(UsageError, match=message):
        score_opinions(opinions, Store(tmp_path / "store"), columns, "cpu")
    assert not (tmp_path / "store").exists()
