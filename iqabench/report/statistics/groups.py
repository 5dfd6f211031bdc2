"""Models that cannot be told apart, as letters: two that share a letter do not differ."""

from collections.abc import Collection, Sequence


def letters(order: Sequence[int], different: Collection[tuple[int, int]]) -> dict[int, str]:
    """Return a compact letter display: rows in their order, best first, and the pairs that can be told
    apart.

    Source: Piepho, "An algorithm for a letter-based representation of all-pairwise comparisons", 2004
    (insert and absorb).
    """
    apart = {frozenset(pair) for pair in different}
    groups: list[set[int]] = [set(order)]
    for a, b in sorted(tuple(sorted(pair, key=order.index)) for pair in apart):
        for group in [g for g in groups if a in g and b in g]:
            groups.remove(group)
            groups += [group - {a}, group - {b}]
        groups = _absorbed(groups)
    groups.sort(key=lambda group: sorted(order.index(row) for row in group))
    return {
        row: "".join(_letter(at) for at, group in enumerate(groups) if row in group)
        for row in order
    }


def _absorbed(groups: list[set[int]]) -> list[set[int]]:
    """Return the groups that lie within no other."""
    kept: list[set[int]] = []
    for group in sorted(groups, key=len, reverse=True):
        if not any(group <= other for other in kept):
            kept.append(group)
    return kept


def _letter(at: int) -> str:
    """Return a to z, then aa, ab ..."""
    return chr(97 + at) if at < 26 else _letter(at // 26 - 1) + chr(97 + at % 26)
