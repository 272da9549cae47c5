"""The forms of names and of values that files write as text."""

from __future__ import annotations

KEY = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
"""A ruleset's key and a rule's id."""

KEY_FORM = "small letters and digits with `-` between words"

FIELD_NAME = r"[a-z][a-z0-9_]*"
"""A fact, a variable, a parameter, a subject."""

RECORD_NAME = r"[A-Z][A-Za-z0-9]*"

PERIOD = r"P[1-9][0-9]{0,3}D|PT[1-9][0-9]{0,4}H"
"""ISO 8601 in whole days or hours."""

URL = r"https?://[^\s]+"

DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
