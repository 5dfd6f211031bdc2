"""The reading of a figure: one combination of the habits in which evaluation scripts differ.

Each habit is a table of ways with an explanation and a cost. The first way of each, without cost, is the one
behind the tables of the super-resolution literature (protocol sr-y). Departures are told from the protocol of
the papers that a claim is of; each task has its own. PSNR and SSIM share the compared pixels; the habits of
SSIM are in `similarity_ways`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

from iqabench.explain import channels, regions, similarity_ways
from iqabench.explain.named import PIXELS, SIMILARITY, expressed_protocols, protocols_with
from iqabench.explain.way import Way
from iqabench.protocol import Protocol
from iqabench.protocols import protocol

GREY = {
    "expanded": Way("grey files count as R = G = B, so their luma is of studio swing too"),
    "as they are": Way(
        "grey files are compared in 0 to 255 as they are; expand them to RGB and take their luma "
        "(unless they hold luma of studio swing already)",
        1,
    ),
}
PEAK = {
    "255": Way("the peak is 255"),
    "maximum of the target": Way("the peak is the maximum of each target; take 255", 2),
    "219": Way("the peak is 219, the swing of studio luma; take 255", 2),
    "range of the target": Way("the peak is the range of each target, max - min; take 255", 3),
    "maximum of the output": Way("the peak is the maximum of each output; take 255", 3),
    "235": Way("the peak is 235, the white of studio luma; take 255", 3),
    "256": Way("the peak is 256; take 255", 3),
}
FIXED_PEAKS = {"255": 255.0, "219": 219.0, "235": 235.0, "256": 256.0}
"""The peaks that do not depend on the images."""

BY_FOLDER = "of dB by folder"
MEAN = {
    "of dB": Way("the mean over the images of each image's dB"),
    "of MSE": Way(
        "one PSNR is taken from the mean squared error over all images; take the mean of their dB",
        2,
    ),
    "of dB by area": Way("images are weighted by their area; take the plain mean of their dB", 2),
    BY_FOLDER: Way(
        "the mean over folders of each folder's mean is taken, clip by clip or set by set; take it over all "
        "images",
        2,
    ),
    "of MSE by area": Way(
        "one PSNR is taken from the squared error of all pixels of the set together; take the mean of the "
        "images' dB",
        2,
    ),
    "of RMSE": Way(
        "one PSNR is taken from the mean of the images' root mean squared errors; take the mean of their dB",
        3,
    ),
    "median": Way("the median of the images is taken; take their mean", 3),
}
ROUNDING = {
    "of the files": Way("outputs are compared as the files hold them"),
    "floats": Way(
        "outputs were compared in floating point, before they were rounded to 8 bits (estimated from the "
        "files: rounding adds an error of 1/12); round and clip them first",
        2,
    ),
    "truncated": Way(
        "outputs were truncated to 8 bits instead of rounded (estimated from the files: half a grey level "
        "darker); round them",
        2,
    ),
    "of files that were truncated": Way(
        "the files hold outputs that were truncated to 8 bits, and the claim is of rounded ones (estimated: "
        "half a grey level brighter than the files); add 0.5 before converting to integers",
        2,
    ),
}
FILES = {
    "as they are": Way("outputs are compared as they lie in the files"),
    "repaired": Way("what was found in the files is undone"),
    "BGR": Way(
        "red and blue of the outputs are swapped: an OpenCV array was taken or written for RGB; swap them",
        2,
    ),
    "matched in brightness": Way(
        'each output was matched to the brightness of its target, by the ratio of their mean luma ("GT '
        'mean", protocol lol-gtmean); compare the outputs as they are',
        1,
    ),
    "matched in brightness, red and blue exchanged": Way(
        "each output was matched to the brightness of its target, with the weights of red and blue exchanged "
        "(protocol lol-gtmean-swapped, as in Retinexformer); compare the outputs as they are",
        2,
    ),
    "matched in brightness, luma rounded": Way(
        "each output was matched to the brightness of its target, with luma rounded in each pixel (protocol "
        "lol-gtmean-rounded, as in HVI-CIDNet); compare the outputs as they are",
        2,
    ),
}


@dataclass(frozen=True)
class Reading:
    """A choice of one way for each habit."""

    channels: str = "luma"
    region: str = "scale"
    grey: str = "expanded"
    peak: str = "255"
    mean: str = "of dB"
    rounding: str = "of the files"
    files: str = "as they are"
    window: str = "Gaussian"
    data_range: str = "255"
    ssim_of: str = "the same pixels"
    protocol: str = ""
    """The protocol that figures were computed under as a whole, where it has an axis that is no habit."""
    home: str = field(default="sr-y", compare=False)
    """The protocol of the papers that a claim is compared with; departures are told from it."""

    @cached_property
    def usual(self) -> "Reading":
        """The reading of the papers."""
        return usual_reading(self.home)

    @cached_property
    def _departing(self) -> tuple[str, ...]:
        if self.protocol:
            named = self.protocol != self.usual.protocol
            unrounded = self.rounding != "of the files"
            return ("protocol",) * named + ("rounding",) * unrounded
        return tuple(h for h in HABITS if getattr(self, h) != getattr(self.usual, h))

    def departures(self) -> list[tuple[str, str]]:
        """Return the habits in which the reading departs from the papers' way, each with its explanation."""
        return [
            (f"{name.replace('_', ' ')}: {getattr(self, name) or 'none'}", self._explained(name))
            for name in self._departing
        ]

    def _explained(self, habit: str) -> str:
        way, papers = self._way(habit), way_of(habit, getattr(self.usual, habit))
        if not way.words:
            return (
                f"images are compared without what protocol {self.home} does ({papers.departure})"
            )
        if self.home == "sr-y" or not papers.words:
            return way.words
        return f"{way.departure}; protocol {self.home} says: {papers.departure}"

    @cached_property
    def has_rare_ssim(self) -> bool:
        """True when SSIM is neither that of the papers nor that of a protocol with these pixels."""
        named = protocols_with(self.channels, self.region, self.files)
        known = any(one.has(vars(self), SIMILARITY) for one in named)
        return bool(self._cost_of(SIMILARITY)) and not known and not self.protocol

    @cached_property
    def cost(self) -> int:
        """The measure of how unusual the reading is; 0 is the papers' way.

        The pixels of a named protocol cost as much as one departure, and its SSIM nothing besides.
        """
        if self.protocol:
            return len(self._departing)
        names = protocols_with(self.channels, self.region, self.files)
        pixels = min(self._cost_of(PIXELS), 1) if names else self._cost_of(PIXELS)
        similar = self._cost_of(SIMILARITY) if self.has_rare_ssim else 0
        rounding = self._cost_of(("rounding",))
        if any(self._rounds_as(one.protocol) for one in names):
            rounding = min(rounding, 1)
        return pixels + similar + rounding + self._cost_of(("grey", "peak", "mean"))

    def _cost_of(self, habits: Iterable[str]) -> int:
        """Return the sum of costs of departures; the way of super-resolution costs 1 elsewhere."""
        departing = [habit for habit in habits if habit in self._departing]
        return sum(
            1
            if getattr(self, habit) == getattr(_SUPER_RESOLUTION, habit)
            else self._way(habit).cost
            for habit in departing
        )

    def _way(self, habit: str) -> Way:
        return way_of(habit, getattr(self, habit))

    def _rounds_as(self, known: Protocol) -> bool:
        return {
            "of the files": True,
            "floats": not known.quantise,
            "truncated": known.truncate,
            "of files that were truncated": False,
        }[self.rounding]

    def protocols(self, *, with_ssim: bool) -> list[Protocol]:
        """Return the protocols that this is the reading of; without SSIM by the pixels only."""
        if self.protocol:
            return [protocol(self.protocol)]
        if any(habit in self._departing for habit in ("grey", "peak", "mean")):
            return []
        names = protocols_with(self.channels, self.region, self.files)
        return [
            one.protocol
            for one in names
            if self._rounds_as(one.protocol) and (not with_ssim or one.has(vars(self), SIMILARITY))
        ]


