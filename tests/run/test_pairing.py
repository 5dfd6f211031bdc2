"""Outputs find their targets by name."""

import pytest

from iqabench.errors import PairingError
from iqabench.run.scoring.pairing import core, pair_names


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
    ],
)
def test_common_spellings(output: str, target: str) -> None:
    others = ["bird_HR_x4", "0802", "img_010", "img_002_SRF_4_LR"]
    assert pair_names([output], [target, *others]).pairs == {target: output}


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


def test_two_outputs_for_one_target_are_an_error() -> None:
    with pytest.raises(PairingError, match="'baby_a' and 'baby_b'"):
        pair_names(["baby_a", "baby_b"], ["baby"])


def test_nothing_in_common_is_an_error() -> None:
    with pytest.raises(PairingError, match="no output belongs"):
        pair_names(["a", "b"], ["c", "d"])


def test_core_keeps_names_that_look_like_roles() -> None:
    assert core("x4") == "x4"
    assert core("lenna_x4") == "lenna"
    assert core("barbara") == "barbara"
