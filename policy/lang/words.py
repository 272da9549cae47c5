"""The closed lists of words that rulesets use; any other word is a mistake with a suggestion.

Each has a heading or a table line in `rulesets/REFERENCE.md`; a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

LANGUAGE = 1
"""The language version that this compiler reads."""

PARTIES = {
    "deliverer": "the account that delivered the track",
    "service": "the streaming service itself",
    "master_owner": "parties with a share of the recording",
    "publisher": "parties with a share of the musical work",
    "performer": "parties with a performer's share",
    "voice_owner": "parties with a likeness share, and the party whose voice was matched",
    "rights_holders": "every party with a share",
    "licensee": "whoever uses the track with AI",
}
"""Who can owe a duty or be told of something."""

Layer: TypeAlias = Literal["master", "publishing", "performer", "likeness"]
LAYERS: tuple[Layer, ...] = get_args(Layer)
"""Kinds of right; the same as in facts.yaml and in the catalogue."""

Use: TypeAlias = Literal[
    "train_generative",
    "train_non_generative",
    "data_mining",
    "fine_tune",
    "generate_output",
    "voice_clone",
    "style_prompt",
    "remix",
    "cover",
    "sample_stems",
    "derivative_distribution",
    "fingerprint_identification",
    "recommendation",
]
USES: tuple[Use, ...] = get_args(Use)
"""Uses of AI that consent is about; the same as in facts.yaml and in deliveries."""

NOTICES = (
    "ai_credits",
    "ai_generated",
    "ai_assisted",
    "ai_generated_voice",
    "ai_undeclared",
    "ai_vocals",
    "ai_instrumentation",
    "ai_composition",
    "ai_lyrics",
    "ai_production",
    "ai_confirmed",
    "ai_possible",
    "ai_suspected",
)
"""AI-use notices that a service can show beside a track: how much of it, which part of it, and how
surely that is known (confirmed by a mark, possible by a declaration, suspected by a detector)."""


PARTS = ("all", "rest")
"""What a hold is about: all that a layer earns, or what its known and accepted shares leave."""

KEYS = ("market_share",)
"""By what released money is shared out that was held for nobody in particular."""


@dataclass(frozen=True, slots=True)
class Detail:
    """A further key of a duty. `words` are its only values (empty: any text)."""

    words: tuple[str, ...] = ()
    required: bool = False
    parameter: bool = False  # the value names a parameter of the ruleset


@dataclass(frozen=True, slots=True)
class Duty:
    """What an obligation asks for."""

    doc: str
    details: dict[str, Detail]


_NOTE = {"note": Detail()}
_LAYER = {"layer": Detail(LAYERS)}
_USE = {"use": Detail(USES)}
_FIELD = {"field": Detail()}
_PART = {"part": Detail(PARTS)}
_KEY = {"key": Detail(KEYS)}

DUTIES = {
    "apply_label": Duty(
        "show an AI notice beside the track", {"label": Detail(NOTICES, required=True)} | _NOTE
    ),
    "exclude_from_recommendations": Duty("leave the track out of recommendations", _NOTE),
    "exclude_from_training": Duty("let no model learn from the track", _USE | _NOTE),
    "restrict_training": Duty("let models learn only within the consent", _USE | _NOTE),
    "stop_use": Duty("end the use of the track by AI", _USE | _NOTE),
    "exclude_from_monetisation": Duty("pay nothing for streams of the track", _NOTE),
    "hold_payout": Duty(
        "keep what the track earns until the matter is settled", _LAYER | _PART | _NOTE
    ),
    "release_payout": Duty("pay out what was held", _LAYER | _KEY | _NOTE),
    "exclude_from_pool": Duty("count no streams of the track in a pool", _NOTE),
    "remove_streams": Duty("take artificial streams out of the pool and of what is paid", _NOTE),
    "charge_penalty": Duty(
        "charge the party an amount",
        {"amount": Detail(required=True, parameter=True)} | _NOTE,
    ),
    "notify": Duty("tell the party of the finding", _NOTE),
    "request_disclosure": Duty("ask for a statement of AI use", _FIELD | _NOTE),
    "request_consent": Duty("ask for consent to a use of AI", _USE | _LAYER | _NOTE),
    "request_correction": Duty("ask for corrected metadata", _FIELD | _NOTE),
    "request_evidence": Duty("ask for documents, such as a licence or a session file", _NOTE),
    "request_attribution": Duty("ask for the weights of the tracks that an output drew on", _NOTE),
    "supply_shares": Duty("ask for complete shares", _LAYER | _NOTE),
    "accrue": Duty(
        "set compensation aside at a rate",
        {"layer": Detail(LAYERS, required=True), "rate": Detail(required=True, parameter=True)}
        | _NOTE,
    ),
}

DETAILS = {
    "label": "the notice that is shown",
    "layer": "the kind of right that it is about",
    "use": "the use of AI that it is about",
    "field": "the field of the delivery that it is about",
    "part": "what of it is held: `all` (default), or the `rest` that known shares leave of a layer",
    "key": "by what it is shared out; left out: to those for whom it was held",
    "rate": "name of the parameter with the rate",
    "amount": "name of the parameter with the amount",
    "note": "free text",
}
"""What the further keys of duties say."""

PARAMETER_TYPES = ("bool", "int", "double", "string", "timestamp", "duration", "list(string)")
"""Types that the values of a parameter can have."""

READERS = ("rules", "accounting")
"""Who reads a parameter: the rules of its ruleset, or the money path beside them."""

ON_ERROR = ("review", "block", "skip")
COMBINE = ("most_restrictive", "first_match")

GROUNDS = ("illegal_content", "incompatible_content")
"""`decision_ground` of the EU DSA Transparency Database (schema of June 2026), without prefix."""

CATEGORIES = (
    "ANIMAL_WELFARE",
    "CONSUMER_INFORMATION",
    "CYBER_VIOLENCE",
    "CYBER_VIOLENCE_AGAINST_WOMEN",
    "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS",
    "ILLEGAL_OR_HARMFUL_SPEECH",
    "INTELLECTUAL_PROPERTY_INFRINGEMENTS",
    "NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS",
    "NOT_SPECIFIED_NOTICE",
    "OTHER_VIOLATION_TC",
    "PROTECTION_OF_MINORS",
    "RISK_FOR_PUBLIC_SECURITY",
    "SCAMS_AND_FRAUD",
    "SELF_HARM",
    "UNSAFE_AND_PROHIBITED_PRODUCTS",
    "VIOLENCE",
)
"""`category` of the same, without `STATEMENT_CATEGORY_`."""

VISIBILITIES = (
    "REMOVED",
    "DISABLED",
    "DEMOTED",
    "AGE_RESTRICTED",
    "INTERACTION_RESTRICTED",
    "LABELLED",
    "OTHER",
)
"""`decision_visibility` of the same, without `DECISION_VISIBILITY_CONTENT_` (OTHER: without
`DECISION_VISIBILITY_`)."""

PRINTABLE = frozenset(
    ("bool", "int", "double", "string", "timestamp", "duration", "list(string)", "list(int)")
)
"""Types that a reason can show to a person."""
