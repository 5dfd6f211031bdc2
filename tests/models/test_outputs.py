"""Outputs that stand for a model: they are looked up, checked and scored as if they had just been made."""

from pathlib import Path

import numpy as np
import pytest

from iqabench.cli.names import files_named
from iqabench.errors import FactsError, ModelError
from iqabench.images import write_image
from iqabench.models.core.card import Card
from iqabench.models.core.catalogue import card_of
from iqabench.models.core.load import load_card, load_model
from iqabench.models.loaders.outputs import OutputsModel, output_files
from iqabench.run import Options, evaluate, plan
from iqabench.store import Store

CARD = """family: mine
title: Mine, by its outputs
task: video_sr
scale: 2
loader: outputs
outputs: {folder: results}
members:
  - id: mine
"""


def frame(value: int, side: int = 32) -> np.ndarray:
    rows = np.arange(side)[:, None, None] * 3 + value
    return np.broadcast_to(rows, (side, side, 3)).astype(np.uint8)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clips a and b of five and four frames, and outputs of both, one level too bright."""
    top = tmp_path_factory.mktemp("outputs")
    for name, frames in (("a", 5), ("b", 4)):
        for t in range(frames):
            write_image(top / "clips" / "target" / name / f"{t}.png", frame(t))
            write_image(
                top / "model" / "results" / f"{name}_sr" / f"Frame {t}.png", frame(t + 1 + t)
            )
    (top / "model" / "card.yaml").write_text(CARD)
    return top


def test_a_folder_of_outputs_is_scored_frame_by_frame(place: Path, tmp_path: Path) -> None:
    cells = plan([str(place / "model")], [f"{place / 'clips'}@x2"], ["mae@rgb", "mae@rgb-between"])
    store = Store(tmp_path / "r")
    assert evaluate(cells, store, Options(device="cpu")).failures == []
    with store.connect() as connection:
        rows = connection.execute('SELECT sample, "column", value FROM records').fetchall()
        frames = connection.execute(
            "SELECT frame, value FROM frames WHERE sample = 'a' AND \"column\" = 'mae@rgb-between'"
        ).fetchall()
    values = {(sample, column): value for sample, column, value in rows}
    assert values["a", "mae@rgb"] == pytest.approx(3)  # frame t is t + 1 levels too bright
    assert values["b", "mae@rgb"] == pytest.approx(2.5)
    assert values["a", "mae@rgb-between"] == pytest.approx(3)  # frames 1 and 3
    assert values["b", "mae@rgb-between"] == pytest.approx(3)
    assert sorted(frames) == [(1, 2.0), (3, 4.0)]


def test_its_hash_changes_with_any_file(place: Path) -> None:
    before = load_model(str(place / "model")).hash
    changed = place / "model" / "results" / "b_sr" / "Frame 3.png"
    kept = changed.read_bytes()
    write_image(changed, frame(9))
    after = load_model(str(place / "model")).hash
    changed.write_bytes(kept)
    assert before != after
    assert load_model(str(place / "model")).hash == before


def test_what_it_lacks_is_told(place: Path) -> None:
    model = load_model(str(place / "model"))
    assert isinstance(model, OutputsModel)
    with pytest.raises(ModelError, match="'mine' has no output of 'c' in clips; it has a_sr, b_sr"):
        model.outputs_of("clips", "c", ["a", "b", "c"])
    lost = place / "model" / "results" / "a_sr" / "Frame 2.png"
    kept = lost.read_bytes()
    lost.unlink()
    gapped = load_model(str(place / "model"))
    assert isinstance(gapped, OutputsModel)
    with pytest.raises(ModelError, match=r"between Frame 1\.png and Frame 3\.png .* step by 2"):
        gapped.outputs_of("clips", "a", ["a", "b"])
    lost.write_bytes(kept)
    with pytest.raises(ModelError, match="no network that could restore another image"):
        model.forward(None)  # type: ignore[arg-type]


def test_cards_without_outputs_are_refused(tmp_path: Path) -> None:
    facts = {"id": "x", "family": "x", "title": "x", "loader": "outputs", "folder": tmp_path}
    with pytest.raises(ValueError, match="expected loader: outputs and outputs together"):
        Card(**facts)
    with pytest.raises(ModelError, match="which is no folder"):
        load_card(Card(**facts, outputs={"folder": "nowhere"}))
    (tmp_path / "m.csv").write_text("a,b\n1,2\n")
    with pytest.raises(FactsError, match="expected the columns set,role,sample"):
        load_card(Card(**facts, outputs={"manifest": "m.csv", "url": "https://x/{path}"}))


def test_the_outputs_of_duf_are_listed_for_every_frame_of_vid4() -> None:
    model = load_card(card_of("duf_52l"))
    assert isinstance(model, OutputsModel)
    with pytest.raises(ModelError, match="it has none of this set, but of vid4"):
        model.outputs_of("set5", "baby", ["baby"])


def test_outputs_of_a_manifest_are_files_that_a_user_can_hand_over() -> None:
    files = files_named("cnn_mfifb")
    assert len(files) == 105
    assert all(file.sha256 and file.name.startswith("cnn_mfifb/") for file in files)
    assert output_files(card_of("mean_source")) == []
