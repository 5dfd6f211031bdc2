"""Outputs find their targets by name, and no pair is a guess."""

import pytest

from iqabench.errors import PairingError
from iqabench.pairing import core, pair_many, pair_names


@pytest.mark.parametrize(
    ("output", "target"),
    [
        ("baby_RCAN_x4", "baby_HR_x4"),
        ("baby", "baby"),
        ("0801x4", "0801"),
        ("0801", "0801x4"),
        ("img_001_SRF_4_rlfn", "img_001"),
        ("img_001_SRF_4_HR", "img_001_SRF_4_LR"),
        ("Baby-out", "baby"),
        ("baboon_SR", "baboon"),
        ("ppt3.x2", "ppt3"),
        ("restored_a", "a"),
        ("ZSSR_im_1", "im_1"),
        ("a_fake_B", "a_real_B"),
        ("rain-001", "norain-001"),
    ],
)
def test_common_spellings(output: str, target: str) -> None:
    others = ["bird_HR_x4", "0802", "img_010", "img_002_SRF_4_LR"]
    assert pair_names([output], [target, *others]).pairs == {target: output}


@pytest.mark.parametrize(
    ("output", "target", "rule"),
    [
        ("rain-{}", "norain-{}", "'rain-' -> 'norain-'"),
        ("{}_rain", "{}_clean", "'_rain' -> '_clean'"),
        ("000{}_NOISY_SRGB_010", "000{}_GT_SRGB_010", "'NOISY' -> 'GT'"),
        ("{}_fake_B", "{}_real_B", "'fake' -> 'real'"),
        ("ZSSR_im_{}", "im_{}", "'ZSSR_' -> ''"),
        ("restored_{}", "{}", "'restored_' -> ''"),
        ("im_{}", "im_hidden_{}", "'' -> 'hidden_'"),
        ("{}", "000{}", "leading zeros left out (1 -> 0001)"),
        ("out_{}", "000{}", "'out_' -> '' (out_1 -> 0001)"),
        ("clip/blur/{}", "clip/sharp/{}", "'blur' -> 'sharp'"),
        ("blur/{}", "sharp/{}", "'blur/' -> 'sharp/'"),
        ("{}_RCAN_x4", "{}_HR_x4", "'RCAN' -> 'HR'"),
        ("IMG_{}", "img_{}", "upper and lower case taken as equal (IMG_1 -> img_1)"),
        ("{}e\u0301", "{}\u00e9", "names in another Unicode form (1e\u0301 -> 1\u00e9)"),
        ("{}_out", "{}_GT", "words for the role at the end left out (1_out -> 1_GT)"),
        ("-a, {}\n", "-b, {}\n", "'a' -> 'b'"),
    ],
)
def test_one_rule_explains_all_names_and_is_told(output: str, target: str, rule: str) -> None:
    numbers = range(1, 6)
    found = pair_names(map(output.format, numbers), map(target.format, numbers))
    assert found.pairs == {target.format(n): output.format(n) for n in numbers}
    assert found.rules == [rule]


@pytest.mark.parametrize(
    ("outputs", "targets"),
    [
        (["img_2"], ["img", "img_1"]),
        (["8023_3"], ["8023"]),
        (["frame_10"], ["frame", "frame_1", "frame_2"]),
        (["img_2", "pic_2"], ["img", "pic"]),
        (["2_img", "2_pic"], ["img", "pic"]),
        (["img_2_rcan"], ["img", "img_1"]),
        (["img_b"], ["img", "img_a"]),
        (["cat_1"], ["dog_2"]),
        (["img_cat", "img_dog"], ["img_cow", "img_fish"]),
        (["cat_x4"], ["gt_x4"]),
        (["baby_x2"], ["baby_x4"]),
        (["cat_food", "dog_house"], ["cat", "dog"]),
    ],
)
def test_another_name_is_no_partner(outputs: list[str], targets: list[str]) -> None:
    with pytest.raises(PairingError, match=r"no output belongs .* --pairs FILE\.csv"):
        pair_names(outputs, targets)


