"""Writes: keyword-only, one transaction each, with an audit entry where a person acted."""
