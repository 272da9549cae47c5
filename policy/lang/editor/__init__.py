"""JSON Schemas of rule files, so that editors complete keys, explain them and mark slips.

They are made from the grammar that the readers use and from the facts of a tree. What they find is
part of what `check` finds: no schema type-checks a condition.
"""
