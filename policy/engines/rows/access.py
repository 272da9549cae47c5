"""How generated code reads a field: of a decoded struct, or straight from a dict."""

from __future__ import annotations

from typing import Protocol

from policy.engines.rows.documents import attribute


class Access(Protocol):
    """The Python text of three questions about the record `owner`.

    `mark` is the text of the object that stands for an absent field; "None" for a field that is
    always there.
    """

    numbers_are_exact: bool
    """Whether a double is a float for sure; a dict may hold an int for it."""

    def read(self, owner: str, name: str) -> str:
        """The value, where it is known to be there."""

    def fetch(self, owner: str, name: str, mark: str) -> str:
        """The value or the mark."""

    def there(self, owner: str, name: str, mark: str) -> str:
        """Whether it is there."""


class StructAccess:
    """Documents decoded by `Documents`."""

    numbers_are_exact = True

    def read(self, owner: str, name: str) -> str:
        """An attribute."""
        return f"{owner}.{attribute(name)}"

    def fetch(self, owner: str, name: str, mark: str) -> str:
        """An attribute: the mark is its default."""
        return f"{owner}.{attribute(name)}"

    def there(self, owner: str, name: str, mark: str) -> str:
        """A comparison with the mark."""
        return f"{owner}.{attribute(name)} is not {mark}"


class DictAccess:
    """Dicts shaped like the JSON text. What is not there raises, and `careful` decides."""

    numbers_are_exact = False

    def read(self, owner: str, name: str) -> str:
        """An item."""
        return f'{owner}["{_key(name)}"]'

    def fetch(self, owner: str, name: str, mark: str) -> str:
        """An item or the mark."""
        return self.read(owner, name) if mark == "None" else f'{owner}.get("{_key(name)}", {mark})'

    def there(self, owner: str, name: str, mark: str) -> str:
        """A look at the keys."""
        return f'"{_key(name)}" in {owner}'


def _key(name: str) -> str:
    """A field's name, which can stand between quotation marks when it can be an attribute."""
    attribute(name)
    return name
