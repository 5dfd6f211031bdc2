"""Old public names work until the version that their warning names."""

import importlib
import re

import pytest

import iqabench
from iqabench import images, protocol, protocols
from iqabench.deprecation import moved

OLD = {
    "iqabench.images.Alone": images.OutputView,
    "iqabench.images.AgainstPool": images.PoolView,
    "iqabench.images.view_alone": images.view_output,
    "iqabench.protocol.protocol": protocols.protocol,
    "iqabench.protocol.protocols": protocols.protocols,
}


@pytest.mark.parametrize("old", OLD)
def test_an_old_name_is_the_new_thing_and_says_so(old: str) -> None:
    module, _, name = old.rpartition(".")
    with pytest.warns(DeprecationWarning, match=rf"{re.escape(old)} is now iqabench\.") as caught:
        assert getattr(importlib.import_module(module), name) is OLD[old]
    assert caught[0].filename == __file__
    gone = re.search(r"goes in iqabench ([\d.]+)\.$", str(caught[0].message))
    assert gone
    assert [int(n) for n in gone[1].split(".")] > [int(n) for n in iqabench.__version__.split(".")]


def test_other_names_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match=r"module 'iqabench\.images' has no attribute 'Alon'"):
        getattr(images, "Alon")  # noqa: B009 - type checkers would refuse the other form
    assert not hasattr(protocol, "protokoll")


def test_nothing_is_imported_before_a_name_is_used() -> None:
    attribute = moved("here", {"old": "iqabench.no_such_module.new"}, gone_in="9.0")
    with (
        pytest.warns(DeprecationWarning, match=r"goes in iqabench 9\.0"),
        pytest.raises(ModuleNotFoundError),
    ):
        attribute("old")
