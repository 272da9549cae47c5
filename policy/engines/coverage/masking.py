"""Which atoms of a decision carry its truth in one evaluation: the heart of masking MC/DC.

An atom carries when it was asked and nothing else settles the decision:

- below `&&` that is false only the part that is false carries, since those before it are true and
  those behind it were not asked; below `&&` that is true every part does;
- below `||` the same with true and false exchanged;
- below `!` the operand carries, below `? :` the test and the branch that it chose.

Where an atom carries, and it alone had the other truth, the decision could have come out otherwise;
what was not asked is free to be as it must. So two evaluations in which an atom carries, with
different truths of the atom and of the decision, show that the atom decides.
"""

from __future__ import annotations

from collections.abc import Iterator

from policy.engines.coverage.decisions import joins
from policy.engines.observing import Seen
from policy.lang.tree import And, If, Literal, Or


def carriers(seen: Seen) -> Iterator[Seen]:
    """The evaluations of the atoms that carry the truth of a decision, itself without an error."""
    match seen.node:
        case Literal():
            return
        case And() | Or():
            settled = seen.value is isinstance(seen.node, Or)
            for part in seen.parts[-1:] if settled else seen.parts:
                yield from carriers(part)
        case If() if joins(seen.node):
            test, branch = seen.parts
            yield test
            yield from carriers(branch)
        case node if joins(node):
            yield from carriers(seen.parts[0])
        case _:
            yield seen


def asked(seen: Seen) -> Iterator[Seen]:
    """The evaluations of all atoms of a decision that were asked."""
    node = seen.node
    if not joins(node):
        if not isinstance(node, Literal):
            yield seen
        return
    for part in seen.parts:
        if isinstance(node, If) and part.node is node.condition:
            yield part
        else:
            yield from asked(part)


def sound(seen: Seen) -> bool:
    """Whether an evaluation shows anything: no atom that was asked is an error."""
    return seen.error is None and all(atom.error is None for atom in asked(seen))
