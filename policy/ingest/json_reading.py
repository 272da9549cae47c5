"""Reading JSON with strict types: every mistake with its path, its line and its column.

`Fields` asks an object for its members by name and type. What it was not asked for is unknown and
refused with a did-you-mean, so a misspelt field never vanishes. null is the same as absent.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import islice
from typing import Any, NoReturn, TypeVar, cast

from policy.ingest import limits
from policy.ingest.json_places import Path, Places, shown
from policy.ingest.refusals import MAX_PROBLEMS, MessageRefused, Refusal, too_large
from policy.ingest.values import MOST_DECIMALS, Kind
from policy.lang.diagnostics import did_you_mean, listed, quoted
from policy.lang.source import Source

T = TypeVar("T")

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Characters that no database or XML holds."""

_KNOWN_TRIED = 500


class Object(dict[str, Any]):
    """A JSON object that remembers members given twice."""

    duplicates: tuple[str, ...] = ()


class JsonReading:
    """The text being read and the problems found so far."""

    def __init__(self, raw: bytes, path: str) -> None:
        self._path = path
        self._text = ""
        self._places: Places | None = None
        self._lines: list[int] = []
        self._problems: list[Refusal] = []
        if len(raw) > limits.MESSAGE_BYTES:
            raise too_large(path)
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as wrong:
            line = raw.count(b"\n", 0, wrong.start) + 1
            self._text = raw.decode("utf-8", errors="replace")
            self._stop("encoding", "the text is not UTF-8", line, help="send UTF-8")
        self._text = text.replace("\r\n", "\n").replace("\r", "\n")

    def root(self) -> Fields:
        """The object that the text is. Raises MessageRefused when it is none."""
        value = self._parsed()
        if not isinstance(value, Object):
            self._stop("wrong-type", "the text must be an object", help="begin with `{`")
        return Fields(self, value, ())

    def items(self) -> Iterator[Fields]:
        """The objects of the list that the text is. Raises MessageRefused when it is none."""
        value = self._parsed()
        if not isinstance(value, list):
            self._stop("wrong-type", "the text must be a list", help="begin with `[`")
        return self.objects(value, ())

    def objects(self, values: list[Any], at: Path) -> Iterator[Fields]:
        """The objects of a list at a path; what is none is a problem."""
        for index, value in enumerate(values):
            if isinstance(value, Object):
                yield Fields(self, value, (*at, index))
            else:
                self.refuse((*at, index), "wrong-type", f"{_said(value)} is not an object")

    def _parsed(self) -> Any:
        try:
            return json.loads(
                self._text,
                object_pairs_hook=_object,
                parse_float=Decimal,
                parse_int=_whole_number,
                parse_constant=_no_constant,
            )
        except RecursionError:
            self._stop("too-deep", "brackets are nested too deep")
        except json.JSONDecodeError as wrong:
            said = wrong.msg[:1].lower() + wrong.msg[1:]
            self._stop("json-syntax", f"not JSON: {said}", wrong.lineno, wrong.colno)
        except ValueError as wrong:
            self._stop("json-syntax", f"not JSON: {wrong}")

    def finish(self) -> None:
        """Raise MessageRefused when there were problems."""
        if self._problems:
            raise MessageRefused(self._problems, Source(self._path, self._text))

    def refuse(self, at: Path, code: str, message: str, help: str = "", *, key: str = "") -> None:
        """Note a problem at a value, or at one of its keys. Gives up at too many."""
        start, end = self._find(at, key)
        line, column = self._place(start)
        cut = self._text.find("\n", start, end)
        width = (end if cut < 0 else cut) - start
        self._problems.append(
            Refusal(code, message, self._path, line, column, max(width, 1), shown(at), help)
        )
        if len(self._problems) >= MAX_PROBLEMS:
            self.finish()

    def place(self, at: Path, *, key: str = "") -> tuple[int, int]:
        """Line and column of a value, or of one of its keys; 1-based code points."""
        return self._place(self._find(at, key)[0])

    def _place(self, start: int) -> tuple[int, int]:
        if not self._lines:
            self._lines = [0, *(found.end() for found in re.finditer("\n", self._text))]
        line = bisect_right(self._lines, start)
        return line, start - self._lines[line - 1] + 1

    def _find(self, at: Path, key: str) -> tuple[int, int]:
        self._places = self._places or Places(self._text)
        return self._places.key(at, key) if key else self._places.value(at)

    def _stop(
        self, code: str, message: str, line: int | None = None, column: int = 1, *, help: str = ""
    ) -> NoReturn:
        refusal = Refusal(code, message, self._path, line, column if line else None, help=help)
        raise MessageRefused([refusal], Source(self._path, self._text))


