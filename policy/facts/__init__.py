"""Facts for rules: one file per group, each a function over a whole batch of tracks."""

from policy.facts.collect import Collected, collect

__all__ = ["Collected", "collect"]
