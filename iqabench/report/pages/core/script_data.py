"""Data for a page's own scripts."""

import json

from markupsafe import Markup


def inside_script(data: object) -> Markup:
    """Return JSON to stand in a script element: no text in it can end the element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - see above
