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
from policy.models.consents import Condition, Consent, ConsentProof
from policy.models.decisions import Decision, DecisionTally, Effect, Finding, Obligation
from policy.models.disputes import Dispute
from policy.models.evaluation import EvaluationRequest, FactSnapshot
from policy.models.evidence import Delivery, Detection
from policy.models.jobs import Job, Sweep
from policy.models.ledger import ExchangeRate, LedgerAccount, Posting, Transaction
from policy.models.parties import Account, Membership, Party, PartyIdentifier
from policy.models.pools import PayoutLine, PayoutStatement, PayoutTerms, Pool, PoolRun
from policy.models.rulesets import Activation, Bundle, Rule, Ruleset, RulesetVersion
from policy.models.usages import (
    Attribution,
    Notice,
    Reliance,
    Usage,
    UsageAnswers,
    UsageCheck,
    UsageDecision,
)

__all__ = [
    "Account",
    "Activation",
    "AiLevel",
    "AppendOnly",
    "Attribution",
    "AuditEntry",
    "Bundle",
    "Case",
    "CaseEvent",
    "Condition",
    "Consent",
    "ConsentProof",
    "Contributor",
    "Decision",
    "DecisionTally",
    "Delivery",
    "Detection",
    "Dispute",
    "Effect",
    "EvaluationRequest",
    "ExchangeRate",
    "FactSnapshot",
    "Finding",
    "HistoryIsAppendOnly",
    "Involvement",
    "Job",
    "Layer",
    "LedgerAccount",
    "Membership",
    "Notice",
    "Obligation",
    "Party",
    "PartyIdentifier",
    "PayoutLine",
    "PayoutStatement",
    "PayoutTerms",
    "Pool",
    "PoolRun",
    "Posting",
    "Relation",
    "Release",
    "Reliance",
    "Rule",
    "Ruleset",
    "RulesetVersion",
    "Share",
    "Sweep",
    "Track",
    "TrackTerm",
    "Transaction",
    "Usage",
    "UsageAnswers",
    "UsageCheck",
    "UsageDecision",
]
