"""Formats the text of one file."""

from __future__ import annotations

from policy.lang.formatter.comments import attach
from policy.lang.formatter.layout import Writer
from policy.lang.formatter.meaning import same, same_comments
from policy.lang.formatter.outline import Outline
from policy.lang.grammar.files import GRAMMARS, Kind
from policy.lang.loader import load
from policy.lang.source import Source


class NotFormatted(Exception):
    """The text has no canonical layout: it is no YAML, or it would not come out as it went in."""


def formatted(source: Source, kind: Kind) -> str:
    """The text of a file in the canonical layout, proved to say what it said.

    Raises NotFormatted for a text that `load` refuses, and where the proof fails: that is a mistake
    of ours, and the file is better left alone.
    """
    root, found = load(source)
    if root is None or found:
        raise NotFormatted("it has mistakes")
    form = GRAMMARS[kind]
    text = Writer(attach(source, Outline(source, root))).document(root, form)
    again = Source(source.path, text)
    read, found = load(again)
    if read is None or found or not same(root, read, form):
        raise NotFormatted("it would not say the same")
    if not same_comments((source, root), (again, read)):
        raise NotFormatted("a comment would be lost")
    return text
