from __future__ import annotations

from dataclasses import dataclass

from policy.lang.diagnostics import Diagnostic, error
from policy.lang.places import Place, Text
from policy.lang.schema import FactSchema


@dataclass(frozen=True, slots=True)
class Names:
    """What an expression may name."""

    schema: FactSchema
    subject: str
    parameters: tuple[str, ...]
    variables: tuple[str, ...]


def unreadable(text: str, path: str, place: Place) -> Diagnostic | None:
    return None


def complaints(reason: str, text: Text, names: Names) -> tuple[Diagnostic, ...]:
    return (error("syntax", reason, text.path),)
