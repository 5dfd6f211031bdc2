"""The pairing of outputs with targets, by name.

`baby_RCAN_x4` belongs to `baby_HR_x4`, `0801x4` to `0801`, `rain-001` to `norain-001`.
Names are paired by the first of these rules:

1. the names are the same; also in another Unicode form, in another case, or with other leading zeros;
2. the names are the same without words for the role at their end (HR, LR, x4, SRF_4, out ...);
3. where no two names are the same, one substitution of words explains all of them (`substitution.py`).

Where a rule leaves a choice, the names are ambiguous, which is an error. The time grows with the number of
names.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable

from iqabench.pairing.pairing import NamesError, Pairing
from iqabench.pairing.substitution import ambiguous_output, ambiguous_target, find_substitution
from iqabench.pairing.words import core, is_number, scale_of, words
from iqabench.printable import first_names, printable

_LEADING_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")


def pair_names(outputs: Iterable[str], targets: Iterable[str]) -> Pairing:
    """Pair the names of outputs and targets; names have no suffix.

    Raises: PairingError when names are ambiguous, or when no output belongs to any target.
    """
    matching = _Matching(outputs, targets)
    matching.by_form(str, "")
    matching.by_form(composed, "names in another Unicode form")
    matching.by_form(folded, "upper and lower case taken as equal")
    matching.by_form(unpadded, "leading zeros left out")
    if matching.is_open():
        matching.by_roles()
    matching.require_no_choice()
    pairing = Pairing(
        dict(sorted(matching.pairs.items())), matching.targets, matching.outputs, matching.rules
    )
    if not pairing.pairs:
        raise _nothing_pairs(matching.outputs, matching.targets)
    return pairing


def composed(name: str) -> str:
    """Return a name in the composed Unicode form: some systems keep an accent as a character of its own."""
    return name if name.isascii() else unicodedata.normalize("NFC", name)


def folded(name: str) -> str:
    """Return a composed name in which case makes no difference."""
    return composed(name).casefold()


def unpadded(name: str) -> str:
    """Return a folded name whose numbers have no leading zeros."""
    return _LEADING_ZEROS.sub("", folded(name))


class _Matching:
    """The names that have no partner yet, and the pairs."""

    def __init__(self, outputs: Iterable[str], targets: Iterable[str]) -> None:
        self.outputs, self.targets = sorted(set(outputs)), sorted(set(targets))
        self.pairs: dict[str, str] = {}
        """The output of each target."""
        self.rules: list[str] = []
        self._choices: list[tuple[list[str], list[str]]] = []
        """Outputs and targets that a rule found alike, where it could not choose."""

    def is_open(self) -> bool:
        """Return whether there are outputs and targets without a partner."""
        return bool(self.outputs and self.targets)

    def by_form(self, form: Callable[[str], str], rule: str) -> None:
        """Pair the names that have the same form, when no others have it."""
        of_targets = _grouped(self.targets, form)
        found: dict[str, str] = {}
        for key, outputs in _grouped(self.outputs, form).items():
            targets = of_targets.get(key, [])
            if len(outputs) == len(targets) == 1:
                found[targets[0]] = outputs[0]
            elif targets:
                self._choices.append((outputs, targets))
        self._take(found, rule)

    def by_roles(self) -> None:
        """Pair the names that are the same without words for the role at their end and tell no two scales.

        Where this leaves names over and no names are the same, one substitution may explain more of them.
        """
        found, choices = _by_roles(self.outputs, self.targets)
        rule, example = "words for the role at the end left out", True
        if not self.pairs and len(found) < min(len(self.outputs), len(self.targets)):
            explained, text, is_plain = self._by_substitution()
            if len(explained) > len(found):
                found, choices, rule, example = explained, [], text, not is_plain
        self._choices += choices
        self._take(found, rule, example=example)

    def _by_substitution(self) -> tuple[dict[str, str], str, bool]:
        """Return the pairs by one substitution, in words, and whether names were compared as they are."""
        for form in (composed, unpadded):
            outputs, targets = _grouped(self.outputs, form), _grouped(self.targets, form)
            if len(outputs) != len(self.outputs) or len(targets) != len(self.targets):
                continue  # two names have the same form
            found, text = find_substitution(
                {names[0]: words(key) for key, names in outputs.items()},
                {names[0]: words(key) for key, names in targets.items()},
            )
            if found:
                return found, text, form is composed
        return {}, "", True

    def require_no_choice(self) -> None:
        """Raise PairingError when a rule could not choose between names that are still without a partner."""
        outputs, targets = set(self.outputs), set(self.targets)
        for some, others in self._choices:
            left = [o for o in some if o in outputs], [t for t in others if t in targets]
            if all(left):
                raise _choice(*left)

    def _take(self, found: dict[str, str], rule: str, *, example: bool = True) -> None:
        if not found:
            return
        self.pairs |= found
        paired = set(found.values())
        self.outputs = [output for output in self.outputs if output not in paired]
        self.targets = [target for target in self.targets if target not in found]
        if rule:
            target, output = next(iter(found.items()))
            pair = f" ({printable(output)} -> {printable(target)})" if example else ""
            self.rules.append(rule + pair)


def _choice(outputs: list[str], targets: list[str]) -> NamesError:
    if len(targets) > 1:
        return ambiguous_output(outputs[0], targets)
    return ambiguous_target(targets[0], outputs)


def _core(name: str) -> str:
    return core(folded(name))


def _by_roles(
    outputs: list[str], targets: list[str]
) -> tuple[dict[str, str], list[tuple[list[str], list[str]]]]:
    """Return the output of each target by their names without words for the role, and the choices left."""
    of_targets = {key: _grouped(group, scale_of) for key, group in _grouped(targets, _core).items()}
    found: dict[str, list[str]] = {}
    choices = []
    for output in outputs:
        by_scale = of_targets.get(_core(output), {})
        scale = scale_of(output)
        fitting = by_scale.get(scale) if scale else None
        if fitting is None:
            scales = ("",) if scale else tuple(by_scale)[:2]
            fitting = [name for each in scales for name in by_scale.get(each, [])[:2]]
        if len(fitting) > 1:
            choices.append(([output], fitting))
        elif fitting:
            found.setdefault(fitting[0], []).append(output)
    choices += [(several, [target]) for target, several in found.items() if len(several) > 1]
    return {target: few[0] for target, few in found.items() if len(few) == 1}, choices


def _grouped(names: Iterable[str], form: Callable[[str], str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(form(name), []).append(name)
    return groups


def _nothing_pairs(outputs: list[str], targets: list[str]) -> NamesError:
    """Return the error about names of which none pair; names that begin alike are told with the reason."""
    cores: dict[str, str] = {_core(target): target for target in targets}
    begun: dict[str, list[str]] = {}
    for output in outputs:
        for end in _ends_of_words(output):
            target = cores.get(folded(output[:end]))
            if target is not None:
                begun.setdefault(target, []).append(output)
                break
    for target, several in begun.items():
        if len(several) > 1 and not all(_is_numbered(o, _core(target)) for o in several):
            return ambiguous_target(target, several)
    reason = hint = ""
    for target, several in begun.items():
        if _is_numbered(several[0], _core(target)):
            reason = (
                f" '{printable(several[0])}' is not taken for an output of '{printable(target)}', because "
                "a number after a name makes another name."
            )
            hint = "Add --many if it belongs to it. "
            break
    return NamesError(
        f"no output belongs to a target by its name. Outputs: {first_names(outputs)}; targets: "
        f"{first_names(targets)}.{reason}",
        f"{hint}Expected the same names, or names that one substitution explains, such as baby_MODEL_x4 and "
        "baby_HR_x4. Say which belong together with --pairs FILE.csv, a table with the header output,target.",
    )


def _ends_of_words(name: str) -> list[int]:
    """Return the positions at which a beginning of the name may end, the longest first."""
    return [found.start() for found in re.finditer(r"[_\-. ]|x\d", name)][::-1]


def _is_numbered(output: str, beginning: str) -> bool:
    return is_number(words(output[len(beginning) :]))