class Fields:
    """The members of one object, asked for by name and type."""

    def __init__(self, reading: JsonReading, value: Object, at: Path) -> None:
        self.reading = reading
        self.at = at
        self._value = value
        self._asked: dict[str, None] = {}
        for name in value.duplicates:
            reading.refuse(at, "duplicate-field", f"{quoted(name)} is given twice", key=name)

    def done(self) -> None:
        """Refuse every member that nobody asked for."""
        for name in self._value:
            if name not in self._asked:
                message = f"there is no field {quoted(name)}"
                help = did_you_mean(name, self._asked)
                self.reading.refuse(self.at, "unknown-field", message, help, key=name)

    def names(self) -> tuple[str, ...]:
        """Names of all members, in the order of the text."""
        return tuple(self._value)

    def has(self, name: str) -> bool:
        """Whether the member is there and not null."""
        self._asked[name] = None
        return self._value.get(name) is not None

    def text(self, name: str, limit: int = limits.TITLE) -> str | None:
        """A string, its white space folded; None when absent or blank."""
        value = self._get(name, str, "a string")
        return None if value is None else self._text((*self.at, name), value, limit)

    def required(self, name: str, limit: int = limits.TITLE) -> str:
        """As `text`, but absent or blank is a problem."""
        found = self.text(name, limit)
        if found is None and not isinstance(self._value.get(name), (int, Decimal, list, dict)):
            message = f"the field `{name}` is missing"
            self.reading.refuse(self.at, "missing-field", message, f"add `{name}`")
        return found or ""

    def typed(self, name: str, kind: Kind[T]) -> T | None:
        """A string of a kind, such as a date."""
        value = self._get(name, str, "a string")
        if value is None:
            return None
        try:
            return kind.read(value.strip())
        except ValueError:
            message = f"{quoted(value)} is not {kind.name}"
            self._refuse(name, "wrong-value", message, f"write `{kind.example}`")
            return None

    def flag(self, name: str) -> bool | None:
        """true or false."""
        return cast("bool | None", self._get(name, bool, "`true` or `false`"))

    def whole(self, name: str, least: int, most: int) -> int | None:
        """A whole number within bounds."""
        value = cast("int | None", self._get(name, int, "a whole number"))
        if value is not None and not least <= value <= most:
            self._refuse(name, "wrong-value", f"`{value}` is not between {least} and {most}")
            return None
        return value

    def number(self, name: str, least: int, most: int) -> Decimal | None:
        """A number within bounds, with at most MOST_DECIMALS decimal places; exact."""
        value = self._get(name, (int, Decimal), "a number")
        if value is None:
            return None
        read = Decimal(value)
        exponent = read.as_tuple().exponent
        if not least <= read <= most or not isinstance(exponent, int) or exponent < -MOST_DECIMALS:
            message = f"{quoted(str(value))} is not a number between {least} and {most}"
            self._refuse(name, "wrong-value", message)
            return None
        return read

    def choice(self, name: str, allowed: Iterable[T]) -> T | None:
        """One of a closed set of words."""
        value = self._get(name, str, "a string")
        words = {str(word): word for word in allowed}
        if value is not None and value not in words:
            help = did_you_mean(value, words) or f"use {listed(words)}"
            message = f"{quoted(value)} is not a value of `{name}`"
            self._refuse(name, "value-not-allowed", message, help)
        return None if value is None else words.get(value)

    def required_choice(self, name: str, allowed: tuple[T, ...]) -> T:
        """As `choice`, but absent is a problem; the first word stands in."""
        if not self.has(name):
            self.required(name)
            return allowed[0]
        return self.choice(name, allowed) or allowed[0]

    def reference(self, name: str, known: Mapping[str, object]) -> str | None:
        """A reference to something that the text defines."""
        value = self.text(name, limits.REFERENCE)
        return None if value is None else self._defined((*self.at, name), value, known)

    def references(self, name: str, known: Mapping[str, object]) -> tuple[str, ...]:
        """A list of references, each once."""
        found = [
            self._defined((*self.at, name, place), value, known)
            for place, value in enumerate(self.texts(name, limits.REFERENCE))
        ]
        return tuple(dict.fromkeys(value for value in found if value))

    def texts(self, name: str, limit: int) -> tuple[str, ...]:
        """A list of strings."""
        found = []
        for place, value in enumerate(self._get(name, list, "a list") or ()):
            at = (*self.at, name, place)
            if isinstance(value, str):
                found.append(self._text(at, value, limit) or "")
            else:
                self.reading.refuse(at, "wrong-type", f"{_said(value)} is not a string")
        return tuple(found)

    def objects(self, name: str) -> Iterator[Fields]:
        """A list of objects."""
        found = self._get(name, list, "a list") or []
        return self.reading.objects(found, (*self.at, name))

    def member(self, name: str) -> Fields | None:
        """One object."""
        value = self._get(name, Object, "an object")
        return None if value is None else Fields(self.reading, value, (*self.at, name))

    def _get(self, name: str, kind: Any, named: str) -> Any:
        self._asked[name] = None
        value = self._value.get(name)
        wrong = not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)
        if value is None or not wrong:
            return value
        self._refuse(name, "wrong-type", f"{_said(value)} is not {named}")
        return None

    def _text(self, at: Path, value: str, limit: int) -> str | None:
        text = re.sub(r"[ \t\r\n]+", " ", value).strip(" ")
        if _FORBIDDEN.search(text):
            message = f"{quoted(text)} has a character that text may not have"
            self.reading.refuse(at, "wrong-character", message)
            return "?"
        if len(text) > limit:
            message = f"the text has {len(text)} characters, more than {limit}"
            self.reading.refuse(at, "too-long", message)
        return text[:limit] or None

    def _defined(self, at: Path, value: str, known: Mapping[str, object]) -> str | None:
        if value in known:
            return value
        message = f"{quoted(value)} is not defined in this message"
        help = did_you_mean(value, islice(known, _KNOWN_TRIED))
        self.reading.refuse(at, "undefined-reference", message, help)
        return None

    def _refuse(self, name: str, code: str, message: str, help: str = "") -> None:
        self.reading.refuse((*self.at, name), code, message, help)


def _object(pairs: list[tuple[str, Any]]) -> Object:
    found = Object(pairs)
    if len(found) < len(pairs):
        times = Counter(name for name, _ in pairs)
        found.duplicates = tuple(name for name in found if times[name] > 1)
    return found


def _whole_number(text: str) -> int:
    if len(text) > 18:
        raise ValueError("a whole number has more than 18 digits")
    return int(text)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _said(value: Any) -> str:
    """A JSON value as its author wrote it, in backticks."""
    if isinstance(value, Object):
        return "an object"
    if isinstance(value, list):
        return "a list"
    return quoted(json.dumps(value, default=str, ensure_ascii=False))
