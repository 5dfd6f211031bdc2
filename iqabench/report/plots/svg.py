"""SVG as matplotlib writes it, made to stand inside a page or alone."""

import re

COLOURS = {
    "ink": ("#010101", "#1d2329"),
    "muted": ("#020202", "#5c6670"),
    "line": ("#030303", "#d5dade"),
    "accent": ("#040404", "#0b6e78"),
    "paper": ("#050505", "#ffffff"),
    "second": ("#060606", "#b4552d"),
}
"""Placeholder and colour in a file of its own, for each role; on a page the role is a CSS variable."""


def for_page(svg: str, prefix: str) -> str:
    """Return the drawing to stand inside a page: colours from CSS, unique names of its parts."""
    inside = svg[svg.index("<svg") :]
    for role, (placeholder, _) in COLOURS.items():
        inside = inside.replace(f": {placeholder}", f": var(--{role})")
    inside = re.sub(r"<style.*?</style>\s*", "", inside, flags=re.S)  # it would rule the whole page
    inside = re.sub(r' (?:width|height)="[\d.]+pt"', "", inside, count=2)
    return re.sub(r'(id="|href="#|url\(#)', rf"\g<1>{prefix}-", inside)


def for_file(svg: str) -> str:
    """Return the drawing to stand on its own, on white."""
    for placeholder, colour in COLOURS.values():
        svg = svg.replace(f": {placeholder}", f": {colour}")
    return svg.replace("<svg ", '<svg style="background: #fff; font-family: sans-serif" ', 1)


def clean(svg: str) -> str:
    """Return the drawing without prologue, metadata, fixed fonts and names that nothing refers to."""
    svg = re.sub(
        r"<\?xml.*?\?>\s*|<!DOCTYPE.*?>\s*|<metadata>.*?</metadata>\s*|<!--.*?-->\s*",
        "",
        svg,
        flags=re.S,
    )
    svg = re.sub(r"font: ([\d.]+px) [^;\"]*", r"font-size: \1", svg)
    return re.sub(r'<g id="[A-Za-z0-9_.]+">', "<g>", svg)
