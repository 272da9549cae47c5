"""How large a delivery may be, and how long its texts, in code points: what columns hold.

A longer text is a refusal with its place, so that no database ever cuts or refuses one.
"""

MESSAGE_BYTES = 32 * 1024 * 1024
"""Largest delivery that is read. DDEX's largest sample (a boxed set) has 0.75 MB."""

TITLE = 500
"""Titles and display artists."""
NAME = 300
"""Names of parties, version titles, file names."""
GENRE = 200
MESSAGE_ID = 200
DIGEST = 100
"""Values of hash sums and detectors' names."""
ROLE = 100
ID = 100
"""Identifiers without a form of their own, and namespaces."""
REFERENCE = 80
WORD = 60
"""Types and kinds: ReleaseType, UseType, ResourceRelationshipType."""
ISRC = 40
CODE = 20
"""ICPN, GRid, ISWC, DPID, languages, territories."""

OF_SCHEME = {"isrc": ISRC, "icpn": CODE, "grid": CODE, "iswc": CODE, "dpid": CODE}
"""By scheme of an identifier; others may have ID code points."""
