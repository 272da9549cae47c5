"""An ERN message as an element tree: which root, which version.

Children are found by plain names afterwards, whichever prefixes the sender used.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from policy.ingest.delivery import Kind
from policy.ingest.ern_versions import VERSIONS, Version
from policy.ingest.refusals import MessageRefused, Refusal
from policy.ingest.safe_xml import Element, decoded, line_of, parse_xml
from policy.lang.diagnostics import listed, quoted
from policy.lang.source import Source

_NAMESPACE = "http://ddex.net/xml/ern/"
_ROOTS: dict[str, Kind] = {"NewReleaseMessage": "new_release", "PurgeReleaseMessage": "purge"}


@dataclass(frozen=True, slots=True)
class Document:
    """A message that is well-formed XML, of a root and version that we read."""

    root: Element
    kind: Kind
    version: Version
    path: str
    raw: bytes

    def source(self) -> Source:
        """The text as sent, for quoting lines."""
        return decoded(self.raw, self.path, self.root.getroottree().docinfo.encoding)


def parse(raw: bytes, path: str) -> Document:
    """Parse one message. `path` is what problems print. Raises MessageRefused."""
    root = parse_xml(raw, path, named="an ERN message", begins="<?xml")
    kind, version = _root(root, raw, path)
    _drop_namespace(root)
    return Document(root, kind, version, path, raw)


def _root(root: Element, raw: bytes, path: str) -> tuple[Kind, Version]:
    name = etree.QName(root)
    namespace = name.namespace or ""
    if not namespace.startswith(_NAMESPACE) or name.localname not in _ROOTS:
        message = f"{quoted(name.localname)} is not the root of an ERN message"
        if namespace:
            message += f" (its namespace is {quoted(namespace)})"
        help = f"send {listed(_ROOTS)} with the namespace `{_NAMESPACE}432` or an earlier one"
        raise _at_root("unknown-root", message, help, root, raw, path)
    number = namespace.removeprefix(_NAMESPACE)
    if number not in VERSIONS:
        message = f"ERN version {quoted(number)} is not read"
        help = f"send {listed(_NAMESPACE + known for known in VERSIONS)}"
        raise _at_root("unknown-version", message, help, root, raw, path)
    return _ROOTS[name.localname], VERSIONS[number]


def _drop_namespace(root: Element) -> None:
    """ERN leaves children unqualified; a default namespace, or a prefix, qualifies them."""
    prefix = f"{{{etree.QName(root).namespace}}}"
    if any(str(child.tag).startswith(prefix) for child in root):
        for element in root.iter(f"{prefix}*"):
            element.tag = str(element.tag).removeprefix(prefix)


def _at_root(
    code: str, message: str, help: str, root: Element, raw: bytes, path: str
) -> MessageRefused:
    line = line_of(root)
    source = decoded(raw, path, root.getroottree().docinfo.encoding)
    column = source.line(line).find("<") + 1
    return MessageRefused([Refusal(code, message, path, line, column or 1, help=help)], source)
