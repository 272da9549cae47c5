"""People and companies: a list to refer to from 4.1 on, names on the spot in 3.8."""

from __future__ import annotations

from dataclasses import dataclass

from policy.ingest import limits
from policy.ingest.delivery import DeliveredParty, Identifier
from policy.ingest.ern_reading import Reading, default, folded
from policy.ingest.safe_xml import Element
from policy.lang.diagnostics import quoted

_SCHEMES = {
    "ISNI": "isni",
    "DPID": "dpid",
    "IpiNameNumber": "ipi",
    "IPN": "ipn",
    "CisacSocietyId": "cisac_society",
    "ProprietaryId": "proprietary",
}


@dataclass(frozen=True, slots=True)
class Named:
    """A party of the message, as others refer to it."""

    reference: str
    name: str


class Parties:
    """The parties of one message, by reference."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._found: dict[str, Named] = {}
        self._by_name: dict[str, Named] = {}
        self._ids: dict[str, dict[Identifier, None]] = {}
        for element in reading.root.iterfind("PartyList/Party"):
            self._listed(element)

    def all(self) -> tuple[DeliveredParty, ...]:
        """Every party of the message, in the order in which they were read."""
        return tuple(
            DeliveredParty(party.reference, party.name, tuple(self._ids[party.reference]))
            for party in self._found.values()
        )

    def of(self, at: Element, path: str) -> Named | None:
        """The party that an element refers to at `path`, or, with no path, that it names itself.

        None when the element does neither; an undefined reference is noted.
        """
        if self._reading.version.inline_parties:
            return self._named(at)
        element = at.find(path)
        if element is None:
            return None
        reference = self._reading.reference(element, self._found)
        return None if reference is None else self._found[reference]

    def label(self, element: Element) -> Named | None:
        """The record label that an element refers to, or, in 3.8, whose name it is."""
        reading = self._reading
        if not reading.version.inline_parties:
            reference = reading.reference(element, self._found)
            return None if reference is None else self._found[reference]
        name = reading.checked(element, limits.NAME)
        return None if name is None else self._kept(name, [])

    def _listed(self, element: Element) -> None:
        reading = self._reading
        reference = reading.definition(element, "PartyReference")
        if reference and reference in self._found:
            message = f"the party {quoted(reference)} is defined twice"
            reading.refuse(element, "duplicate-reference", message, "keep one of them")
        name = _name(reading, element)
        if name is None:
            reading.missing(element, "PartyName/FullName")
        self._ids[reference] = dict.fromkeys(_ids(reading, element))
        self._found[reference] = Named(reference, name or "")

    def _named(self, at: Element) -> Named | None:
        name = _name(self._reading, at)
        ids = _flagged_ids(self._reading, at)
        if name is None and not ids:
            return None
        return self._kept(name or ids[0].value, ids)

    def _kept(self, name: str, ids: list[Identifier]) -> Named:
        """One party per name; an identifier seen anywhere in the message belongs to it."""
        party = self._by_name.get(name.casefold())
        if party is None:
            party = Named(f"N{len(self._found) + 1}", name)
            self._by_name[name.casefold()] = party
            self._found[party.reference] = party
        self._ids.setdefault(party.reference, {}).update(dict.fromkeys(ids))
        return party


def _name(reading: Reading, at: Element) -> str | None:
    element = default(at.findall("PartyName"))
    if element is None:
        return None
    full = reading.text(element, "FullName", limits.NAME)
    return full or reading.text(element, "KeyName", limits.NAME)


def _ids(reading: Reading, at: Element) -> list[Identifier]:
    """`PartyId` of 4.x: one child per scheme."""
    found = []
    for element in at.iterfind("PartyId/*"):
        scheme = _SCHEMES.get(str(element.tag))
        identifier = reading.identifier(scheme, element) if scheme else None
        if identifier is not None:
            found.append(identifier)
    return found


def _flagged_ids(reading: Reading, at: Element) -> list[Identifier]:
    """`PartyId` of 3.8: text, with attributes that say what it is."""
    found = []
    for element in at.iterfind("PartyId"):
        scheme = "proprietary"
        if element.get("IsISNI") == "true":
            scheme = "isni"
        elif element.get("IsDPID") == "true" or (folded(element) or "").startswith("PADPIDA"):
            scheme = "dpid"
        identifier = reading.identifier(scheme, element)
        if identifier is not None:
            found.append(identifier)
    return found
