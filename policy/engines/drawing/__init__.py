"""Draws a condition as its author wrote it, with the value of each part under that part.

      9 | has(track.score)
        | true
     10 |   && track.score >= params.high
        |      0.5         |  0.9
        |                  false

`explain` is what a failing case prints of a rule; `labels` finds what stands where, `layout` puts
it under the lines.
"""

from policy.engines.drawing.explaining import explain

__all__ = ["explain"]
