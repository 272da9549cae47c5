"""The rulesets under which the cast's works are decided in the tests of pages.

The song is withheld (an AI voice that was declared away), and limited and reviewed besides; of
the rival only Germany is blocked.
"""

from __future__ import annotations

from pathlib import Path

from tests import trees

VOICE = """\
  - id: voice-declared-away
    title: A voice is AI, though the track is declared free of it
    when: |
      ai_voice && track.ai.declared == "none"
    effect: withhold
    reason: '"{track.title}" is declared free of AI, but a voice on it is not.'
    obligations:
      - {do: request_correction, of: deliverer, within: P14D}
      - {do: notify, of: master_owner, within: P2D}
    references:
      - {title: House decision of 2026, url: "https://example.org/house"}
"""

UNEVEN = """\
  - id: one-holder-dominates
    title: One party holds more than half
    when: |
      track.parties.exists(p, has(p.basis_points) && p.basis_points > params.dominant)
    effect: limit
    reason: A party holds more than half of "{track.title}".
"""

GERMAN = """\
  - id: short-in-germany
    title: Too short for Germany
    when: |
      has(track.duration_seconds) && track.duration_seconds < 60
    effect: block
    territories: '["DE", "AT"]'
    reason: '"{track.title}" lasts {track.duration_seconds} s.'
"""

DOMINANT = """\
parameters:
  dominant:
    type: int
    doc: Basis points from which on a party dominates.
    values:
      - {from: 2025-01-01, value: 5000, reference: {title: House decision}}
"""

AI_VOICE = """\
variables:
  ai_voice: |
    track.contributors.exists(c, c.facet == "vocals" && c.ai in ["all", "partly"])
rules:
"""


def write(root: Path) -> Path:
    """Three rulesets, ready to be published."""
    labelling = trees.version_text("labelling", VOICE).replace("rules:\n", AI_VOICE, 1)
    trees.write_ruleset(root, "labelling", {"1.0.0": labelling})
    shares = {"1.0.0": trees.version_text("shares", UNEVEN)}
    trees.write_ruleset(root, "shares", shares, parameters=DOMINANT)
    trees.write_ruleset(root, "length", {"1.0.0": trees.version_text("length", GERMAN)})
    return trees.lock(root)
