"""The parts of `rulesets/REFERENCE.md` that the code knows best: keys, words and facts.

They stand between `<!-- generated: NAME -->` and `<!-- end -->`; all else is written by people.
"""