_SUPER_RESOLUTION = Reading()


@cache
def usual_reading(home: str) -> Reading:
    """Return the reading of a protocol: that of its habits, or of all colours under it as a whole."""
    named = expressed_protocols().get(home)
    if named is None:
        return Reading(channels="RGB", region="none", protocol=home, home=home)
    return Reading(**named.habits, home=home)


def way_of(habit: str, name: str) -> Way:
    """Return one of a habit's ways."""
    if habit == "protocol":
        return (
            Way(f"as protocol {name}: {protocol(name).summary.rstrip('.')}", 1) if name else Way("")
        )
    return HABITS[habit][name]


HABITS: dict[str, dict[str, Way]] = {
    "channels": channels.WAYS,
    "region": regions.WAYS,
    "grey": GREY,
    "peak": PEAK,
    "mean": MEAN,
    "rounding": ROUNDING,
    "files": FILES,
    "window": similarity_ways.WINDOW,
    "data_range": similarity_ways.DATA_RANGE,
    "ssim_of": similarity_ways.SSIM_OF,
    "protocol": {"": Way("")},
}
"""The ways by habit; those of `protocol` are the protocols, found by `way_of`."""

MOST = 4
"""Largest cost of a reading: more would not explain a figure."""


PEAK_REGIONS = ("scale", "none", "scale + 6")
"""The regions in which the maximum of the pixels is taken."""
PEAK_CHANNELS: tuple[str, ...] = (
    "luma",
    "luma, rounded",
    "RGB",
    "full-range luma",
    "full-range luma, rounded",
)
PEAK_CHANNELS += ("BT.709 luma", "scikit-image's grey")
"""The channels of which the maximum is taken."""

_PSNR_HABITS = ("channels", "region", "grey", "peak", "mean", "rounding")


@cache
def readings(home: str = "sr-y") -> tuple[Reading, ...]:
    """Return all readings of PSNR, the most usual first; combinations that no script has are left out."""
    start = replace(usual_reading(home), protocol="")
    return tuple(sorted(filter(_is_sensible, _combined(start, _PSNR_HABITS)), key=_cost))


def _combined(reading: Reading, habits: tuple[str, ...]) -> Iterator[Reading]:
    """Yield a reading with every choice of ways for these habits that costs `MOST` at most."""
    if not habits:
        yield reading
        return
    for way in HABITS[habits[0]]:
        chosen = (
            reading if way == getattr(reading, habits[0]) else replace(reading, **{habits[0]: way})
        )
        if chosen.cost <= MOST:
            yield from _combined(chosen, habits[1:])


def _is_sensible(reading: Reading) -> bool:
    """Return whether a script may read a figure so."""
    if reading.rounding != "of the files" and not channels.CHANNELS[reading.channels].is_linear:
        return False
    if reading.grey != "expanded" and reading.channels.startswith("RGB"):
        return False
    if reading.peak in FIXED_PEAKS:
        return True
    return reading.region in PEAK_REGIONS and reading.channels in PEAK_CHANNELS


def _cost(reading: Reading) -> int:
    return reading.cost
