"""What a standard can say of statements, and what it cannot: told, never silently.

Where limits cannot be said, a grant within them is written as a refusal: silence would permit
mining in the EU (Directive 2019/790, article 4), and the grant without its limits was never given.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from policy.ingest.consents.locations import path_of
from policy.ingest.consents.statements import (
    Condition,
    Decision,
    FileStatement,
    FileWarning,
    strictest,
    strictness,
)
from policy.ingest.consents.vocabulary import Standard, uses_by_word, word
from policy.lang.diagnostics import listed
from policy.lang.words import Use


@dataclass(frozen=True, slots=True)
class Ability:
    """What a format has room for, beyond its words for uses."""

    standard: Standard
    territories: bool = False
    conditions: tuple[Condition, ...] = ()
    instead: Condition | None = None  # the word for every other condition; None: a refusal
    terms: bool = True
    locations: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said with one word of a standard, in some territories (both empty: everywhere)."""

    word: str
    decision: Decision
    condition: Condition = "none"
    terms: str = ""
    territories: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()


def sayable(
    statements: Iterable[FileStatement], ability: Ability
) -> tuple[dict[str, list[Answer]], tuple[FileWarning, ...]]:
    """Answers by location, the widest first, and what cannot be said."""
    saying = _Saying(ability)
    plain = strictest(saying.joined(list(saying.plain(statements))))
    by_location: defaultdict[str, list[FileStatement]] = defaultdict(list)
    for one in sorted(plain, key=lambda one: (len(one.location), one.location)):
        by_location[one.location].append(one)
    found = {location: saying.answers(group) for location, group in by_location.items()}
    return {location: group for location, group in found.items() if group}, saying.warnings()


class _Saying:
    """The warnings so far, each once, with how many statements it is about."""

    def __init__(self, ability: Ability) -> None:
        self._ability = ability
        self._said: dict[str, int] = {}

    def warnings(self) -> tuple[FileWarning, ...]:
        """One for each sort of thing that cannot be said."""
        return tuple(
            FileWarning("cannot-say", f"{message} ({count:,} of the statements)")
            for message, count in self._said.items()
        )

    def plain(self, statements: Iterable[FileStatement]) -> Iterable[FileStatement]:
        """The statements without what the format has no place for."""
        for one in statements:
            if self._is_left_out(one):
                continue
            limited = self._limited(one)
            yield replace(
                limited,
                location=path_of(one.location),
                scope="catalogue",
                subject="",
                grantor="",
                evidence="",
                source="",
                valid_from=None,
                valid_until=None,
                line=0,
                column=0,
            )

    def joined(self, plain: Sequence[FileStatement]) -> Iterable[FileStatement]:
        """The statements without layers: a grant counts where every layer has it in which its use
        is spoken of, a refusal of one layer refuses."""
        layers: defaultdict[Use, set[str | None]] = defaultdict(set)
        for one in plain:
            layers[one.use].add(one.layer)
        if any(one.layer for one in plain):
            self._tell("layers of rights: the strictest layer speaks for all")
        granted: defaultdict[object, set[str | None]] = defaultdict(set)
        for one in plain:
            granted[replace(one, layer=None, condition="none", terms="")].add(one.layer)
        for one in plain:
            same = granted[replace(one, layer=None, condition="none", terms="")]
            if one.decision == "granted" and same != layers[one.use]:
                self._tell("a grant of some layers and not of others: it is left out")
            else:
                yield replace(one, layer=None)

    def answers(self, group: Sequence[FileStatement]) -> list[Answer]:
        """What each word says at one location, in each set of territories."""
        places = dict.fromkeys((one.territories, one.excluded) for one in group)
        found: list[Answer] = []
        for name, uses in uses_by_word(self._ability.standard).items():
            for where in places:
                here = {one.use: one for one in group if (one.territories, one.excluded) == where}
                said = [here[use] for use in uses if use in here]
                if said and word(uses[0], self._ability.standard) == name:
                    found += self._answer(name, uses, said)
        return found

    def _answer(self, name: str, uses: Sequence[Use], said: list[FileStatement]) -> list[Answer]:
        """One answer for several uses, or none when some of them are not spoken about."""
        first = max(said, key=strictness)
        missing = [use for use in uses if use not in {one.use for one in said}]
        alike = {(one.decision, one.condition, one.terms) for one in said}
        decision = first.decision
        if decision == "granted" and missing:
            self._tell(f"a grant of {listed(one.use for one in said)} without {listed(missing)}")
            return []
        if missing or len(alike) > 1:
            decision = "denied"
            self._tell(f"{listed(uses)} apart: `{name}` refuses all of them")
        condition: Condition = first.condition if decision == "granted" else "none"
        return [Answer(name, decision, condition, first.terms, first.territories, first.excluded)]

    def _is_left_out(self, one: FileStatement) -> bool:
        if word(one.use, self._ability.standard) is None:
            self._tell(f"the use `{one.use}`")
        elif one.licensee or one.model:
            self._tell("what is said to one licensee or model: it is left out")
        elif path_of(one.location) and not self._ability.locations:
            self._tell("what is said of a part: only what is said of the whole is written")
        else:
            return False
        return True

    def _limited(self, one: FileStatement) -> FileStatement:
        """The statement within what can be said of decisions, periods, conditions and places."""
        if one.valid_until is not None:
            self._tell("when a statement ends: write the file anew by then")
        if one.decision == "withdrawn":
            self._tell("that a grant was withdrawn: it is told as a refusal")
            one = replace(one, decision="denied", condition="none")
        if (one.territories or one.excluded) and not self._ability.territories:
            self._tell("territories: what holds in some is told as a refusal")
            one = replace(one, decision="denied", condition="none", territories=(), excluded=())
        one = self._conditioned(one)
        if one.terms and not self._ability.terms:
            self._tell("terms")
            one = replace(one, terms="")
        return replace(one, condition="none") if one.decision == "denied" else one

    def _conditioned(self, one: FileStatement) -> FileStatement:
        """A grant with its condition, with the next best one, or as a refusal."""
        instead, named = self._ability.instead, one.condition
        if one.decision != "granted" or named in ("none", *self._ability.conditions):
            return one
        if instead is None:
            self._tell(f"grants with the condition `{named}`: they are told as refusals")
            return replace(one, decision="denied", condition="none")
        self._tell(f"the condition `{named}`: it is told as `{instead}`")
        return replace(one, condition=instead, terms=one.terms or named)

    def _tell(self, message: str) -> None:
        self._said[message] = self._said.get(message, 0) + 1
