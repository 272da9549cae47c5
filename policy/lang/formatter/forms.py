"""The form that a node of a file has by the grammar, and what follows for its layout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from policy.lang.grammar.forms import (
    ByWord,
    Either,
    Facts,
    Form,
    Items,
    Keys,
    Named,
    Text,
    Value,
)
from policy.lang.nodes import Entry, ListNode, MapNode, TextNode, YamlNode

Resolved: TypeAlias = Text | Items | Named | Keys

_ROW = Value("row")
_FACTS = Named(Value(), style="lone")


def resolved(form: Form, node: YamlNode) -> Resolved:
    """The form where it depends on what is there. A node of another shape may be anything."""
    match form:
        case Either(forms):
            fitting = (each for each in (resolved(one, node) for one in forms) if _fits(each, node))
            return next(fitting, _free(node, "flow"))
        case ByWord(key, forms) if isinstance(node, MapNode):
            word = node.get(key)
            found = forms.get(word.text) if isinstance(word, TextNode) else None
            return found or _free(node, "flow")
        case Value(style):
            return _free(node, style)
        case Facts():
            return resolved(_FACTS, node)
        case Text() | Items() | Named() | Keys() if _fits(form, node):
            return form
    return _free(node, "flow")


def form_of(form: Resolved, entry: Entry) -> Form:
    """The form of an entry's value in a mapping of a form."""
    match form:
        case Keys():
            key = form.get(entry.key.text)
            return key.form if key else Value()
        case Named(of=inner):
            return inner
    return Value()


def in_order(form: Resolved, node: MapNode) -> Sequence[Entry]:
    """Known keys in the order of the grammar, others behind them; free keys in the author's."""
    if not isinstance(form, Keys):
        return node.entries
    places = {name: place for place, name in enumerate(form.names)}
    return sorted(node.entries, key=lambda entry: places.get(entry.key.text, len(places)))


def is_simple(node: YamlNode) -> bool:
    """Whether a collection reads well on one line: no mapping in a mapping, no list of mappings.

    A list of one is as simple as what is in it.
    """
    match node:
        case MapNode():
            return not any(_holds_mapping(entry.value) for entry in node)
        case ListNode(items=items):
            return len(items) < 2 or not any(map(_holds_mapping, items))
    return True


def _holds_mapping(node: YamlNode) -> bool:
    match node:
        case MapNode():
            return True
        case ListNode(items=items):
            return any(map(_holds_mapping, items))
    return False


def _fits(form: Form, node: YamlNode) -> bool:
    match node:
        case TextNode():
            return isinstance(form, Text)
        case ListNode():
            return isinstance(form, Items)
    return isinstance(form, Named | Keys)


def _free(node: YamlNode, style: str) -> Resolved:
    """The form of what the grammar leaves open."""
    match node:
        case TextNode():
            return Text()
        case ListNode():
            return Items(_ROW, "row" if style == "row" else "flow")
    return Named(_ROW if style == "row" else Value(), style="row" if style == "row" else "flow")
