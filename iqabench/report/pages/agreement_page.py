"""The page of a set of opinions: how well each metric agrees with people."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from iqabench.report.data.agreement import OpinionAgreement
from iqabench.report.pages.core import Report, Sheet, page
from iqabench.report.text.agreement_formats import (
    agreement_csv,
    agreement_latex,
    agreement_markdown,
)
from iqabench.report.text.page_names import page_slugs
from iqabench.report.text.protocol_text import protocol_text

_FORMATS: dict[str, Callable[[OpinionAgreement], str]] = {
    "csv": agreement_csv,
    "md": agreement_markdown,
    "tex": agreement_latex,
}


@page(
    title="Agreement with people",
    template="agreement.html",
    name="agreement",
    order=15,
    listed=False,
)
def agreement_page(report: Report) -> Iterator[Sheet]:
    """Yield a sheet for each set of opinions."""
    subjects = {_subject(agreement): agreement for agreement in report.agreements}
    slugs = page_slugs("agreement", subjects)
    for subject, agreement in subjects.items():
        values = partial(_values, report, agreement, slugs[subject])
        yield Sheet(slugs[subject], values, agreement.number)


def _subject(agreement: OpinionAgreement) -> str:
    """Return the name of a set, with its hash, since a set may have been judged in two versions."""
    return f"{agreement.setting.set}-{agreement.setting.set_hash[:8]}"


def _values(report: Report, agreement: OpinionAgreement, slug: str) -> dict[str, Any]:
    for suffix, format_table in _FORMATS.items():
        report.write(f"tables/{slug}.{suffix}", format_table(agreement))
    return {
        "agreement": agreement,
        "dialogs": report.dialogs(),
        "protocols": protocol_text([row.column for row in agreement.rows], 1),
        "runs": report.provenance.runs([agreement.number]),
    }
