"""Mutation: how much the tests of a ruleset would notice.

A mutant is a ruleset with one small change, such as an author could make by mistake. It is killed
when a case that passed fails with it. One that lives on is a hole in the tests: its place, what was
changed, and a case that would notice are told.
"""
