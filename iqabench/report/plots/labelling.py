"""Labels beside points, so that none lies on another label, a point or a line.

Each label weighs all places around its point at once and takes the cheapest; crowded points go first. Not
optimal, but the same every time, and quick enough for hundreds of plots.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
"""Boxes are (n, 4): left, bottom, right, top; points are (n, 2)."""

_RADIUS = 4.0
_DISTANCES = (7.0, 13.0, 21.0, 31.0, 43.0, 57.0, 73.0)
_ANGLES = np.radians((0, 45, -45, 90, -90, 135, -135, 180, 20, -20, 160, -160))
_NEAR = 12.0
_STEPS = np.linspace(0.0, 1.0, 24, endpoint=False)


@dataclass(frozen=True)
class Label:
    """Text at a place in the figure, in its pixels."""

    text: str
    x: float
    y: float
    align: str
    kind: str
    """Kind of the label: front, model or line."""
    leader: tuple[tuple[float, float], tuple[float, float]] | None = None


@dataclass(frozen=True)
class Crowd:
    """Everything that a label must not cover."""

    points: Floats
    front: Floats
    """Points that the front line joins, in its order."""
    frame: Floats
    size: float


def place_labels(
    points: Sequence[tuple[str, tuple[float, float], bool]],
    lines: Sequence[tuple[str, float]],
    frame: Any,
    line_frame: Any,
    size: float,
) -> list[Label]:
    """Place labels for points (text, place, whether on the front) and for dashed lines (text, height)."""
    places = np.array([p[1] for p in points]).reshape(-1, 2)
    front = places[[p[2] for p in points]]
    crowd = Crowd(places, front, np.array([[frame.x0, frame.y0, frame.x1, frame.y1]]), size)
    taken: list[tuple[float, ...]] = [
        (x - _RADIUS, y - _RADIUS, x + _RADIUS, y + _RADIUS) for x, y in places.tolist()
    ]
    found = _lines(lines, line_frame, taken, size)
    taken += [(frame.x0, y - 1.0, frame.x1, y + 1.0) for _, y in lines]
    near = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)) < 60.0
    for at in sorted(
        range(len(points)), key=lambda i: (-int(near[i].sum()), points[i][1], points[i][0])
    ):
        label, box = _best(points[at], crowd, np.array(taken))
        taken.append(box)
        found.append(label)
    return found


def _lines(
    lines: Sequence[tuple[str, float]], frame: Any, taken: list[Any], size: float
) -> list[Label]:
    """Place names on their dashed lines, at the right end, moved left when another is in the way."""
    found = []
    rights = np.repeat(np.linspace(frame.x1, frame.x0, 9)[:7], 2)
    for text, y in sorted(lines, key=lambda line: (-line[1], line[0])):
        middle = y + size * 0.8 * np.tile((1.0, -1.0), 7)
        boxes = np.stack(
            (rights - _width(text, size), middle - size * 0.6, rights, middle + size * 0.6), axis=1
        )
        box = boxes[int(_overlap(boxes, np.array(taken).reshape(-1, 4)).argmin())].tolist()
        taken.append(tuple(box))
        found.append(Label(text, box[2], (box[1] + box[3]) / 2, "right", "line"))
    return found


def _best(
    point: tuple[str, tuple[float, float], bool], crowd: Crowd, taken: Floats
) -> tuple[Label, tuple[float, ...]]:
    (text, (x, y), front), size = point, crowd.size
    width = _width(text, size)
    distance, angle = (a.ravel() for a in np.meshgrid(_DISTANCES, _ANGLES, indexing="ij"))
    ends = np.stack((x + distance * np.cos(angle), y + distance * np.sin(angle)), axis=1)
    side = np.sign(np.cos(angle).round(6))  # 1 stands right of its point, 0 above or below, -1 left
    left = ends[:, 0] + (side - 1.0) * width / 2.0
    boxes = np.stack((left, ends[:, 1] - size * 0.6, left + width, ends[:, 1] + size * 0.6), axis=1)
    outside = width * size * 1.2 - _overlap(boxes, crowd.frame)
    cost = 10.0 * _overlap(boxes, taken) + 40.0 * outside + 2.0 * _crossed(boxes, crowd)
    cost += size * size * (_ambiguous(boxes, (x, y), crowd) + _struck(ends, (x, y), crowd))
    cost += size * (distance * 0.5 + np.arange(len(angle)) % len(_ANGLES) * 0.1)
    at = int(cost.argmin())
    end_x, end_y = ends[at].tolist()
    align = ("right", "center", "left")[int(side[at]) + 1]
    stop = end_y - size * 0.55 * float(np.sign(end_y - y)) if align == "center" else end_y
    leader = ((x, end_x), (y, stop)) if distance[at] > _NEAR else None
    label = Label(text, end_x, end_y, align, "front" if front else "model", leader)
    return label, tuple(boxes[at].tolist())


def _width(text: str, size: float) -> float:
    """Return an upper bound of a text's width in DejaVu Sans."""
    return size * sum(_letter(c) for c in text)


def _letter(letter: str) -> float:
    if letter in "iljtfrI.,:;()[]|!' ":
        return 0.42
    if letter in "mwMW@%#&+<=>^~":
        return 1.0
    return 0.8 if letter.isupper() else 0.66


def _overlap(boxes: Floats, others: Floats) -> Floats:
    """Return the area that each box shares with the others."""
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    shared: Floats = np.maximum(high - low, 0.0).prod(axis=2).sum(axis=1)
    return shared


def _ambiguous(boxes: Floats, at: tuple[float, float], crowd: Crowd) -> Floats:
    """Return how much nearer each box is to another's point than to its own."""
    own = _distance(boxes, np.array([at]))
    others = crowd.points[(crowd.points != at).any(axis=1)]
    nearer: Floats = (np.maximum(0.0, 1.2 * own - _distance(boxes, others)) / own).sum(axis=1)
    return nearer


def _distance(boxes: Floats, points: Floats) -> Floats:
    low, high = boxes[:, None, :2] - points[None], points[None] - boxes[:, None, 2:]
    gap = np.maximum(np.maximum(low, high), 0.0)
    return np.maximum(np.hypot(gap[..., 0], gap[..., 1]), 1.0)


def _struck(ends: Floats, at: tuple[float, float], crowd: Crowd) -> Floats:
    """Return how many other points a leader from the point to its label would run through."""
    along = ends - at
    length = np.hypot(along[:, 0], along[:, 1])[:, None]
    along = along / length
    to = crowd.points - at
    forth = along @ to.T
    aside = np.abs(along[:, :1] * to[:, 1] - along[:, 1:] * to[:, 0])
    struck: Floats = ((forth > 0) & (forth < length) & (aside < _RADIUS)).sum(axis=1).astype(float)
    return struck


def _crossed(boxes: Floats, crowd: Crowd) -> Floats:
    """Return approximately how much of each box the front line covers."""
    if len(crowd.front) < 2:
        return np.zeros(len(boxes))
    a, b = crowd.front[:-1], crowd.front[1:]
    on = (a[:, None] + (b - a)[:, None] * _STEPS[:, None]).reshape(-1, 2)
    weight = np.repeat(np.hypot(*(b - a).T) / len(_STEPS), len(_STEPS))
    inside = (on[None] >= boxes[:, None, :2]).all(axis=2) & (on[None] <= boxes[:, None, 2:]).all(
        axis=2
    )
    covered: Floats = (inside * weight).sum(axis=1) * crowd.size * 0.5
    return covered
