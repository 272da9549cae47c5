"""Facts for rules: one file per group, each a function over a whole batch of tracks."""

from policy.facts.batch import Subject
from policy.facts.collecting import Collected, collect, collect_each

__all__ = ["Collected", "Subject", "collect", "collect_each"]
