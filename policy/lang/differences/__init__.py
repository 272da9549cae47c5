"""What differs between two versions of a ruleset in meaning, in words for people.

`changes` are frozen data, made by `versions` out of two sides that `sides` finds; `sentences` and
`command` are one way to show them.
"""
