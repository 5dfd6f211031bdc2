"""The parts `boards` and `index`: what `reproduce` prints and a report's `index.json` holds."""

import json
from pathlib import Path

from .case import Case
from .command import call, checkout
from .difference import in_double
from .records import Entries


def _boards(_: Path) -> Entries:
    """All that follows from the published figures of every board."""
    found: Entries = {}
    for row in call("list", "boards", "--json").rows:
        said = call("reproduce", row["board"], "--published", "--json")
        found[row["board"]] = {"status": said.status, "listed": row, "rows": said.rows}
    return found


def _index(_: Path) -> Entries:
    """The report of the store that the checkout ships; by the pages of its sets, devices and boards."""
    store = next(p.parent for p in sorted(checkout().rglob("measured/store/store.json")))
    call("report", "--html", "--store", store, "--out", "report")
    index = json.loads(Path("report/index.json").read_text(encoding="utf-8"))
    found: Entries = {"top": {k: v for k, v in index.items() if not isinstance(v, list)}}
    for kind in ("sets", "devices", "boards"):
        found[kind] = {"pages": [part["page"] for part in index[kind]]}
        found |= {f"{kind} {part['page']}": part for part in index[kind]}
    return found


BOARDS = (Case("published", _boards, rule=in_double),)
INDEX = (Case("measured", _index, rule=in_double, quick=False),)
