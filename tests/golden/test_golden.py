"""The golden set in the test suite: its quick cases; `golden.py check` measures all."""

import pytest
from frozen.case import Case
from frozen.file import read_part
from golden import PARTS, checked

QUICK = [
    pytest.param(part, case, id=f"{part}-{case.name}")
    for part, cases in PARTS.items()
    for case in cases
    if case.quick
]


@pytest.mark.parametrize(("part", "case"), QUICK)
def test_nothing_moved(request: pytest.FixtureRequest, part: str, case: Case) -> None:
    if case.mirror:
        request.getfixturevalue("mirror")
    found = checked(case, read_part(part))
    assert found.values > 0
    assert not found.differences, "\n".join(found.differences[:20])
