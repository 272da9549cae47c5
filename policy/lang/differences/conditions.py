"""What was done to a condition: parts added and dropped, limits moved, values added."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from policy.lang.differences.changes import Change, Reach, Weight, What
from policy.lang.differences.trees import Trees, key
from policy.lang.tree import And, Call, ListOf, Literal, Node, Not, Or, Quantifier

_OPPOSITE: dict[Reach, Reach] = {"more": "less", "less": "more"}
_LOOSER = {("_>_", "_>=_"), ("_<_", "_<=_")}
_ORDERED = {"_>_": ">", "_>=_": ">=", "_<_": "<", "_<=_": "<="}


@dataclass(frozen=True, slots=True)
class Conditions:
    """Compares conditions of two versions. `weigh` says what a reach means for the rule."""

    before: Trees
    after: Trees
    weigh: Callable[[Reach], Weight]

    def changes(self, before: Node, after: Node) -> tuple[Change, ...]:
        """What differs; a single `wording` when both mean the same."""
        if key(before) == key(after):
            return ()
        if self.before.key(before) == self.after.key(after):
            return (self._change("wording", self._was(before), self._is(after), ""),)
        return tuple(self._steps(before, after, "more"))

    def reach_of_variables(self, condition: Node) -> Reach:
        """Whether more or fewer subjects match because of what variables mean on either side."""
        old, new = self.before.expanded(condition), self.after.expanded(condition)
        found = {step.reach for step in self._steps(old, new, "more")}
        return "" if not found else found.pop() if len(found) == 1 else "unclear"

    def _steps(self, before: Node, after: Node, wider: Reach) -> Iterator[Change]:
        """`wider` is what it means for the whole when this part holds more often."""
        if self._same(before, after):
            return
        for kind in (And, Or):
            if isinstance(before, kind) or isinstance(after, kind):
                yield from self._parts(kind, before, after, wider)
                return
        match before, after:
            case Not(operand=old), Not(operand=new):
                yield from self._steps(old, new, _OPPOSITE.get(wider, "unclear"))
            case Quantifier(), Quantifier() if self._alike(before, after):
                yield from self._steps(before.condition, after.condition, wider)
            case _:
                yield self._compared(before, after, wider)

    def _alike(self, before: Quantifier, after: Quantifier) -> bool:
        """Whether two quantifiers differ in no more than their condition, and hold with it."""
        ranges = self._same(before.range, after.range)
        return before.kind == after.kind and before.kind in ("exists", "all") and ranges

    def _same(self, before: Node, after: Node) -> bool:
        """Whether two nodes say the same. A variable is the same whatever it means by now: that is
        a difference of its own.
        """
        return key(before) == key(after) or self.before.key(before) == self.after.key(after)

    def _parts(
        self, kind: type[And] | type[Or], before: Node, after: Node, wider: Reach
    ) -> Iterator[Change]:
        what: What = "conjunct" if kind is And else "alternative"
        old = [*before.parts] if isinstance(before, kind) else [before]
        new = [*after.parts] if isinstance(after, kind) else [after]
        gone, come = self._unmatched(old, new)
        for one in list(gone):
            other = next((each for each in come if self._kin(one, each)), None)
            if other is not None:
                gone.remove(one)
                come.remove(other)
                yield from self._steps(one, other, wider)
        narrower = _OPPOSITE.get(wider, "unclear")
        for one in gone:
            reach = wider if kind is And else narrower
            yield self._change(what, self._was(one), "", reach)
        for other in come:
            reach = narrower if kind is And else wider
            yield self._change(what, "", self._is(other), reach)

    def _unmatched(self, old: list[Node], new: list[Node]) -> tuple[list[Node], list[Node]]:
        """The parts that only one side has."""
        gone, come = [], [*new]
        for one in old:
            other = next((each for each in come if self._same(one, each)), None)
            if other is None:
                gone.append(one)
            else:
                come.remove(other)
        return gone, come

    def _kin(self, before: Node, after: Node) -> bool:
        """Whether one part is the other with a change, rather than another part."""
        match before, after:
            case Call(arguments=(left, _)), Call(arguments=(right, _)):
                return self._same(left, right)
            case Not(operand=old), Not(operand=new):
                return self._kin(old, new)
            case Quantifier(), Quantifier():
                return self._alike(before, after)
            case ((And() | Or()), (And() | Or())):
                gone, _ = self._unmatched([*before.parts], [*after.parts])
                return type(before) is type(after) and len(gone) < len(before.parts)
        return False

    def _compared(self, before: Node, after: Node, wider: Reach) -> Change:
        """Two comparisons, or anything else that differs as a whole."""
        narrower = _OPPOSITE.get(wider, "unclear")
        was, now = self._was(before), self._is(after)
        match before, after:
            case Call(arguments=(subject, old)), Call(arguments=(same, new)) if self._kin(
                before, after
            ):
                held, holds = _words(before), _words(after)
                if held is not None and holds is not None:
                    return self._values(self._is(same), held, holds, wider, narrower)
                if self._same(old, new):
                    loosened = (before.function, after.function) in _LOOSER
                    tightened = (after.function, before.function) in _LOOSER
                    reach: Reach = wider if loosened else narrower if tightened else "unclear"
                    return self._change("operator", was, now, reach)
                if before.function == after.function and before.function in _ORDERED:
                    about = f"{self._was(subject)} {_ORDERED[before.function]}"
                    reach = _of_limit(before.function, old, new, wider, narrower)
                    return self._change("limit", self._was(old), self._is(new), reach, about)
        return self._change("condition", was, now, "unclear")

    def _values(
        self, about: str, old: list[str], new: list[str], wider: Reach, narrower: Reach
    ) -> Change:
        gone = [word for word in old if word not in new]
        come = [word for word in new if word not in old]
        reach: Reach = "unclear" if gone and come else wider if come else narrower
        return self._change("values", ", ".join(gone), ", ".join(come), reach, about)

    def _change(self, what: What, before: str, after: str, reach: Reach, about: str = "") -> Change:
        weight: Weight = self.weigh(reach) if reach else "words"
        return Change(what, before, after, weight, about, reach)

    def _was(self, node: Node) -> str:
        return self.before.text(node)

    def _is(self, node: Node) -> str:
        return self.after.text(node)


def _of_limit(function: str, old: Node, new: Node, wider: Reach, narrower: Reach) -> Reach:
    match old, new:
        case Literal(value=int() | float() as low), Literal(value=int() | float() as high):
            raised_is_wider = function in ("_<_", "_<=_")
            return wider if (high > low) == raised_is_wider else narrower
    return "unclear"


def _words(node: Node) -> list[str] | None:
    """The values of `x == "a"` and `x in ["a", "b"]`; None for anything else."""
    match node:
        case Call(function="_==_", arguments=(_, Literal(value=str() as word))):
            return [word]
        case Call(function="@in", arguments=(_, ListOf(items=items))):
            words = [item.value for item in items if isinstance(item, Literal)]
            texts = [word for word in words if isinstance(word, str)]
            return texts if len(texts) == len(items) else None
    return None
