"""Reads for people: querysets and frozen answers, always through `visibility`."""
