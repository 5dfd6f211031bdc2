"""Counts of the challenges' models that are registered, to the digits that the organisers printed."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from iqabench.models.core.catalogue import card_of
from iqabench.models.core.load import random_model
from iqabench.probes import ProbedModel, cost_column
from iqabench.run.natural_image import natural_batch

PUBLISHED = Path(__file__).parents[2] / "leaderboards" / "published"

REGISTERED = [
    ("rlfn_ntire", "ntire2022_esr", "ByteESR", "ntire2022"),
    ("fmen", "ntire2022_esr", "NJU_Jet", "ntire2022"),
    ("efdn", "ntire2022_esr", "NKU-ESR", "ntire2022"),
    ("rfdn", "ntire2022_esr", "RFDN_AIM2020_Winner", "ntire2022"),
    ("span", "ntire2026_esr", "00_SPAN", "fvcore"),
]


def rows(name: str) -> Iterator[dict[str, str]]:
    with (PUBLISHED / f"{name}.csv").open() as file:
        yield from csv.DictReader(line for line in file if not line.startswith("#"))


def challenger(model: str) -> ProbedModel:
    found = random_model(card_of(model))
    batch = natural_batch((1, 3, 256, 256), found.card.range)
    assert found.module is not None
    return ProbedModel(model, found.module, batch, found.module)


def printed(table: str, team: str) -> dict[str, str]:
    return next(row for row in rows(table) if team in (row.get("team"), row.get("model")))


@pytest.mark.parametrize(("model", "table", "team", "convention"), REGISTERED)
def test_what_the_organisers_printed(model: str, table: str, team: str, convention: str) -> None:
    row, seen = printed(table, team), challenger(model)
    assert f"{cost_column('params')(seen).value / 1e6:.3f}" == row["params_M"]
    assert f"{cost_column(f'macs@{convention}')(seen).value / 1e9:.2f}" == row["flops_G"]
    assert f"{cost_column('activations')(seen).value / 1e6:.2f}" == row["acts_M"]
    assert f"{cost_column('conv_layers')(seen).value:.0f}" == row["conv"]


def test_what_was_printed_of_bsrn_is_not_the_counters_own() -> None:
    """Its pointwise convolutions are Linear modules on four dimensions, which the counter gets wrong."""
    row, seen = printed("ntire2022_esr", "XPixel"), challenger("bsrn_s")
    assert f"{cost_column('params')(seen).value / 1e6:.3f}" == row["params_M"]
    assert f"{cost_column('activations')(seen).value / 1e6:.2f}" == row["acts_M"]
    assert f"{cost_column('conv_layers')(seen).value:.0f}" == row["conv"]
    counted = cost_column("macs@ntire2022")(seen)
    assert row["flops_G"] == "9.50"
    assert f"{counted.value / 1e9:.2f}" == "2.02"
    assert "Linears on 4-D input counted by the first two dimensions" in counted.details["notes"][0]
    assert 9.4e9 < cost_column("macs")(seen).value < 9.5e9
