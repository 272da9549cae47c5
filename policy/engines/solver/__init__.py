"""The solver: facts for which a condition holds, or a proof that there are none.

    answer = witness(goal, Setting(plan, schema, parameters), starts=[Start(document, as_of)])
    match answer:
        case Found(document, as_of): ...
        case Impossible(because): ...
        case Unproved(because): ...

A goal is any tree of type bool over the facts, parameters and variables of the plan; `policy.lang.
tree` puts trees together. `facts_lines` writes a found document as the `facts:` of a test.
"""

from policy.engines.solver.answers import Answer, Found, Impossible, Setting, Start, Unproved
from policy.engines.solver.facts import facts_lines
from policy.engines.solver.solving import witness

__all__ = [
    "Answer",
    "Found",
    "Impossible",
    "Setting",
    "Start",
    "Unproved",
    "facts_lines",
    "witness",
]
