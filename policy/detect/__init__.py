"""Pure detectors: text, later audio. No Django, no clock, no network."""
