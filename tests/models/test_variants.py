"""Variants and their parents: the rules for cards, and the registered cards."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from iqabench.errors import FactsError
from iqabench.models.core.catalogue import FAMILIES, FOLDERS, card_of, cards, family_tree
from iqabench.models.core.variants import parent_of

Register = Callable[[str], None]

FAMILY = "family: mine\ntitle: Mine\nnetwork: make\nmembers:\n"

ESR_MODELS = Path(__file__).parents[2] / "leaderboards" / "published" / "esr_models.csv"


def member(name: str, parent: str = "", scale: int = 2, task: str = "sr") -> str:
    """Return an entry of a card: three lines, or seven with a parent, which is in the fifth."""
    text = f"  - id: {name}\n    scale: {scale}\n    task: {task}\n"
    if parent:
        made = f"parent: {parent}\n      method: pruned\n      recipe: half\n"
        text += f"    variant:\n      {made}"
    return text


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Register]:
    """Return a function that registers a user's own family."""

    def put(members: str) -> None:
        (tmp_path / "mine").mkdir()
        (tmp_path / "mine" / "card.yaml").write_text(FAMILY + members)
        monkeypatch.setenv(FOLDERS, str(tmp_path))
        cards.cache_clear()

    yield put
    cards.cache_clear()


@pytest.mark.parametrize("name", [n for n, c in sorted(cards().items()) if c.variant])
def test_a_registered_variant_is_no_larger_than_what_it_was_made_from(name: str) -> None:
    card = card_of(name)
    parent = parent_of(card, cards())
    if parent is None:  # a family from outside may name a file or a factory
        assert card.folder.parent != FAMILIES
        return
    if card.params is None or parent.params is None:
        assert card.folder.parent != FAMILIES
        return
    assert 0 < card.params <= parent.params
    assert card.variant is not None
    if card.variant.method in (
        "pruned",
        "slimmed",
        "distilled",
    ):  # others keep every parameter, or may
        assert card.params < parent.params
    assert (parent.task, parent.scale) == (card.task, card.scale)
    if card.folder.parent == FAMILIES:
        root = card.id.partition("@")[0]
        assert (
            parent.id.partition("@")[0] == root
            or card.id == "rlfn_ntire"
            or card.cost == "per image"
        )


def test_the_tree_has_variants_of_variants() -> None:
    tree = {parent: {c.id for c in found} for parent, found in family_tree().items()}
    assert tree["rfdn_x4"] >= {"rfdn@pruned", "rfdn@collapsed", "rfdn@slim"}
    assert tree["span_x4"] >= {"span@slim", "span@dscf"}
    assert tree["span@dscf_x4"] == {"span@collapsed"}
    assert tree["rlfn_s_x4"] == {"rlfn_ntire"}


def test_variants_of_ones_own_join_the_tree(register: Register) -> None:
    register(member("mine") + member("mine@pruned", "mine") + member("mine@less", "mine@pruned"))
    tree = family_tree()
    assert [c.name for c in tree["mine_x2"]] == ["mine@pruned_x2"]
    assert [c.name for c in tree["mine@pruned_x2"]] == ["mine@less_x2"]


def test_a_parent_may_go_by_its_explicit_name(register: Register) -> None:
    register(member("mine@pruned", "rlfn_x2"))
    assert [c.name for c in family_tree()["rlfn_x2"]] == ["mine@pruned_x2"]


@pytest.mark.parametrize("parent", ["./weights/mine.pth", "package.module:factory", "mine.onnx"])
def test_a_parent_that_was_never_registered_goes_by_what_it_was(
    register: Register, parent: str
) -> None:
    register(member("mine@pruned", parent))
    assert [c.id for c in family_tree()[parent]] == ["mine@pruned"]


@pytest.mark.parametrize(
    ("members", "line", "said"),
    [
        (member("mine@pruned", "rlfm"), 9, r"'rlfm' is not registered \(did you mean .*rlfn"),
        (member("mine@pruned", "zzzz"), 9, r"'zzzz' is not registered\. "),
        (
            member("a") + member("mine@p", "rfdn"),
            12,
            r"'rfdn' is not registered at x2 \(it has x4\)",
        ),
        (member("mine@pruned", "rfdn_x4"), 9, "rfdn_x4 is for sr x4; expected sr x2"),
        (
            member("mine@p", "dncnn_25", 1, "jpeg"),
            9,
            "dncnn_25 is for denoise x1; expected jpeg x1",
        ),
        (member("mine@pruned", "mine@pruned"), 9, "descends from itself: mine@pruned_x2 from mine"),
        (
            member("a", "b") + member("b", "c") + member("c", "a"),
            9,
            "descends from itself: a_x2 from b_x2 from c_x2 from a_x2",
        ),
        (
            member("d", "a") + member("a", "b") + member("b", "a"),
            16,
            "a_x2 .* descends from itself: a_x2 from b_x2 from a_x2",
        ),
    ],
)
def test_a_wrong_parent_is_named_with_its_line(
    register: Register, members: str, line: int, said: str
) -> None:
    register(members)
    with pytest.raises(FactsError, match=said) as error:
        cards()
    assert f"card.yaml:{line}: " in str(error.value)


def test_the_table_of_challenge_models_names_registered_ones() -> None:
    with ESR_MODELS.open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 14
    assert len({row["model"] for row in rows}) == len(rows)
    for row in rows:
        assert card_of(row["model"]).scale == 4
        assert row["challenge"] in ("ntire2022_esr", "ntire2026_esr")
        weights = card_of(row["model"]).weights
        assert weights is not None
        theirs = "NTIRE2022_ESR" in str(weights.url) or "NTIRE2026_ESR" in str(weights.url)
        assert row["weights"] in (("file",) if theirs else ("file", "values", "other"))
