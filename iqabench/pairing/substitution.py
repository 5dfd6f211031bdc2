"""The search for the one substitution of words that explains all names: `rain-001` is `norain-001`.

A substitution replaces the same words at the same place of every name. It is found by laying a few names of
one side beside all names of the other, so that the time grows with the number of names and not with its
square. A bare number is never replaced: `img_2` is another image than `img`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from iqabench.pairing.pairing import NamesError
from iqabench.pairing.words import Words, has_name, is_number, is_role
from iqabench.printable import printable

_ANCHORS = 2
"""The number of names of each side that are laid beside all names of the other."""
_FEW = 1000
"""The number of substitutions below which each is tried on all names, if there are few names, too."""
_MOST_TRIALS = 200_000
_KEPT = 20
"""The number of substitutions that are tried when there are many."""

_Place = tuple[Words, Words, int | None, int | None]
"""The fields of a substitution."""


@dataclass(frozen=True)
class Substitution:
    """Words of the output's name, the words of the target's name in their place, and the place."""

    old: Words
    new: Words
    start: int | None
    """The number of words before them; None when the place is counted from the end or is anywhere."""
    end: int | None
    """The number of words after them; None when the place is counted from the start or is anywhere."""

    def apply(self, name: Words) -> Words | None:
        """Return the name with the words replaced; None where they do not stand at the place."""
        at = self._place(name)
        if at is None:
            return None
        return name[:at] + self.new + name[at + len(self.old) :]

    def _place(self, name: Words) -> int | None:
        size = len(self.old)
        if self.start is not None:
            at = self.start
        elif self.end is not None:
            at = len(name) - self.end - size
        else:
            places = [i for i in range(len(name)) if name[i : i + size] == self.old]
            return places[0] if len(places) == 1 else None
        return at if at >= 0 and name[at : at + size] == self.old else None


@dataclass(frozen=True)
class _Explained:
    substitution: Substitution
    pairs: dict[str, str]
    """The name of the target for the name of each output."""


def find_substitution(
    outputs: Mapping[str, Words], targets: Mapping[str, Words]
) -> tuple[dict[str, str], str]:
    """Return the output of each target, and the substitution in words; none when no substitution is found.

    It must explain more than half of the names of the smaller side, and two of them unless there is only one.

    Raises: PairingError, with both names, when two substitutions explain them in different ways.
    """
    names = {word: name for name, word in targets.items()}
    least = min(len(outputs), len(targets)) // 2 + 1
    found = []
    for candidate in _candidates(list(outputs.values()), list(targets.values())):
        pairs = _explain(candidate, outputs, names)
        if len(pairs) >= max(least, 2) or (len(pairs) == least == 1 and _is_plain(candidate)):
            found.append(_Explained(candidate, pairs))
    if not found:
        return {}, ""
    best = max(found, key=lambda each: len(each.pairs))
    for other in found:
        _require_agreement(best.pairs, other.pairs)
    return {target: output for output, target in best.pairs.items()}, _in_words(best, outputs)


def _candidates(outputs: Sequence[Words], targets: Sequence[Words]) -> Iterable[Substitution]:
    """Return the substitutions between a few names of each side and all names of the other.

    Of many, those remain that more than one of the few names have.
    """
    counts: Counter[_Place] = Counter()
    for output in _spread(outputs, _ANCHORS):
        counts.update({place for target in targets for place in _between(output, target)})
    for target in _spread(targets, _ANCHORS):
        counts.update({place for output in outputs for place in _between(output, target)})
    places = [place for place in counts if _is_possible(place)] if len(counts) < _FEW else []
    if len(counts) * len(outputs) > _MOST_TRIALS or not places:
        common = sorted((p for p, count in counts.items() if count > 1), key=lambda p: -counts[p])
        places = [place for place in common if _is_possible(place)][:_KEPT]
    return [Substitution(*place) for place in places]


def _between(output: Words, target: Words) -> tuple[_Place, ...]:
    """Return the substitutions that make the name of the target of that of the output."""
    if output[0] != target[0] and output[-1] != target[-1]:
        return ()
    shortest = min(len(output), len(target))
    before = 0
    while before < shortest and output[before] == target[before]:
        before += 1
    after = 0
    while after < shortest - before and output[-1 - after] == target[-1 - after]:
        after += 1
    last = len(output) - after
    if not has_name(output[:before] + output[last:]):
        return ()
    old, new = output[before:last], target[before : len(target) - after]
    if not before:
        return ((old, new, 0, None),)
    if not after:
        return ((old, new, None, 0),)
    return ((old, new, before, None), (old, new, None, after), (old, new, None, None))


def _is_possible(place: _Place) -> bool:
    """Return whether no bare number is replaced, and the words that are put in have a place."""
    old, new, start, end = place
    has_place = bool(old) or start is not None or end is not None
    return has_place and not is_number(old) and not is_number(new)


def _explain(
    candidate: Substitution, outputs: Mapping[str, Words], names: Mapping[Words, str]
) -> dict[str, str]:
    pairs = {}
    for output, words in outputs.items():
        replaced = candidate.apply(words)
        if replaced is not None and replaced in names:
            pairs[output] = names[replaced]
    return pairs if len(set(pairs.values())) == len(pairs) else {}


def _is_plain(candidate: Substitution) -> bool:
    """Return whether a substitution is believed of a single pair, which no other pair confirms.

    The words of the target must stand for a role, and the words that are only in the output's name must be
    more than a letter and not begin with a number: `img_b` and `img_2_rcan` may be other images than `img`.
    """
    old, new = candidate.old, candidate.new
    if not is_role(new):
        return False
    if candidate.start is None and candidate.end == 0:
        first = next((word for word in old if word[0].isalnum()), "")
        if first[:1].isdigit():
            return False
    letters = [word for word in old if word[0].isalpha()]
    return not letters or any(len(word) > 1 for word in letters)


def _require_agreement(one: Mapping[str, str], other: Mapping[str, str]) -> None:
    outputs = {target: output for output, target in one.items()}
    for output, target in other.items():
        if one.get(output, target) != target:
            raise ambiguous_output(output, (one[output], target))
        if outputs.get(target, output) != output:
            raise ambiguous_target(target, (outputs[target], output))


def ambiguous_output(output: str, targets: Iterable[str]) -> NamesError:
    """Return the error about an output that may belong to several targets."""
    return NamesError(
        f"'{printable(output)}' may belong to any of {_quoted(targets)}.",
        "Keep the one that is meant in the folder, or say which belong together: --pairs FILE.csv, with the "
        "header output,target.",
    )


def ambiguous_target(target: str, outputs: Iterable[str]) -> NamesError:
    """Return the error about several outputs that may belong to one target."""
    return NamesError(
        f"two outputs belong to the target '{printable(target)}': {_quoted(outputs)}.",
        "Keep one of them in the folder, say which belong together with --pairs FILE.csv (header "
        "output,target), or add --many if each is to be compared with that target.",
    )


def _quoted(names: Iterable[str]) -> str:
    """Return at most three names in quotes."""
    return " and ".join(f"'{printable(name)}'" for name in islice(sorted(set(names)), 3))


def _in_words(explained: _Explained, outputs: Mapping[str, Words]) -> str:
    """Return a substitution as in `'rain-' -> 'norain-'`, with the separator that both sides share."""
    how = explained.substitution
    old, new = "".join(how.old), "".join(how.new)
    name = outputs[next(iter(explained.pairs))]
    if old and new and how.start == 0:
        shared = name[len(how.old)]
        old, new = (text + shared if not shared[0].isalnum() else text for text in (old, new))
    elif old and new and how.end == 0:
        shared = name[-1 - len(how.old)]
        old, new = (shared + text if not shared[0].isalnum() else text for text in (old, new))
    return f"'{printable(old)}' -> '{printable(new)}'"


def _spread(items: Sequence[Words], count: int) -> Sequence[Words]:
    """Return at most `count` items, evenly spread from the first on."""
    return items[:: max(1, len(items) // count)][:count]
