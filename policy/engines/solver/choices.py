"""The values that are tried for a cell, the most natural first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations_with_replacement, islice
from typing import Any

from policy.engines.rows.poison import Absent, EvaluationError
from policy.engines.rows.times import SECOND
from policy.engines.rows.values import Duration, Timestamp
from policy.engines.solver.board import ITEM, NOTHING, Board, Cell, Key
from policy.engines.solver.documents import as_value
from policy.engines.solver.forms import NOW
from policy.engines.solver.moments import Moment
from policy.engines.solver.regions import LONGEST, MOST_ITEMS, Domain, Regions
from policy.engines.solver.texts import put_together
from policy.engines.solver.values import ORDERED, fresh, spread
from policy.lang.situations import NEUTRAL

MOST_LISTS = 400
"""Lists of plain values that are tried; where there are more, nothing is proved."""

LONGEST_LIST = 1000
"""Items of a list that is made to be long."""

_PLAIN: dict[str, Any] = {"bool": False, "int": 0, "double": 0.0, "string": ""}


class Choices:
    """Values by cell. `cut` says that some were left out."""

    def __init__(self, board: Board, regions: Regions, moment: Moment) -> None:
        self.cut = False
        self._board = board
        self._domains = regions.domains
        self._moment = moment
        self._known: dict[Key, list[Any]] = {}

    def of(self, cell: Cell) -> Iterator[Any]:
        """What to put into a cell, each once: what the start has, a neutral value, all others."""
        field, seen = cell.field, list[Any]()
        if field.type.startswith("list("):
            yield from self._lists(cell)
            return
        if field.optional:
            absent = Absent(".".join(cell.key))
            if cell.hint is NOTHING:
                yield absent
        record = self._board.record(cell)
        for value in [record] if record else self._scalars(cell):
            if not any(value is other or _same(value, other) for other in seen):
                seen.append(value)
                yield value
        if field.optional and cell.hint is not NOTHING:
            yield absent

    # Scalars

    def _scalars(self, cell: Cell) -> Iterator[Any]:
        yield from self._hinted(cell)
        if cell.field.values:
            yield from self._words(cell)
            return
        kind = cell.field.type
        if kind == "timestamp":
            now = self._board.frame.variables.get(NOW)
            yield now if isinstance(now, Timestamp) else self._moment.usual
        yield from [_PLAIN[kind]] if kind in _PLAIN else []
        yield from self._tried(cell, kind)
        found = self.plain(cell.key, kind)
        yield from (each for each in found if cell.key != (NOW,) or self._in_bounds(each))

    def _in_bounds(self, now: Any) -> bool:
        return bool(self._moment.since <= now < self._moment.until)

    def _hinted(self, cell: Cell) -> list[Any]:
        if cell.hint is NOTHING:
            return []
        try:
            return [as_value(cell.hint, cell.field.type)]
        except EvaluationError:
            return []  # a text that is no time, which no condition can read either

    def _tried(self, cell: Cell, kind: str) -> list[Any]:
        """Where the calculations turn that the cell is in, as far as all else is settled."""
        domain = self._domains.get(cell.key)
        found: list[Any] = []
        for equation in domain.equations if domain else ():
            near = [value for value in domain.constants if value is not None] if domain else []
            points = equation.points(self._board.frame, cell.items, cell.put, kind, near)
            found += points or []
        cell.open()
        return found

    def solved(self, cell: Cell) -> bool:
        """Whether the values of a cell depend on what others hold."""
        domain = self._domains.get(cell.key)
        return domain is not None and bool(domain.equations)

    def _words(self, cell: Cell) -> list[str]:
        """Words of an enum: of those that nothing tells apart one only."""
        values, domain = cell.field.values, self._domains.get(cell.key)
        ordered = sorted(values, key=lambda word: word not in NEUTRAL)
        if domain and (domain.any or domain.partners or domain.texts or domain.sizes):
            return ordered
        named = set(domain.constants) if domain else set()
        other = next((word for word in ordered if word not in named), None)
        return [word for word in ordered if word in named or word == other]

    def plain(self, key: Key, kind: str) -> list[Any]:
        """Values of a scalar place, whatever else is settled."""
        if key not in self._known:
            self._known[key] = list(self._plain(key, kind))
        return self._known[key]

    def _plain(self, key: Key, kind: str) -> Iterable[Any]:
        group = self._group(key)
        domains = [self._domains[each] for each in group if each in self._domains]
        kin = {each for domain in domains for each in domain.kin} - group
        domains_of_kin = [self._domains[each] for each in kin if self._domains[each].type == kind]
        constants = [v for domain in (*domains, *domains_of_kin) for v in domain.constants]
        if (NOW,) in group:
            constants += [self._moment.since, self._moment.until]
        many = sum(map(self._copies, group)) if len(group) > 1 or self._meets_itself(key) else 1
        if kind == "bool":
            return [False, True]
        if kind in ORDERED:
            return sorted(spread(kind, constants, many), key=self._oddity)
        return _texts([value for value in constants if isinstance(value, str)], domains, many)

    def _oddity(self, value: Any) -> tuple[bool, int]:
        """Instants and lengths that a person would write come first; numbers stay as they are."""
        near = self._moment.usual if isinstance(value, Timestamp) else 0
        timely = isinstance(value, Timestamp | Duration)
        return (value % SECOND != 0, abs(value - near)) if timely else (False, 0)

    def _group(self, key: Key) -> set[Key]:
        """The places that it is compared with, directly or through others."""
        found, waiting = {key}, [key]
        while waiting:
            domain = self._domains.get(waiting.pop())
            new = (domain.partners if domain else set()) - found
            found |= new
            waiting += new
        return found

    def _meets_itself(self, key: Key) -> bool:
        domain = self._domains.get(key)
        return domain is not None and key in domain.partners

    def _copies(self, key: Key) -> int:
        """How many cells of a document have a key."""
        copies = 1
        for at, name in enumerate(key):
            if name == ITEM:
                copies *= self._items(key[:at])
        return copies

    # Lists

    def _items(self, key: Key) -> int:
        """How many items a list is given at most."""
        domain = self._domains.get(key)
        wanted = max(1, domain.items if domain else 1)
        self.cut = self.cut or wanted > MOST_ITEMS
        return min(wanted, MOST_ITEMS)

    def _lists(self, cell: Cell) -> Iterator[list[Any]]:
        most = self._items(cell.key)
        if self._board.listed(cell, 0) is None:
            yield from self._plain_lists(cell, most)
            return
        hinted = len(cell.hint) if isinstance(cell.hint, list) else 0
        for count in dict.fromkeys((hinted, 0, 1)):
            yield self._board.listed(cell, count) or []
        yield from self._repeated(cell)
        for count in range(2, most + 1):
            yield self._board.listed(cell, count) or []

    def _repeated(self, cell: Cell) -> Iterator[list[Any]]:
        """Lists for conditions that count: one item many times, alone or with others."""
        domain = self._domains.get(cell.key)
        counts = sorted(domain.counts) if domain else []
        for count in (each for each in counts if 2 < each <= LONGEST_LIST):
            for others in range(3):
                first, *rest = self._board.listed(cell, 1 + others) or []
                yield [first] * count + rest

    def _plain_lists(self, cell: Cell, most: int) -> Iterator[list[Any]]:
        yield from self._hinted(cell)
        kind = cell.field.type[5:-1]
        inner = cell.field.values or self.plain((*cell.key, ITEM), kind)
        made = (list(c) for n in range(most + 1) for c in combinations_with_replacement(inner, n))
        tried = list(islice(made, MOST_LISTS + 1))
        self.cut = self.cut or len(tried) > MOST_LISTS
        yield from tried[:MOST_LISTS]


def _same(left: Any, right: Any) -> bool:
    return type(left) is type(right) and bool(left == right)


def _texts(constants: list[str], domains: list[Domain], many: int) -> list[str]:
    """Each constant, texts that are none of them, and those of the lengths and parts asked for."""
    asked = sorted({each for domain in domains for each in domain.texts})
    sizes = {size for domain in domains for size in domain.sizes}
    lengths = [n for n in spread("int", sizes) if 0 <= n <= LONGEST] if sizes else []
    made = [*dict.fromkeys(constants), *(put_together(asked) if asked else [])]
    made += fresh(constants, many)
    for length in lengths:
        made += fresh(constants, many, length)
    return made
