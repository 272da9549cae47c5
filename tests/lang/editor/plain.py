"""What an editor makes of a YAML file: values by YAML 1.2."""

from __future__ import annotations

from typing import Any

from policy.lang.loader import load
from policy.lang.nodes import ListNode, MapNode, YamlNode
from policy.lang.source import Source


def plain(text: str) -> Any:
    """The values of a file."""
    root, found = load(Source("x.yaml", text))
    assert root is not None, found
    return _value(root)


def _value(node: YamlNode) -> Any:
    match node:
        case MapNode():
            return {entry.key.text: _value(entry.value) for entry in node}
        case ListNode(items=items):
            return [_value(item) for item in items]
    match node.kind:
        case "null":
            return None
        case "bool":
            return node.text == "true"
        case "int":
            return int(node.text)
        case "double":
            return float(node.text)
    return node.text
