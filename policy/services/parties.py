"""Who is who: the parties that a delivery names, found among those we know or made.

The rule of identity (see `policy.models.Party`): a right ISNI, IPI or DPID names one party whoever
delivers it. Failing that, an account means the same party when it uses the same name again, unless
strong identifiers say that these are two of one name. A number with a wrong check digit, and names
alone, never merge parties of different accounts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from django.db.models import Exists, OuterRef, Q

from policy.detect.names import name_key
from policy.ingest.delivery import DeliveredParty, DeliveryWarning, Identifier, PartyRef
from policy.ingest.identifiers import identify
from policy.models import Account, Involvement, Party, PartyIdentifier

STRONG = ("isni", "ipi", "dpid")
"""Schemes that name one party anywhere, the most telling first."""

SENDER = "the sender"
"""Reference of the sender among a delivery's parties; no reader makes one with a space."""

_KINDS = frozenset(PartyIdentifier.Kind.values)
_KEY_LENGTH = 300

Number: TypeAlias = tuple[str, str, str]
"""Kind, namespace and value of an identifier."""


@dataclass(frozen=True, slots=True)
class StoredParties:
    """The rows of a delivery's parties, by their reference in it."""

    rows: dict[str, Party]
    warnings: tuple[DeliveryWarning, ...] = ()


def parties_store(
    *, delivered: Sequence[DeliveredParty], account: Account, at: datetime
) -> StoredParties:
    """Find or make the party of every reference, and keep identifiers that are new.

    At most three reads and three writes, however many parties there are. Must run in a transaction
    that holds the account's lock. Two accounts that bring one strong identifier at the same time
    make one of them fail with IntegrityError, to be tried again.
    """
    known = _load(delivered, account)
    rows: dict[str, Party] = {}
    made: list[Party] = []
    for one in delivered:
        party = known.find(one)
        if party is None:
            party = Party(name=one.name, name_key=key_of(one.name), scope=account, created_at=at)
            made.append(party)
            known.by_name[party.name_key].append(party)
        known.note(one, party)
        rows[one.reference] = party
    Party.objects.bulk_create(made)
    # In one order everywhere: transactions that wait for each other's numbers must not do so both
    # ways round.
    PartyIdentifier.objects.bulk_create(sorted(known.new, key=lambda row: (row.kind, row.value)))
    _rename(delivered, rows, account)
    return StoredParties(rows, tuple(known.warnings))


def sender_party(sender: PartyRef) -> DeliveredParty:
    """The sender of a message as one of its parties."""
    ids = (identify("dpid", sender.dpid),) if sender.dpid else ()
    return DeliveredParty(SENDER, sender.name or sender.dpid, ids)


def key_of(name: str) -> str:
    """The name for comparing, no longer than its column."""
    return name_key(name)[:_KEY_LENGTH]


@dataclass(slots=True)
class _Known:
    """What was found in the database, and what the delivery adds to it.

    `numbers` are the identifiers of a party by the id of its object, which is one per row.
    """

    by_number: dict[Number, Party] = field(default_factory=dict)
    by_name: defaultdict[str, list[Party]] = field(default_factory=lambda: defaultdict(list))
    numbers: defaultdict[int, set[Number]] = field(default_factory=lambda: defaultdict(set))
    new: list[PartyIdentifier] = field(default_factory=list)
    warnings: list[DeliveryWarning] = field(default_factory=list)

    def find(self, one: DeliveredParty) -> Party | None:
        """The party by its most telling number, else by its name within the account."""
        strong = _strong(one)
        for number in strong:
            if number in self.by_number:
                return self.by_number[number]
        same_name = self.by_name[key_of(one.name)]
        return next((party for party in same_name if not self._differs(party, strong)), None)

    def note(self, one: DeliveredParty, party: Party) -> None:
        """Keep the identifiers of a party; one that is another party's stays there."""
        for id in one.ids:
            number = _number(id)
            if self.by_number.get(number, party) is not party:
                self.warnings.append(_disagreement(one, id))
            elif id.scheme in _KINDS and number not in self.numbers[_key(party)]:
                self.numbers[_key(party)].add(number)
                self.new.append(_row(party, id))
                if _is_strong(id):
                    self.by_number[number] = party

    def _differs(self, party: Party, strong: Iterable[Number]) -> bool:
        """Whether a party is known by another number of the same kind, so is somebody else."""
        held = {number for number in self.numbers[_key(party)] if number in self.by_number}
        kinds = {number[0] for number in held}
        return any(number[0] in kinds and number not in held for number in strong)


def _load(delivered: Sequence[DeliveredParty], account: Account) -> _Known:
    """Every party that the delivery may mean, with all its identifiers."""
    known = _Known()
    strong = {number for one in delivered for number in _strong(one)}
    parties = {party.pk: party for party in _by_name(delivered, account)}
    for party in parties.values():
        known.by_name[party.name_key].append(party)
    if strong:
        values = {value for _, _, value in strong}
        matches = PartyIdentifier.objects.filter(kind__in=STRONG, value__in=values, valid=True)
        for row in matches.select_related("party"):
            parties.setdefault(row.party_id, row.party)
    if parties:
        for row in PartyIdentifier.objects.filter(party__in=parties.keys()):
            party, number = parties[row.party_id], (row.kind, row.namespace, row.value)
            known.numbers[_key(party)].add(number)
            if row.valid and row.kind in STRONG:
                known.by_number[number] = party
    return known


def _by_name(delivered: Sequence[DeliveredParty], account: Account) -> list[Party]:
    """Parties of these names that the account brought or has works of, the oldest first."""
    works = Involvement.objects.filter(party=OuterRef("pk"), track__account=account)
    named = Party.objects.filter(name_key__in={key_of(one.name) for one in delivered})
    return list(named.filter(Q(scope=account) | Exists(works)).order_by("pk"))


def _rename(delivered: Iterable[DeliveredParty], rows: dict[str, Party], account: Account) -> None:
    """An account may correct the names of the parties that it brought, and of no others."""
    changed: dict[int, Party] = {}
    for one in delivered:
        party = rows[one.reference]
        if party.scope_id == account.pk and party.name != one.name:
            party.name, party.name_key = one.name, key_of(one.name)
            changed[party.pk] = party
    if changed:
        Party.objects.bulk_update(changed.values(), ["name", "name_key"])


def _strong(one: DeliveredParty) -> list[Number]:
    """The right numbers that name a party anywhere, the most telling first."""
    found = [id for id in one.ids if _is_strong(id)]
    return [_number(id) for id in sorted(found, key=lambda id: STRONG.index(id.scheme))]


def _is_strong(id: Identifier) -> bool:
    return id.valid and id.scheme in STRONG


def _number(id: Identifier) -> Number:
    return id.scheme, id.namespace if id.scheme == "proprietary" else "", id.key


def _row(party: Party, id: Identifier) -> PartyIdentifier:
    kind, namespace, value = _number(id)
    return PartyIdentifier(party=party, kind=kind, namespace=namespace, value=value, valid=id.valid)


def _disagreement(one: DeliveredParty, id: Identifier) -> DeliveryWarning:
    message = f"`{id.value}` of `{one.name}` is already the number of another party"
    return DeliveryWarning("party-identifiers-disagree", message, 0, one.reference)


def _key(party: Party) -> int:
    return id(party)