@pytest.mark.parametrize(
    ("outputs", "targets", "named"),
    [
        (["img_001"], ["img_001_SRF_2_HR", "img_001_SRF_4_HR"], "'img_001_SRF_2_HR' and 'img_001_SRF_4_HR'"),
        (["img_001_SRF_2_HR", "img_001_SRF_4_HR"], ["img_001"], "'img_001_SRF_2_HR' and 'img_001_SRF_4_HR'"),
        (["baby_a", "baby_b"], ["baby"], "'baby_a' and 'baby_b'"),
        (["a_rcan", "a_edsr", "b_rcan", "b_edsr"], ["a", "b"], "'a_edsr' and 'a_rcan'"),
        (["a_rcan", "a_edsr"], ["a", "b"], "'a_edsr' and 'a_rcan'"),
        (["Baby"], ["baby", "BABY"], "'BABY' and 'baby'"),
        (["7"], ["07", "007"], "'007' and '07'"),
        (["cat_dog"], ["cat", "dog"], "'cat' and 'dog'"),
        (
            ["s/1", "s/2"],
            ["s/blur/1", "s/blur/2", "s/sharp/1", "s/sharp/2"],
            "'s/blur/1' and 's/sharp/1'",
        ),
    ],
)  # fmt: skip
def test_a_choice_is_an_error_that_names_both(
    outputs: list[str], targets: list[str], named: str
) -> None:
    with pytest.raises(PairingError, match=f"{named}.*--pairs"):
        pair_names(outputs, targets)


def test_the_scale_decides_between_targets() -> None:
    targets = ["a_SRF_2_HR", "a_SRF_4_HR", "b_SRF_2_HR", "b_SRF_4_HR"]
    found = pair_names(["a_SRF_4_out", "b_SRF_4_out"], targets)
    assert found.pairs == {"a_SRF_4_HR": "a_SRF_4_out", "b_SRF_4_HR": "b_SRF_4_out"}
    assert found.targets_without_output == ["a_SRF_2_HR", "b_SRF_2_HR"]


def test_a_longer_name_is_not_taken_for_a_shorter() -> None:
    found = pair_names(["img_1_rcan", "img_10_rcan"], ["img_1", "img_10"])
    assert found.pairs == {"img_1": "img_1_rcan", "img_10": "img_10_rcan"}


def test_the_longer_target_wins() -> None:
    found = pair_names(["a_b_rcan", "a_rcan"], ["a", "a_b"])
    assert found.pairs == {"a_b": "a_b_rcan", "a": "a_rcan"}


def test_what_has_no_partner_is_listed() -> None:
    found = pair_names(["baby", "stray"], ["baby", "bird"])
    assert found.outputs_without_target == ["stray"]
    assert found.targets_without_output == ["bird"]


def test_a_stray_and_a_gap_do_not_hide_the_substitution() -> None:
    outputs = [f"rain-{n}" for n in range(2, 9)] + ["grid"]
    found = pair_names(outputs, [f"norain-{n}" for n in range(1, 9)])
    assert len(found.pairs) == 7
    assert (found.outputs_without_target, found.targets_without_output) == (["grid"], ["norain-1"])


def test_a_number_is_told_with_the_way_out() -> None:
    with pytest.raises(PairingError, match=r"'8023_3' is not taken .* Add --many"):
        pair_names(["8023_3"], ["8023"])


def test_control_characters_are_escaped_in_messages() -> None:
    with pytest.raises(PairingError, match=r"Outputs: a\\nb; targets: c\\x1b"):
        pair_names(["a\nb"], ["c\x1b"])


def test_many_outputs_of_one_target() -> None:
    outputs = ["0001_0.8_0.2", "0001_1_0.9", "0002_0.8_0.2", "10_2", "stray"]
    assert pair_many(outputs, ["0001_GT", "0002", "1", "10", "0003"]) == {
        "0001_0.8_0.2": "0001_GT",
        "0001_1_0.9": "0001_GT",
        "0002_0.8_0.2": "0002",
        "10_2": "10",
    }
    with pytest.raises(PairingError, match="'a_GT' and 'a_HR'"):
        pair_many(["a_1"], ["a_GT", "a_HR"])
    with pytest.raises(PairingError, match="no output begins with the name of a target"):
        pair_many(["b"], ["a"])


@pytest.mark.parametrize(
    ("output", "target"), [("rain-{}", "norain-{}"), ("{}_NOISY_7", "{}_GT_7"), ("{}", "{:06}")]
)
def test_ten_thousand_names(output: str, target: str) -> None:
    """A search that laid all names beside all others would take minutes here."""
    numbers = range(1, 10_001)
    found = pair_names(map(output.format, numbers), map(target.format, numbers))
    assert len(found.pairs) == 10_000


def test_core_keeps_names_that_look_like_roles() -> None:
    assert core("x4") == "x4"
    assert core("lenna_x4") == "lenna"
    assert core("barbara") == "barbara"
