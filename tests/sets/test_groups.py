"""Groups of sets: what is here is run and scored under the group's protocol, the rest is named."""

from collections.abc import Callable
from pathlib import Path

import pytest

from iqabench.cli.main import main
from iqabench.errors import DuplicateNameError, FactsError, FetchError, SetError
from iqabench.protocols import protocols
from iqabench.report.data.rows import rows
from iqabench.sets import load_set, set_names
from iqabench.sets.catalogue import find_entry, group_of, set_groups
from iqabench.sets.groups import load_sets, named_sets
from iqabench.store import Store

from .conftest import Shelf, facts, picture, write

GROUP = """- name: pair
  title: Rain and blur
  sets: [wet, shaken, absent]
  protocol: allinone-rgb
  source: a table
"""
BY_HAND = "[{role: input, name: 'i/{sample}.png'}, {role: target, name: 't/{sample}.png'}]"

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def group(shelf: Shelf) -> Shelf:
    """Return a catalogue with a group of three sets of three tasks, of which one is not here."""
    for role, seed in (("input", 1), ("target", 2)):
        shelf.add(picture(32, 40, seed=seed), role, "a")
    plain = {"levels": "", "level": "", "input": ""}
    shelf.declare(
        facts(name="wet", task="derain", protocol="rain13k-y", **plain)
        + facts(name="shaken", task="deblur", protocol="matlab-rgb3d", **plain | {"input": "[]"})
        + facts(
            name="absent",
            task="low_light",
            protocol="lol",
            files="",
            samples="'1'",
            named=BY_HAND,
            **plain,
        )
        + GROUP
    )
    return shelf


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Return a function that runs a command and gives its status, its output and its messages."""

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["iqabench", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        streams = capsys.readouterr()
        return int(end.value.code or 0), streams.out, " ".join(streams.err.split())

    return run


def test_the_declared_groups_have_sets_and_protocols() -> None:
    assert {"rain13k", "allinone3", "allinone5"} <= set(set_groups())
    for group in set_groups().values():
        assert group.protocol in protocols()
        for address in group.sets:
            found, level = find_entry(address) or (None, None)
            assert found is not None, address
            assert level or not found.facts.levels, f"{address} needs its level"


@pytest.mark.usefixtures("group")
def test_a_model_of_several_tasks_runs_on_what_is_here_under_one_protocol(
    tmp_path: Path, call: Call
) -> None:
    store = tmp_path / "store"
    status, out, err = call("run", "--model", "identity", "--set", "pair", "--store", store)
    assert status == 3
    assert "missing: absent, of the group pair: 2 of 2 files of absent could not be fetched." in err
    assert "'iqabench fetch absent --from FOLDER'" in err
    found = {(row["set"], row["column"]) for row in rows(Store(store))}
    both = ("psnr@allinone-rgb", "ssim@allinone-rgb")
    assert found == {(name, column) for name in ("wet", "shaken") for column in both}
    assert "absent" not in out


def test_outputs_lie_in_a_folder_for_each_set(group: Shelf, tmp_path: Path, call: Call) -> None:
    write(tmp_path / "mine" / "wet" / "a.png", picture(32, 40, seed=2))
    store = tmp_path / "store"
    status, _, err = call("score", tmp_path / "mine", "--set", "pair", "--store", store)
    assert status == 3
    for name in ("shaken", "absent"):
        assert f"missing: {name}, of the group pair: there are no outputs in" in err
    (psnr, ssim) = rows(Store(store))
    assert (psnr["model"], psnr["set"], psnr["value"]) == ("mine", "wet", float("inf"))
    assert (ssim["column"], ssim["value"]) == ("ssim@allinone-rgb", 1.0)
    status, _, err = call("score", tmp_path, "--set", "pair", "--store", store)
    assert status == 2
    assert "has no folder of outputs for any set of the group pair" in err


@pytest.mark.usefixtures("group")
def test_a_group_is_listed_and_shown(call: Call) -> None:
    _, out, _ = call("list", "sets")
    assert "Rain and blur: wet, shaken, absent" in out
    _, out, _ = call("show", "set", "pair")
    assert "allinone-rgb" in out
    assert "pair" not in set_names()


@pytest.mark.usefixtures("group")
def test_a_group_is_no_set() -> None:
    with pytest.raises(
        SetError, match="'pair' is a group of 3 sets, and one set is needed here: wet"
    ):
        load_set("pair")


@pytest.mark.usefixtures("group")
def test_a_set_that_is_named_twice_is_run_once_for_each_protocol() -> None:
    wanted = named_sets(["wet", "pair", "wet", "PAIR"])
    assert [one.address for one in wanted] == ["wet", "wet", "shaken", "absent"]
    assert [images.protocol for images in load_sets(wanted)] == ["rain13k-y", *["allinone-rgb"] * 2]


def test_nothing_of_a_group_is_an_error(group: Shelf) -> None:
    group.declare(group.catalogue.read_text().replace("[wet, shaken, absent]", "[absent, lost]"))
    group.declare(group.catalogue.read_text().replace("name: shaken", "name: lost"))
    for path in group.mirror.rglob("*"):
        path.unlink() if path.is_file() else None
    with pytest.raises(
        FetchError, match=r"(?s)absent, of the group pair: .*lost, of the group pair"
    ):
        load_sets(named_sets(["pair"]))


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (GROUP.replace("absent", "wet"), FactsError, "the set wet is named twice"),
        (GROUP.replace("pair", "wet"), DuplicateNameError, "two sets are called 'wet'"),
    ],
)
def test_a_wrong_group_says_so(
    group: Shelf, wrong: str, error: type[Exception], message: str
) -> None:
    group.declare(group.catalogue.read_text().replace(GROUP, wrong))
    with pytest.raises(error, match=message):
        group_of("pair")
