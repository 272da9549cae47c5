"""Whether two texts of a file say the same: what a formatter must never change."""

from __future__ import annotations

from collections import Counter

from policy.lang.extents import Tokens
from policy.lang.formatter.comments import find_comments
from policy.lang.formatter.expressions import comments_in
from policy.lang.formatter.forms import Resolved, form_of, resolved
from policy.lang.formatter.outline import Outline
from policy.lang.grammar.forms import Form, Items, Keys, Role, Text
from policy.lang.nodes import Entry, ListNode, MapNode, TextNode, YamlNode, is_empty
from policy.lang.source import Source


def same_comments(before: tuple[Source, YamlNode], after: tuple[Source, YamlNode]) -> bool:
    """Whether both files have the same comments, in whatever order."""
    return _comments(*before) == _comments(*after)


def _comments(source: Source, root: YamlNode) -> Counter[str]:
    return Counter(comment.text for comment in find_comments(source, Outline(source, root)))


def same(before: YamlNode, after: YamlNode, form: Form) -> bool:
    """Whether both nodes say the same by a form: the same values, the same CEL tokens.

    Known keys may come in any order; free keys, items and all texts must be as they were.
    """
    found = resolved(form, before)
    match before, after:
        case TextNode(), TextNode():
            role = found.role if isinstance(found, Text) else "text"
            return _same_text(before, after, role)
        case ListNode(), ListNode():
            of: Form = found.of if isinstance(found, Items) else Text()
            pairs = zip(before.items, after.items, strict=False)
            same_size = len(before.items) == len(after.items)
            return same_size and all(same(one, other, of) for one, other in pairs)
        case MapNode(), MapNode():
            return _same_entries(before, after, found)
    return False


def _same_entries(before: MapNode, after: MapNode, form: Resolved) -> bool:
    ours, theirs = (_in_one_order(node, form) for node in (before, after))
    return [entry.key.text for entry in ours] == [entry.key.text for entry in theirs] and all(
        same(one.value, other.value, form_of(form, one))
        for one, other in zip(ours, theirs, strict=True)
    )


def _in_one_order(node: MapNode, form: Resolved) -> list[Entry]:
    by_name = isinstance(form, Keys)
    return sorted(node, key=lambda entry: entry.key.text) if by_name else list(node)


def _same_text(before: TextNode, after: TextNode, role: Role) -> bool:
    if is_empty(before) or is_empty(after):
        return is_empty(before) and is_empty(after)
    match role:
        case "expression" | "condition":
            return _cel(before.text) == _cel(after.text)
        case "sentence" | "prose":
            return before.text.strip() == after.text.strip()
    return before.text == after.text and before.kind == after.kind


def _cel(text: str) -> tuple[list[str], list[str]]:
    """The tokens of an expression and its comments; blanks only end a text that is not closed."""
    tokens = Tokens.of(text)
    return [token.text.rstrip() for token in tokens.tokens], comments_in(text, tokens)
