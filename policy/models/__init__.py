"""Rows and constraints; no YAML, no rules. One aggregate a file."""

from policy.models.audit import AuditEntry
from policy.models.base import AppendOnly, HistoryIsAppendOnly
from policy.models.cases import Case, CaseEvent
from policy.models.catalogue import (
    AiLevel,
    Contributor,
    Involvement,
    Layer,
    Relation,
    Release,
    Share,
    Track,
    TrackTerm,
)
from policy.models.decisions import Decision, DecisionTally, Effect, Finding, Obligation
from policy.models.evaluation import EvaluationRequest, FactSnapshot
from policy.models.evidence import Consent, Delivery, Detection
from policy.models.parties import Account, Membership, Party, PartyIdentifier
from policy.models.rulesets import Activation, Bundle, Rule, Ruleset, RulesetVersion

__all__ = [
    "Account",
    "Activation",
    "AiLevel",
    "AppendOnly",
    "AuditEntry",
    "Bundle",
    "Case",
    "CaseEvent",
    "Consent",
    "Contributor",
    "Decision",
    "DecisionTally",
    "Delivery",
    "Detection",
    "Effect",
    "EvaluationRequest",
    "FactSnapshot",
    "Finding",
    "HistoryIsAppendOnly",
    "Involvement",
    "Layer",
    "Membership",
    "Obligation",
    "Party",
    "PartyIdentifier",
    "Relation",
    "Release",
    "Rule",
    "Ruleset",
    "RulesetVersion",
    "Share",
    "Track",
    "TrackTerm",
]
