import subprocess
import sys
from pathlib import Path

import pytest

from iqabench.errors import DuplicateNameError, FactsError, SetError, UnknownNameError
from iqabench.protocols import protocols
from iqabench.sets import catalogue, files_of, set_facts, set_names
from iqabench.sets.inventory import all_items, distinct_names, inventory
from iqabench.sets.load import recipes_of

from .conftest import Shelf, facts, forget

LISTED = [
    *("demo", "set5", "set14", "bsd100", "urban100", "manga109", "div2k_valid", "div2k_test"),
    *("kodak24", "mcmaster", "cbsd68", "bsd68", "set12", "live1", "classic5"),
    *(
        "set5-rescale",
        "set5_rcan",
        "set5_pillow",
        "vid4",
        "vid4-bd",
        "vimeo-0625",
        "demo-blurry",
        "middlebury-other",
    ),
]


def test_the_sets_are_all_there() -> None:
    assert set(LISTED) <= set(set_names())


@pytest.mark.parametrize("name", [n for n in set_names() if not set_facts(n).layouts])
def test_every_declared_set_is_complete_at_every_level(name: str) -> None:
    item = catalogue.entry(name)
    assert item.facts.protocol in protocols()
    for level in item.facts.levels or ("",):
        images = inventory(item, level)
        recipes = recipes_of(item.facts, level)  # their keywords are understood
        assert len(images) * len(recipes) == item.facts.size
        for roles in images.values():
            made = all(each.steps is not None for each in recipes.values()) and (
                "target" in roles or "original" in roles
            )
            assert "input" in roles or made or item.facts.motion
        assert set(item.facts.grey) <= set(images)
        for image in all_items(images):
            handed_over = item.facts.named or item.facts.blocks or item.facts.boxes
            if image.file.url is None and image.shipped is None and handed_over:
                assert image.file.page  # it is pinned when a person hands it over
                continue
            assert image.file.sha256
            assert image.file.bytes
            assert image.shipped or (image.file.url or "").startswith("https://")


@pytest.mark.parametrize("alias", ["b100", "bsds100", "BSD100"])
def test_one_set_of_three_names(alias: str) -> None:
    assert set_facts(alias).name == "bsd100"


def test_the_files_of_one_level_or_of_all() -> None:
    assert len(files_of("set5")) == 40
    assert len(files_of("set5", "x2")) == len(files_of("set5_x2")) == 10
    assert {file.name for file in files_of("urban100_x2")} == {
        file.name for file in files_of("urban100_x4") if "_HR" in file.name
    }
    assert files_of("demo") == []
    assert [f.basename for f in files_of("div2k_valid_x3")] == [
        "DIV2K_valid_HR.zip",
        "DIV2K_valid_LR_bicubic_X3.zip",
    ]


def test_an_unknown_name_gets_suggestions() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'urban100'"):
        set_facts("urbn100")


def test_an_unknown_level_names_those_that_there_are() -> None:
    with pytest.raises(SetError, match="has no level 'x8'; it has x2, x3, x4"):
        files_of("b100_x8")


def test_listing_sets_imports_nothing_heavy() -> None:
    code = (
        "import sys, iqabench.sets as s; s.set_names(); s.files_of('set5');"
        "print({'torch', 'cv2', 'numpy', 'PIL', 'httpx', 'rich'} & set(sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"licence": ""}, r"datasets\.yaml:1: 0\.licence: Field required"),
        ({"levels": "[x2, n3]"}, "levels of a sr set begin with x, not n3"),
        ({"level": "x4"}, "the default level x4 is not among the levels"),
        ({"task": "music"}, r"datasets\.yaml:3: 0\.task"),
        ({"colour": "red"}, r"0\.colour: Extra inputs are not permitted"),
        ({"files": "[]"}, "expected files, archives, named files, blocks, boxes or layouts"),
        ({"files": "[{manifest: mine.csv}]"}, "expected either a url or a folder"),
        ({"files": "[{manifest: mine.csv, url: 'https://a/b'}]"}, "lacks {path}"),
        ({"samples": "1-5"}, "expected archives, named files or layouts together with samples"),
    ],
)
def test_a_wrong_entry_is_named_with_its_line(
    shelf: Shelf, changes: dict[str, str], said: str
) -> None:
    shelf.declare(facts(**changes))
    with pytest.raises(FactsError, match=said):
        set_names()


def test_a_catalogue_must_be_a_list(shelf: Shelf) -> None:
    shelf.catalogue.write_text("mine: {title: Mine}\n")
    with pytest.raises(FactsError, match="expected a list of sets"):
        set_names()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("role,sample\n", r"mine\.csv:1: expected the columns level,role"),
        (",goal,a,a.png,5," + "0" * 64, r"mine\.csv:2: expected a role"),
        (",target,a,a.png,five," + "0" * 64, r"not 'target', 'five'"),
        (f",target,a,a.png,5,{'0' * 64}\n,target,a,b.png,5,{'1' * 64}", "'a'  is listed twice"),
    ],
)
def test_a_wrong_manifest_is_named_with_its_line(shelf: Shelf, text: str, said: str) -> None:
    shelf.declare(facts())
    head = "" if text.startswith("role") else "level,role,sample,path,bytes,sha256\n"
    (shelf.folder / "manifests" / "mine.csv").write_text(head + text + "\n")
    with pytest.raises(FactsError, match=said):
        files_of("mine")


class Point:
    """An entry point of an installed plugin."""

    name = value = "plugin"
    dist = None

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> str:
        return str(self.path)


def test_a_plugin_brings_a_file_of_sets(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.declare(facts())
    plugin = shelf.folder / "plugin"
    (plugin / "manifests").mkdir(parents=True)
    (plugin / "sets.yaml").write_text(facts(name="theirs"))
    line = ",".join(["x2", "target", "a", "with space/a b.png", "5", "0" * 64])
    (plugin / "manifests" / "mine.csv").write_text(f"level,role,sample,path,bytes,sha256\n{line}\n")
    monkeypatch.setattr(
        "iqabench.registry.entry_points", lambda group: [Point(plugin / "sets.yaml")]
    )
    assert set_names() == ["mine", "theirs"]
    assert [f.url for f in files_of("theirs")] == ["https://example.org/with%20space/a%20b.png"]
    forget()
    (plugin / "sets.yaml").write_text(facts())
    with pytest.raises(DuplicateNameError, match=r"two sets are called 'mine'.*plugin"):
        set_names()


def test_an_alias_that_is_taken_is_refused(shelf: Shelf) -> None:
    shelf.declare(facts() + facts(name="other", aliases="[mine]"))
    with pytest.raises(DuplicateNameError, match="the alias 'mine' of 'other'"):
        set_facts("other")


def test_files_of_one_name_are_told_apart_by_their_folders() -> None:
    names = distinct_names(frozenset({"a/lq/94.png", "a/hq/94.png", "b/hq/94.png", "a/hq/7.png"}))
    assert names == {
        "a/lq/94.png": "lq/94.png",
        "a/hq/94.png": "a/hq/94.png",
        "b/hq/94.png": "b/hq/94.png",
        "a/hq/7.png": "7.png",
    }


@pytest.mark.parametrize("name", set_names())
def test_every_file_of_a_set_has_a_name_of_its_own(name: str) -> None:
    files = files_of(name)
    assert len({file.name for file in files}) == len(files)
