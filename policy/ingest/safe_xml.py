"""From bytes to an element tree that is safe to read, or a refusal.

Entities, document types and the network are off, size and depth are limited, and what libxml2 has
to say about broken text becomes one clear problem with its place.
"""

from __future__ import annotations

import re
from typing import TypeAlias, cast

from lxml import etree

from policy.ingest import limits
from policy.ingest.refusals import MessageRefused, Refusal, too_large
from policy.lang.diagnostics import quoted
from policy.lang.source import Source

Element: TypeAlias = etree._Element

MAX_DEPTH = 64
"""Deepest nesting that is read. The samples stay under 10."""

MAX_TAGS = 1_500_000
"""Most tags that are read, so that tiny elements cannot fill the memory: about 250 MB for these."""

_ENCODINGS = frozenset(
    ["utf-8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "ascii", "iso-8859-1", "windows-1252"]
)
_TOO_DEEP = etree.XPath("boolean(/" + "/".join("*" * (MAX_DEPTH + 1)) + ")")


def parse_xml(raw: bytes, path: str, *, named: str, begins: str) -> Element:
    """The root of one text. `path` is what problems print, `named` what the text should be (`an ERN
    message`) and `begins` how such a text begins. Raises MessageRefused."""
    if len(raw) > limits.MESSAGE_BYTES:
        raise too_large(path)
    if not raw.strip():
        raise whole("empty", "the message is empty", path)
    if raw.count(b"<") > MAX_TAGS:
        message = f"the message has more than {MAX_TAGS:,} tags"
        raise whole("too-large", message, path, "send fewer releases at once")
    root = _tree(raw, path, f"send {named}, which begins with {quoted(begins)}")
    _check_document(root, raw, path)
    return root


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


def whole(code: str, message: str, path: str, help: str = "") -> MessageRefused:
    """What to raise for a mistake of the whole text."""
    return MessageRefused([Refusal(code, message, path, help=help)])


def _tree(raw: bytes, path: str, help: str) -> Element:
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
        raise _broken(broken, raw, path, help) from None


def _check_document(root: Element, raw: bytes, path: str) -> None:
    info = root.getroottree().docinfo
    if cast("object | None", info.internalDTD) is not None:
        raise _doctype(raw, path)
    encoding = info.encoding or "utf-8"
    if encoding.lower() not in _ENCODINGS:
        message = f"the encoding {quoted(encoding)} is not read"
        raise whole("encoding", message, path, "send UTF-8")
    if _TOO_DEEP(root):
        raise _too_deep(path)


def _broken(broken: etree.XMLSyntaxError, raw: bytes, path: str, instead: str) -> MessageRefused:
    """What libxml2 says, sorted into the few things that a sender can do about it."""
    said = re.sub(r",? line \d+, column \d+.*$", "", broken.msg or "", flags=re.DOTALL).strip()
    source = decoded(raw, path)
    code, message, help = _sorted(said, cut=not re.search(r"</[^<>]+>\s*\Z", source.text[-300:]))
    if code == "too-deep":
        return _too_deep(path)
    if code == "doctype":
        return _doctype(raw, path)
    if code == "not-xml":
        help = instead
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
        "",
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
    help = "leave out the `<!DOCTYPE ...>`; it is not needed"
    refusal = Refusal("doctype", message, path, line, column, len("<!DOCTYPE"), help=help)
    return MessageRefused([refusal], source)


def _too_deep(path: str) -> MessageRefused:
    return whole("too-deep", f"elements are nested more than {MAX_DEPTH} deep", path)
