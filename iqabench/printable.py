"""Names and texts of the user as messages show them: without control characters, and not too many."""

from collections.abc import Iterable

SHOWN = 3
"""The number of names that a message shows before it counts the rest."""


def printable(text: str, keep: str = "") -> str:
    """Return a text in which line breaks and other control characters are written as escapes.

    The characters in `keep` stay as they are.
    """
    return "".join(
        c
        if c.isprintable() or c in keep
        else c.encode("unicode_escape", "backslashreplace").decode()
        for c in text
    )


def first_names(names: Iterable[str], shown: int = SHOWN) -> str:
    """Return the first names and the number of the others, as in `a, b, c and 4 more`."""
    listed = [printable(name) for name in names]
    more = f" and {len(listed) - shown} more" if len(listed) > shown else ""
    return (", ".join(listed[:shown]) + more) or "none"
