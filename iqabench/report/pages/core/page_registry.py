"""A page of the report: what it is called, how it looks, and the function that fills it.

    @page(title="Hardest images", template=Path(__file__).with_name("hardest.html"))
    def hardest(report: Report) -> Iterator[Sheet]:
        yield Sheet("hardest", {"rows": report.results.query("SELECT ...")})

A page is found in the folder `iqabench.report.pages`, through entry points of the group `iqabench.pages`, and
among the Python files of the folders that IQABENCH_PAGES names, which run only with --trust. A template may
extend `base.html` and import the macros of `tables.html`, as the pages of this package do.
"""

import hashlib
import importlib.util
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from iqabench.errors import FactsError
from iqabench.registry import Registry, origin_of
from iqabench.report.pages.core.report import Report
from iqabench.trust import require_trust

FOLDERS = "IQABENCH_PAGES"
"""The environment variable that names folders with pages of the user's own, one Python file each."""


@dataclass(frozen=True)
class Sheet:
    """One HTML file of a page.

    `values` are the variables of the template, or a function that returns them; the function is called when
    the file names of all sheets are known, so that sheets can link to each other.
    """

    slug: str
    """File name without `.html`: the page's name, or that name, a hyphen and more."""
    values: Mapping[str, Any] | Callable[[], Mapping[str, Any]] = field(default_factory=dict)
    subject: object = None
    """The thing that the sheet is about; `page_of(PAGE, SUBJECT)` in a template is the sheet's address."""
    title: str = ""
    """Text of the link in the index; without it the title of the page."""


Build = Callable[[Report], Iterable[Sheet]]


@dataclass(frozen=True)
class Page:
    """A kind of page with its sheets: one for each set, model, device or board, or a single one."""

    name: str
    title: str
    template: str | Path
    """A file of `iqabench/report/pages/templates`, or the path of a file elsewhere."""
    build: Build
    order: int = 100
    """Place among the pages, small numbers first."""
    listed: bool = True
    """True when the index links to every sheet; False when the index or other sheets do that in their way."""

    @cached_property
    def is_builtin(self) -> bool:
        """True for pages of this package; an error in one of them ends the report."""
        return self.build.__module__.startswith("iqabench.report.")


REGISTRY: Registry[Page] = Registry("page", "iqabench.report.pages", "iqabench.pages")


def page(
    *, title: str, template: str | Path, name: str = "", order: int = 100, listed: bool = True
) -> Callable[[Build], Build]:
    """Register the decorated function as a page; without `name` it has the function's name.

    Raises: DuplicateNameError when another page has that name.
    """

    def register(build: Build) -> Build:
        added = Page(name or build.__name__, title, template, build, order, listed)
        REGISTRY.add(added.name, added, origin_of(build))
        return build

    return register


def pages() -> list[Page]:
    """Return all registered pages in their order.

    Raises: FactsError when a plugin or a file cannot be loaded; DuplicateNameError for a name used twice.
    """
    names = REGISTRY.names()
    for folder in filter(None, os.environ.get(FOLDERS, "").split(os.pathsep)):
        for path in sorted(Path(folder).glob("*.py")):
            _load(path.resolve())
            names = REGISTRY.names()
    return sorted(map(REGISTRY.get, names), key=lambda found: (found.order, found.name))


def _load(path: Path) -> None:
    """Run a file once in this process, so that its decorators register their pages."""
    name = f"iqabench_page_{hashlib.sha256(str(path).encode()).hexdigest()[:12]}"
    if name in sys.modules:
        return
    require_trust(f"a page that {FOLDERS} names", path)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None  # the suffix is .py
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise FactsError(
            f"the page file {path} ({FOLDERS}) failed to load: {type(error).__name__}: {error}. Repair it or "
            f"take its folder out of {FOLDERS}."
        ) from error
