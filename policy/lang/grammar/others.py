"""The grammar of `parameters.yaml`, `facts.yaml` and `tests.yaml`."""

from __future__ import annotations

from policy.lang.grammar.forms import Either, Facts, Items, Key, Keys, Named, Text, Value
from policy.lang.grammar.version import REFERENCE, SENTENCE, WHOLE
from policy.lang.patterns import DAY, FIELD_NAME, RECORD_NAME
from policy.lang.plan import EFFECTS
from policy.lang.words import DUTIES, PARAMETER_TYPES, PARTIES, READERS

# parameters.yaml

DATED = Keys(
    "a dated value",
    (
        Key("from", Text(pattern=DAY), "the first day on which it holds", required=True),
        Key("value", Value(), "the value, of the parameter's type", required=True),
        Key("reference", REFERENCE, "where it comes from", required=True),
    ),
)

PARAMETER = Keys(
    "the parameter",
    (
        Key("type", Text(words=PARAMETER_TYPES), "type of its values", required=True),
        Key("doc", SENTENCE, "what it says, with its unit", required=True),
        Key(
            "read_by",
            Text(words=READERS),
            "who reads it: `rules` (default), or `accounting`, which shares out money",
        ),
        Key(
            "values",
            Items(DATED, "block", least=1),
            "dated values from old to new; a new value is a new line at the end",
            required=True,
        ),
    ),
)

PARAMETERS = Keys(
    "the file of parameters",
    (
        Key(
            "parameters",
            Named(PARAMETER, FIELD_NAME, apart=True),
            "the parameters by name",
            required=True,
        ),
    ),
)

# facts.yaml

FIELD = Keys(
    "the fact",
    (
        Key(
            "type",
            Text(),
            "a type of this language, a record, or `list(...)` of either",
            required=True,
        ),
        Key("values", Items(Text(), least=1), "of an enum: its only values"),
        Key(
            "optional",
            Text("truth"),
            "whether it may be absent; then rules ask with `has(...)` first",
        ),
        Key(
            "planned",
            SENTENCE,
            "the provider that is to fill an optional fact which none fills yet",
        ),
        Key("unit", Text(), "unit of a number"),
        Key("doc", SENTENCE, "what it says", required=True),
    ),
    style="row",
)

RECORD = Keys(
    "the record",
    (
        Key("doc", SENTENCE, "what it is", required=True),
        Key("fields", Named(FIELD, FIELD_NAME), "its facts by name", required=True),
    ),
)

FACTS = Keys(
    "the fact schema",
    (
        Key("facts", WHOLE, "version of this form: `1`", required=True),
        Key(
            "subjects",
            Named(Text(pattern=RECORD_NAME), FIELD_NAME),
            "what rules can be about, each with the record at its root",
            required=True,
        ),
        Key(
            "records",
            Named(RECORD, RECORD_NAME, apart=True),
            "groups of facts by name",
            required=True,
        ),
    ),
)

# tests.yaml

_RULES = Either((Text("rule"), Items(Text("rule"))))

_DETAILS = tuple(dict.fromkeys(name for duty in DUTIES.values() for name in duty.details))

EXPECTED_DUTY = Keys(
    "an obligation",
    (
        Key("do", Text(words=tuple(DUTIES)), "what is owed", required=True),
        Key("of", Text(words=tuple(PARTIES)), "who owes it"),
        Key("within", Text(), "the deadline"),
        Key("due", Text(), "the instant of the deadline"),
        *(Key(name, Text(), "a key of the duty") for name in _DETAILS),
    ),
    style="flow",
    wordy=True,
)

EXPECTED = Keys(
    "`expect`",
    (
        Key(
            "outcome",
            Either((Text(words=EFFECTS), Named(Text(words=EFFECTS), style="flow"))),
            "an effect that holds everywhere, "
            "or effects by territory: `{Worldwide: allow, DE: review}`",
        ),
        Key("rules", _RULES, "exactly the rules that match"),
        Key("not_rules", _RULES, "some rules that do not match, where the others do not matter"),
        Key(
            "obligations",
            Items(EXPECTED_DUTY),
            "exactly the duties that follow; each by `do` and, as far as given, `of`, `within`, "
            "`due` (the instant at which the deadline ends) and the further keys of the duty",
        ),
        Key("reason", SENTENCE, "words that the reason of a matching rule contains"),
        Key(
            "reasons",
            Named(SENTENCE, style="flow"),
            "the same by rule: `{declared-none-but-detected: a detector scored 0.95}`",
        ),
        Key("errors", _RULES, "exactly the rules that have no answer; none when left out"),
    ),
    style="flow",
)

_AS_OF = Text()
_FIXTURES = Either((Text(), Items(Text())))

CASE = Keys(
    "a case",
    (
        Key("name", SENTENCE, "what the case shows; unique in the file", required=True),
        Key(
            "as_of",
            _AS_OF,
            "the instant of the evaluation: a timestamp, or a day for its first instant in UTC",
        ),
        Key(
            "fixture", _FIXTURES, "a fixture, or a list of them, each laid over the ones before it"
        ),
        Key(
            "facts",
            Facts(),
            "facts by path or by record, laid over `given` and the fixtures; "
            "`~` makes an optional fact absent",
        ),
        Key("unknown", Items(Text("fact")), "facts that could not be learnt"),
        Key(
            "parameters",
            Named(Value(), style="flow"),
            "values that parameters have in this case, instead of those in force",
        ),
        Key("expect", EXPECTED, "what must come out, below"),
        Key(
            "table",
            Items(Items(Value(), "wide"), "block", least=2),
            "a row of columns, then a row for each case",
        ),
        Key("todo", SENTENCE, "why the case is known to fail; reported once it passes"),
    ),
)

TESTS = Keys(
    "the file of tests",
    (
        Key("as_of", _AS_OF, "the instant of all cases that name none"),
        Key("given", Facts(), "facts that all cases have in common"),
        Key(
            "fixtures",
            Named(Facts(_FIXTURES), FIELD_NAME),
            "named facts that cases ask for; one can build `on` another, or on a list of them",
        ),
        Key("cases", Items(CASE, "block", apart=True), "the cases", required=True),
    ),
)
