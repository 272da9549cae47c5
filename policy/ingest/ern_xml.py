"""From bytes to an element tree that is safe to read, or a refusal.

Entities, document types and the network are off, size and depth are limited, and what libxml2 has
to say about broken text becomes one clear problem with its place. Children are found by plain
names afterwards, whichever prefixes the sender used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias, cast

from lxml import etree

from policy.ingest import limits
from policy.ingest.delivery import Kind
from policy.ingest.ern_versions import VERSIONS, Version
from policy.ingest.refusals import MessageRefused, Refusal, too_large
from policy.lang.diagnostics import listed, quoted
from policy.lang.source import Source

Element: TypeAlias = etree._Element

MAX_DEPTH = 64
"""Deepest nesting that is read. The samples stay under 10."""

MAX_TAGS = 1_500_000
"""Most tags that are read, so that tiny elements cannot fill the memory: about 250 MB for these."""

_NAMESPACE = "http://ddex.net/xml/ern/"
_ROOTS: dict[str, Kind] = {"NewReleaseMessage": "new_release", "PurgeReleaseMessage": "purge"}
_ENCODINGS = frozenset(
    ["utf-8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "ascii", "iso-8859-1", "windows-1252"]
)
_TOO_DEEP = etree.XPath("boolean(/" + "/".join("*" * (MAX_DEPTH + 1)) + ")")


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
    if len(raw) > limits.MESSAGE_BYTES:
        raise too_large(path)
    if not raw.strip():
        raise _whole("empty", "the message is empty", path)
    if raw.count(b"<") > MAX_TAGS:
        message = f"the message has more than {MAX_TAGS:,} tags"
        raise _whole("too-large", message, path, "send fewer releases at once")
    root = _tree(raw, path)
    _check_document(root, raw, path)
    kind, version = _root(root, raw, path)
    _drop_namespace(root)
    return Document(root, kind, version, path, raw)


def decoded(raw: bytes, path: str, encoding: str | None = None) -> Source:
    """The text of a message for quoting, wrong bytes replaced."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    try:
        text = raw.decode(encoding or "utf-8", errors="replace")
    except LookupError:
        text = raw.decode("utf-8", errors="replace")
    return Source(path, text.replace("\r\n", "\n").replace("\r", "\n"))


def line_of(element: Element) -> int:
    """The 1-based line of an element's start tag."""
    return cast("int | None", element.sourceline) or 1


def _tree(raw: bytes, path: str) -> Element:
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_blank_text=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as broken:
        raise _broken(broken, raw, path) from None


def _check_document(root: Element, raw: bytes, path: str) -> None:
    info = root.getroottree().docinfo
    if cast("object | None", info.internalDTD) is not None:
        raise _doctype(raw, path)
    encoding = info.encoding or "utf-8"
    if encoding.lower() not in _ENCODINGS:
        message = f"the encoding {quoted(encoding)} is not read"
        raise _whole("encoding", message, path, "send UTF-8")
    if _TOO_DEEP(root):
        raise _too_deep(path)


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


def _broken(broken: etree.XMLSyntaxError, raw: bytes, path: str) -> MessageRefused:
    """What libxml2 says, sorted into the few things that a sender can do about it."""
    said = re.sub(r",? line \d+, column \d+.*$", "", broken.msg or "", flags=re.DOTALL).strip()
    source = decoded(raw, path)
    code, message, help = _sorted(said, cut=not re.search(r"</[^<>]+>\s*\Z", source.text[-300:]))
    if code == "too-deep":
        return _too_deep(path)
    if code == "doctype":
        return _doctype(raw, path)
    line, column = broken.position
    refusal = Refusal(code, message, path, max(line, 1), max(column, 1), help=help)
    return MessageRefused([refusal], source)


def _sorted(said: str, *, cut: bool) -> tuple[str, str, str]:
    """Code, message and help for libxml2's words; `cut` when the text does not end in a tag."""
    for pattern, *answer in _SYNTAX:
        if re.search(pattern, said):
            code, message, help = answer
            return code, message, help
    if cut:
        return "truncated", _CUT, "send it again, whole"
    first = said.splitlines()[0] if said else "no more is known"
    if not first[:2].isupper():  # not `XML declaration ...`
        first = first[:1].lower() + first[1:]
    return "xml-syntax", f"not well-formed XML: {first.rstrip('.')}", ""


_CUT = "the message ends before its last element is closed"

_SYNTAX: tuple[tuple[str, str, str, str], ...] = (
    (r"^Excessive depth", "too-deep", "", ""),
    (r"amplification|[Ee]ntity.*loop", "doctype", "", ""),
    (
        r"^Document is empty|^Start tag expected",
        "not-xml",
        "the text is not XML",
        "send an ERN message, which begins with `<?xml`",
    ),
    (r"^Premature end", "truncated", _CUT, "send it again, whole"),
    (r"^Unsupported encoding", "encoding", "the declared encoding is not known", "send UTF-8"),
    (
        r"encoding|[Ii]nvalid bytes|^Input is not proper|^Blank needed here",
        "encoding",
        "the bytes do not fit the declared encoding",
        "send UTF-8 and say so in the XML declaration",
    ),
    (
        r"^Invalid character|^Char 0x|^PCDATA invalid|^xmlParseCharRef: invalid",
        "xml-syntax",
        "a character that XML does not allow",
        "",
    ),
    (
        r"^Resource limit exceeded|too long",
        "too-large",
        "one text or name is longer than any message needs",
        "",
    ),
)


def _doctype(raw: bytes, path: str) -> MessageRefused:
    source = decoded(raw, path)
    before = source.text.partition("<!DOCTYPE")[0]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    message = "a document type is not allowed: it could declare entities"
    help = "leave out the `<!DOCTYPE ...>`; ERN needs none"
    refusal = Refusal("doctype", message, path, line, column, len("<!DOCTYPE"), help=help)
    return MessageRefused([refusal], source)


def _too_deep(path: str) -> MessageRefused:
    return _whole("too-deep", f"elements are nested more than {MAX_DEPTH} deep", path)


def _whole(code: str, message: str, path: str, help: str = "") -> MessageRefused:
    return MessageRefused([Refusal(code, message, path, help=help)])
