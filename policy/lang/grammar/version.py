"""The grammar of `ruleset.yaml` and of a version."""

from __future__ import annotations

from policy.lang.grammar.forms import ByWord, Items, Key, Keys, Named, Text
from policy.lang.patterns import DAY, FIELD_NAME, KEY, PERIOD, URL
from policy.lang.plan import EFFECTS
from policy.lang.words import (
    CATEGORIES,
    COMBINE,
    DETAILS,
    DUTIES,
    GROUNDS,
    ON_ERROR,
    PARTIES,
    VISIBILITIES,
    Detail,
    Duty,
)

SENTENCE = Text("sentence")
PROSE = Text("prose")
WHOLE = Text("whole")

ABOUT = Keys(
    "the ruleset",
    (
        Key("key", Text(pattern=KEY), "key of the ruleset, the name of its folder", required=True),
        Key("title", SENTENCE, "what it is called, for people", required=True),
        Key("owner", SENTENCE, "who answers for it", required=True),
        Key("why", PROSE, "what it is for, in a few sentences", required=True),
    ),
)

REFERENCE = Keys(
    "a reference",
    (
        Key("title", SENTENCE, "the source and the place in it", required=True),
        Key("url", Text("url", pattern=URL), "its address on the web"),
    ),
    style="flow",
    wordy=True,
)

EFFECTIVE = Keys(
    "`effective`",
    (
        Key("from", Text(pattern=DAY), "the first day", required=True),
        Key("until", Text(pattern=DAY), "the first day on which the rules no longer hold"),
    ),
    style="flow",
)

DSA = Keys(
    "`dsa`",
    (
        Key("ground", Text(words=GROUNDS), "`decision_ground`", required=True),
        Key("category", Text(words=CATEGORIES), "`category`", required=True),
        Key("visibility", Text(words=VISIBILITIES), "`decision_visibility`"),
    ),
    style="flow",
    wordy=True,
)


def _obligation(do: str, duty: Duty) -> Keys:
    further = tuple(
        Key(name, _detail(detail), DETAILS[name], required=detail.required)
        for name, detail in duty.details.items()
    )
    return Keys(
        f"the obligation `{do}`",
        (
            Key("do", Text(words=(do,)), duty.doc, required=True),
            Key("of", Text(words=tuple(PARTIES)), "who owes it", required=True),
            Key(
                "within",
                Text(pattern=PERIOD),
                "the deadline, in whole days or hours: `P14D`, `PT48H`",
            ),
            *further,
        ),
        style="flow",
        wordy=True,
    )


def _detail(detail: Detail) -> Text:
    return Text(words=detail.words, pattern=FIELD_NAME if detail.parameter else "")


OBLIGATION = ByWord("do", {do: _obligation(do, duty) for do, duty in DUTIES.items()})

RULE = Keys(
    "the rule",
    (
        Key(
            "id",
            Text(pattern=KEY),
            "small letters and digits with `-` between words; unique in the version",
            required=True,
        ),
        Key("title", SENTENCE, "what the rule says, for people", required=True),
        Key("when", Text("condition"), "the condition", required=True),
        Key(
            "effect",
            Text(words=EFFECTS),
            "what the rule argues for when the condition holds",
            required=True,
        ),
        Key(
            "on_error",
            Text(words=ON_ERROR),
            "what holds when the condition has no answer: `review` (default), `block`, or `skip`",
        ),
        Key("territories", Text("expression"), "where the rule speaks; left out: everywhere"),
        Key("reason", PROSE, "the sentence that the rights holder reads", required=True),
        Key("obligations", Items(OBLIGATION, "block"), "duties that follow"),
        Key(
            "references",
            Items(REFERENCE, "block"),
            "where the rule comes from: `title` and `url`",
        ),
        Key("dsa", DSA, "how it is told to the EU DSA Transparency Database"),
    ),
)

VERSION = Keys(
    "the version",
    (
        Key("language", WHOLE, "version of this language: `1`", required=True),
        Key(
            "ruleset",
            Text(pattern=KEY),
            "key of the ruleset, the name of its folder",
            required=True,
        ),
        Key(
            "subject",
            Text(pattern=FIELD_NAME),
            "what the rules are about, a subject of facts.yaml",
            required=True,
        ),
        Key(
            "effective",
            EFFECTIVE,
            "`from` and, if they end, `until` (exclusive): "
            "the days of the subjects that the rules are for",
            required=True,
        ),
        Key("combine", Text(words=COMBINE), "`most_restrictive` (default) or `first_match`"),
        Key(
            "variables",
            Named(Text("expression"), FIELD_NAME),
            "named expressions; each may name others, in any order",
        ),
        Key("rules", Items(RULE, "block", apart=True, least=1), "the rules", required=True),
    ),
)
