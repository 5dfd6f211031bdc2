from dataclasses import replace

from iqabench.protocols import protocol, protocols
from iqabench.report.data.labels import level_title, setting_title
from iqabench.report.data.subjects import MeasuredColumn, ModelFacts, Setting
from iqabench.report.text.figures import figure, moment, parameters
from iqabench.report.text.protocol_text import protocol_text


def column(name: str, hashed: str) -> MeasuredColumn:
    return MeasuredColumn(f"psnr@{name}", "psnr", 1, name, hashed, "dB", "higher")


def said(name: str, scale: int = 4) -> str:
    known = protocols()[name]
    known = protocol(f"{name}:x") if known.argument else known
    (words,) = protocol_text([column(known.name, known.hash)], scale)
    return " ".join(words.sentences)


def test_every_protocol_differs_in_words() -> None:
    assert len({said(name) for name in protocols()}) == len(protocols())


def test_facts_in_words() -> None:
    assert "studio swing" in said("sr-y")
    assert "A border of 3 pixels" in said("sr-y", 3)
    assert "A border of 10 pixels" in said("ntire2017-rgb")
    assert "The whole image counts" in said("rgb")
    assert "Luma is rounded" in said("y-rounded")
    assert "restores luma" in said("bicubic-2014")


def test_a_pseudo_reference_is_told_with_its_identity() -> None:
    bound = protocol("model-y:rcan").bound("rcan_x4, 0123")
    named = MeasuredColumn(
        "psnr@model-y:rcan", "psnr", 1, "model-y:rcan", bound.hash, "dB", "higher", "rcan_x4, 0123"
    )
    (words,) = protocol_text([named], 4)
    assert "the output of another model (rcan_x4, 0123), not with the target" in " ".join(
        words.sentences
    )
    assert named.protocol_version == 1
    assert "degraded again as the input was" in said("lr")
    other = MeasuredColumn(
        "psnr@model-y:rcan", "psnr", 1, "model-y:rcan", bound.hash, "dB", "higher", "rcan_x4, 4567"
    )
    assert other.protocol_version is None


def test_unknown_hash_is_said_and_has_no_version() -> None:
    (words,) = protocol_text([column("sr-y", "000000000000")], 4)
    assert words.version is None
    assert "knows no protocol" in words.sentences[0]
    assert column("sr-y", "000000000000").protocol_version is None


def test_one_protocol_stands_once() -> None:
    hashed = protocols()["sr-y"].hash
    psnr = column("sr-y", hashed)
    ssim = replace(psnr, column="ssim@sr-y", metric="ssim")
    of_low = replace(psnr, column="low:psnr@sr-y")
    (words,) = protocol_text([psnr, ssim, of_low], 4)
    assert [c.column for c in words.columns] == ["psnr@sr-y", "ssim@sr-y"]


def test_figures() -> None:
    assert figure(32.6336, "dB") == "32.63"
    assert figure(0.90022, "1") == "0.9002"
    assert figure(None, "dB") == "–"
    assert figure(float("inf"), "dB") == "inf"
    assert figure(-0.001, "dB") == "0.00"


def test_parameters() -> None:
    assert [parameters(n) for n in (None, 0, 999, 24108, 543744, 999600, 15592379, 10**10)] == [
        "–",
        "0",
        "999",
        "24.1 K",
        "544 K",
        "1.00 M",
        "15.6 M",
        "10.0 G",
    ]


def test_times_and_levels() -> None:
    assert moment("2026-01-02T03:04:05.678Z") == "2026-01-02 03:04 UTC"
    levels = [
        level_title(Setting("sr", "s", 1, level, "")) for level in ("x4", "n25", "q10", "odd", "")
    ]
    assert levels == ["×4", "noise 25", "JPEG quality 10", "odd", ""]
    assert setting_title(Setting("sr", "a folder", 1, "", "")) == "a folder"


def test_facts_of_models_may_be_anything() -> None:
    for text in ("", "[]", "{", '{"params": "many", "training_sets": "DIV2K"}'):
        assert ModelFacts.read(text) == ModelFacts()
    assert ModelFacts.read('{"params": 0}').params == 0
