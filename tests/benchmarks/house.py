"""The figures of the house: structure and language of a checkout, as a table.

    python tests/benchmarks/house.py [CHECKOUT ...]     # one column for each checkout, default: this one

Nothing is imported from what is measured. The table of before and after is `house.md`.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

import house_language as language
import house_structure as structure
from house_structure import Module

LONG = 50
"""Lines above which a function counts as long."""
Modules = list[Module]


def spread(values: Sequence[int]) -> str:
    """Return median, 90th percentile and maximum, as `7 / 19 / 52`."""
    if not values:
        return "-"
    ordered = sorted(values)
    return f"{median(ordered):g} / {ordered[int(len(ordered) * 0.9)]} / {ordered[-1]}"


def lengths(modules: Modules) -> list[int]:
    """Return the lengths of all functions, in lines."""
    return [structure.length(f) for module in modules for f in structure.functions(module)]


def share(part: int, whole: int) -> str:
    """Return a count and its percentage, as `12 (0.4 %)`."""
    return f"{part} ({100 * part / max(whole, 1):.1f} %)"


def _groups(needs: dict[str, set[str]]) -> str:
    found = structure.cycles(needs)
    return f"{len(found)}" + (f" ({sum(map(len, found))} in them)" if found else "")


def _largest(modules: Modules) -> str:
    folder, size = max(structure.folder_sizes(modules).items(), key=lambda item: item[1])
    return f"{size} ({folder})"


def _documented(modules: Modules, select: Callable[..., list[language.Text]]) -> str:
    texts = list(language.docstrings(modules))
    return share(len(select(texts)), len(texts))


def _helped(modules: Modules) -> str:
    texts = list(language.help_texts(modules))
    return share(len(language.fragments(texts) + language.openings(texts)), len(texts))


FIGURES: dict[str, Callable[[Modules], object]] = {
    "import cycles between modules": lambda m: _groups(structure.edges(m)),
    "import cycles between rooms": lambda m: _groups(structure.room_edges(m)),
    "imports inside functions": lambda m: len(structure.late_imports(m)),
    "private names imported from another module": lambda m: len(structure.private_names(m)),
    "private modules imported from outside their folder": lambda m: len(
        structure.private_modules(m)
    ),
    "functions": lambda m: len(lengths(m)),
    "lines per function, median / p90 / max": lambda m: spread(lengths(m)),
    f"functions over {LONG} lines": lambda m: sum(n > LONG for n in lengths(m)),
    "files": len,
    "lines per file, median / p90 / max": lambda m: spread([len(x.text.splitlines()) for x in m]),
    "modules in the largest flat folder": _largest,
    "class names with more than one meaning": lambda m: len(structure.shared_class_names(m)),
    "modules and classes named by an adverb or participle": lambda m: len(language.misnamed(m)),
    "docstrings, attributes included": lambda m: len(list(language.docstrings(m))),
    "docstrings that are fragments": lambda m: _documented(m, language.fragments),
    "docstrings that open with What, Whether, How, Where, Which": (
        lambda m: _documented(m, language.openings)
    ),
    "help texts that are fragments or open so": _helped,
    "signatures with four of (output, target, scale, device, pseudo)": (
        lambda m: len(structure.clumps(m))
    ),
    "`# fmt: skip`": lambda m: sum(x.text.count("fmt: skip") for x in m),
}


def table(checkouts: Sequence[Path]) -> str:
    """Return the figures of each checkout as a Markdown table."""
    columns = [structure.read_package(checkout / "iqabench") for checkout in checkouts]
    head = ["", *(checkout.resolve().name for checkout in checkouts)]
    rows = [head, ["---"] + ["---:"] * len(columns)]
    rows += [[name, *(str(figure(m)) for m in columns)] for name, figure in FIGURES.items()]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


if __name__ == "__main__":
    here = Path(__file__).resolve().parents[2]
    sys.stdout.write(table([Path(word) for word in sys.argv[1:]] or [here]) + "\n")
