"""What the files of a ruleset may hold, as data.

The readers take the names of keys from here, the formatter their order and layout, the schema for
editors and the tables of `rulesets/REFERENCE.md` all of it. A new key is a line here and its
reading in the reader.
"""
