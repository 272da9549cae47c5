"""What each mutator does, in the words of `rulesets/REFERENCE.md`: a test holds them together."""

MUTATORS = {
    "comparison": "`<` `<=` `>` `>=` `==` `!=` become their neighbours: `>=` becomes `>` and `==`",
    "junction": "an `&&` becomes `\\|\\|`, an `\\|\\|` becomes `&&`",
    "dropped": "a part of `&&` or `\\|\\|` is left out",
    "negation": "a condition is negated, or loses its `!`; `true` and `false` change places",
    "quantifier": "`exists` and `all` change places, `exists_one` becomes `exists`, a `filter` "
    "keeps everything",
    "presence": "`has(...)` becomes `true`, and `false`",
    "choice": "`a ? b : c` becomes `b`, and `c`",
    "arithmetic": "`+` and `-`, `*` and `/` change places, `%` becomes `*`",
    "number": "a number becomes one less and one more; one with a point by its last place, at most "
    "by 0.01",
    "time": "a written timestamp or duration moves by a second; by a day where it is whole days",
    "word": "a word of an enum becomes the one before and the one behind it in facts.yaml",
    "text": "any other text gets one sign more",
    "member": "a list in brackets loses a member; of more than 8 the first, the middle and the "
    "last",
    "effect": "the effect becomes one step milder, and one step stricter",
    "on-error": "`on_error` becomes each of the other words",
    "scope": "`territories` are left out, or lose a written code; not for an `allow`, which "
    "changes nothing anywhere",
    "duty": "an obligation is left out",
    "party": "an obligation is owed by another party",
    "deadline": "a deadline moves by a day, or by an hour where it is in hours",
    "parameter": "a dated value becomes its neighbours as above, a truth the other, a list loses a "
    "member; its day moves by a day",
    "effective": "the rules begin, or end, a day earlier and later",
    "combine": "`most_restrictive` becomes `first_match`, or the other way round",
    "order": "two rules of a first-match table with different effects change places",
}
"""By the name that stands in a mutant's id."""
