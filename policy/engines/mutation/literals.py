"""Mutators of what is written out: numbers, times, texts, words of enums, members of lists."""

from __future__ import annotations

import math
from collections.abc import Iterator

from msgspec.structs import replace

from policy.engines.mutation.sites import Change, Site
from policy.engines.mutation.steps import (
    neighbours,
    next_doubles,
    next_ints,
    next_times,
    without_one,
)
from policy.lang.diagnostics import quoted
from policy.lang.tree import Call, ListOf, Literal, Node


def numbers(node: Node, site: Site) -> Iterator[Change]:
    """A number becomes one less and one more; with a point, by its last place."""
    match node:
        case Literal(type="int", value=int() as whole):
            yield from (_became(node, near, site) for near in next_ints(whole))
        case Literal(type="double", value=float() as value) if math.isfinite(value):
            yield from (_became(node, near, site) for near in next_doubles(value))


def times(node: Node, site: Site) -> Iterator[Change]:
    """A written instant or length of time moves by a second; by a day where it is whole days."""
    match node:
        case Call(function="timestamp" | "duration" as kind, arguments=(Literal() as told,)):
            for near in next_times(str(told.value), kind):
                changed = replace(told, value=near)
                words = f"{site.text(told)} became {quoted(near)}"
                yield Change(told.span, words, replace(node, arguments=(changed,)))


def words(node: Node, site: Site) -> Iterator[Change]:
    """A word of an enum becomes the one before and the one behind it in facts.yaml."""
    match node:
        case Literal(value=str() as word) if id(node) in site.words:
            for near in neighbours(word, site.words[id(node)]):
                yield _became(node, near, site)


def texts(node: Node, site: Site) -> Iterator[Change]:
    """Any other text gets a sign more, so that it is another."""
    match node:
        case Literal(type="string", value=str() as text) if not (
            id(node) in site.words or id(node) in site.instants
        ):
            yield _became(node, f"{text}x", site)


def members(node: Node, site: Site) -> Iterator[Change]:
    """A list in brackets loses a member."""
    if isinstance(node, ListOf):
        for at, rest in without_one(node.items):
            item = node.items[at]
            words = f"left out {site.text(item)}"
            yield Change(item.span, words, replace(node, items=rest))


def _became(node: Literal, value: int | float | str, site: Site) -> Change:
    new = f'"{value}"' if isinstance(value, str) else repr(value)
    return Change(node.span, f"{site.text(node)} became {quoted(new)}", replace(node, value=value))
