"""Runs the mutants of a ruleset against its tests: which are killed, and which live on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal as OneOf
from typing import TypeAlias

from policy.engines.mutation.masking import is_masked
from policy.engines.mutation.mutants import Mutant, mutants
from policy.engines.mutation.original import Original
from policy.engines.mutation.proofs import Prover
from policy.engines.mutation.suggestions import Suggester, Suggestion
from policy.engines.mutation.trial import Trial
from policy.engines.solver import Found, Impossible
from policy.lang.cases import Case

State: TypeAlias = OneOf["killed", "survived", "equivalent"]


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a mutant.

    `by` is the case that killed it, `because` why it is equivalent; a survivor has a `suggestion`
    where one was found.
    """

    mutant: Mutant
    state: State
    by: str = ""
    because: str = ""
    suggestion: Suggestion | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """How many mutants were killed, of those that are not equivalent."""

    killed: int
    survived: int
    equivalent: int

    @property
    def percent(self) -> float:
        """From 0 to 100; 100 where there is nothing to kill."""
        counted = self.killed + self.survived
        return 100 * self.killed / counted if counted else 100.0


@dataclass(frozen=True, slots=True)
class MutationReport:
    """The fates of a ruleset's mutants, in their order. `failing` cases could kill none.

    A `quick` report looked no closer at survivors: some may be equivalent, so that the score is the
    least that it can be.
    """

    original: Original
    cases: int
    failing: int
    fates: tuple[Fate, ...]
    quick: bool = False

    @property
    def ruleset(self) -> str:
        """The key of the ruleset."""
        return self.original.plan.ruleset

    @property
    def score(self) -> Score:
        """Of the whole ruleset."""
        return score(self.fates)

    @property
    def survivors(self) -> tuple[Fate, ...]:
        """Those that no case kills."""
        return tuple(fate for fate in self.fates if fate.state == "survived")

    def by_owner(self) -> dict[str, Score]:
        """The score of each rule, variable, parameter and key of the version."""
        owners = dict.fromkeys(fate.mutant.draft.owner for fate in self.fates)
        return {
            owner: score(fate for fate in self.fates if fate.mutant.draft.owner == owner)
            for owner in owners
        }


def score(fates: Iterable[Fate]) -> Score:
    """Counts fates by their state."""
    states = [fate.state for fate in fates]
    return Score(states.count("killed"), states.count("survived"), states.count("equivalent"))


Progress: TypeAlias = Callable[[int, int], None]
"""Told how many mutants are done, of how many."""


def run_mutants(
    original: Original,
    cases: tuple[Case, ...],
    *,
    wanted: Callable[[Mutant], bool],
    progress: Progress,
    quick: bool = False,
) -> MutationReport:
    """Make the mutants of a version, and try those that are wanted on its cases.

    `quick` tries for no survivor to find a telling case, nor to prove it equivalent.
    """
    trial = Trial(original, cases)
    runner = _Runner(trial, Suggester(trial), Prover(original, trial), quick)
    chosen = [mutant for mutant in mutants(original) if wanted(mutant)]
    fates = []
    for number, mutant in enumerate(chosen):
        progress(number, len(chosen))
        fates.append(runner.fate(mutant))
    failing = sum(not case.todo for case in cases) - len(trial.passing)
    return MutationReport(original, len(cases), failing, tuple(fates), quick)


@dataclass(frozen=True, slots=True)
class _Runner:
    trial: Trial
    suggester: Suggester
    prover: Prover
    quick: bool

    def fate(self, mutant: Mutant) -> Fate:
        """Equal in form, else killed, else what a closer look makes of it."""
        draft = mutant.draft
        if draft.equal:
            return Fate(mutant, "equivalent", because="it says the same in other words")
        killer = self.trial.killer(draft)
        if killer is not None:
            return Fate(mutant, "killed", by=killer.name)
        return Fate(mutant, "survived") if self.quick else self._closer(mutant)

    def _closer(self, mutant: Mutant) -> Fate:
        """A survivor with a telling case, else proved equal, else a survivor."""
        draft = mutant.draft
        suggestion = self.suggester.suggest(draft)
        if suggestion is not None:
            return Fate(mutant, "survived", suggestion=suggestion)
        if draft.mutator == "on-error" and self._is_masked(mutant):
            because = "another rule asks for a review of whatever leaves this one without an answer"
            return Fate(mutant, "equivalent", because=because)
        return self._asked(mutant)

    def _is_masked(self, mutant: Mutant) -> bool:
        """Whether what happens without an answer only goes from a review to none, or back."""
        plan, rule = self.trial.original.plan, mutant.draft.owner
        words = {
            each.on_error for each in (*plan.rules, *mutant.draft.plan.rules) if each.id == rule
        }
        return words == {"review", "skip"} and is_masked(plan, rule)

    def _asked(self, mutant: Mutant) -> Fate:
        """What the solver makes of a mutant that no variation of a case tells from the original."""
        proved: list[str] = []
        answers = 0
        for answer in self.prover.answers(mutant.draft):
            answers += 1
            match answer:
                case Impossible(because=because):
                    proved.append(because)
                case Found():
                    found = self.suggester.among(mutant.draft, [self.prover.case(answer)])
                    if found is not None:
                        return Fate(mutant, "survived", suggestion=found)
        if answers and len(proved) == answers:
            return Fate(mutant, "equivalent", because=proved[0])
        return Fate(mutant, "survived")
