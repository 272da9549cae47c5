"""A row for each statement of a file: whose it is, in which layer, about what.

A table of licences that is in nobody's name is in that of the holders of its tracks, where there is
no doubt who that is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePath

from policy.ingest.consents.formats import FORMATS
from policy.ingest.consents.statements import FileStatement, FileWarning
from policy.ingest.identifiers import complaint, identify
from policy.ingest.refusals import Refusal
from policy.lang.words import LAYERS, Layer
from policy.models import Account, Consent, Party
from policy.services.consent_names import Names, holders, layers_of
from policy.services.consent_targets import Target
from policy.services.saying import subject_key

LICENCES = "licences"

_NAME = 300
_ASSURANCE = {"contract": "contract", "court_order": "court_order"}


@dataclass(frozen=True, slots=True)
class FileOf:
    """A file that came in: its text, how it is called, its format, and whose it is.

    `party` speaks where the file names no grantor; a table of licences without one speaks for the
    only holder of each track. `layers` are those of statements that name none (empty: those in
    which the party has shares). `account` is whose references name tracks. `licence_map` is the
    text of the map of a table of licences.
    """

    raw: bytes
    name: str
    format: str
    party: Party | None = None
    layers: tuple[Layer, ...] = ()
    targets: tuple[Target, ...] = ()
    account: Account | None = None
    source: str = ""
    licence_map: bytes = b""
    licence_map_name: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def evidence_name(self) -> str:
        """The name by which its next version is known."""
        return PurePath(self.name).name[-_NAME:]


class Making:
    """Turns statements into rows, and notes what has no row to hang on."""

    def __init__(self, file: FileOf, names: Names, at: datetime) -> None:
        known = FORMATS.get(file.format)
        self._file, self._names, self._at = file, names, at
        self._digest = file.digest
        self._source = file.source or (known.source if known else "public_signal")
        self._layers = file.layers or (layers_of(file.party) if file.party else ())
        self._without: dict[str, set[str]] = {}

    def warnings(self) -> Iterator[FileWarning]:
        """What was left out because nobody could be found to say it."""
        for why, tracks in self._without.items():
            yield FileWarning("no-grantor", f"{len(tracks):,} tracks {why}: they are left out")

    def spoken(self, statements: Sequence[FileStatement]) -> Iterator[tuple[FileStatement, int]]:
        """Each statement with its layer and the id of its grantor."""
        if self._file.format == LICENCES and self._file.party is None:
            yield from self._by_holders(statements)
            return
        own = self._file.party.pk if self._file.party else None
        for one in statements:
            grantor = self._names.party(one.grantor, one) if one.grantor else own
            if not one.grantor and own is None:
                self._refuse(one, "no-grantor", "nobody says this", "name the party")
            layers = (one.layer,) if one.layer else self._layers
            if not layers:
                help = "say `--layer master`, or `--layer` with other layers"
                self._refuse(one, "no-layer", "the party has no share, so no layer is known", help)
            for layer in layers:
                yield replace(one, layer=layer), grantor or 0

    def rows(self, spoken: tuple[FileStatement, int]) -> Iterator[Consent]:
        """The row of one statement; none when it is about nothing that is there."""
        one, grantor = spoken
        source = one.source or self._source
        evidence = self._file.evidence_name
        release = self._names.release(one) if one.scope == "release" else None
        track = self._names.track(one) if one.scope == "track" else None
        yield Consent(
            grantor_id=grantor,
            scope=one.scope,
            release_id=release,
            track_id=track,
            subject_key=self._key(one),
            layer=one.layer or "",
            use=one.use,
            decision=one.decision,
            licensee_id=self._names.party(one.licensee, one) if one.licensee else None,
            model=one.model,
            model_version=one.model_version,
            territories=list(one.territories),
            excluded_territories=list(one.excluded),
            valid_from=one.valid_from or self._at,
            valid_until=one.valid_until,
            condition=one.condition,
            terms=one.terms,
            source=source,
            assurance=_ASSURANCE.get(source, "self_declared"),
            evidence_name=f"{evidence} > {one.evidence}"[:_NAME] if one.evidence else evidence,
            evidence_digest=self._digest,
            recorded_at=self._at,
        )

    def _by_holders(
        self, statements: Sequence[FileStatement]
    ) -> Iterator[tuple[FileStatement, int]]:
        """A licence is given by the only holder of each layer; of several, nobody knows by whom."""
        ids = {one.subject: self._names.track(one) for one in _first_of_each_track(statements)}
        wanted = self._file.layers or LAYERS
        owners = holders((pk for pk in ids.values() if pk), wanted)
        for one in statements:
            layers = owners.get(ids[one.subject] or 0, {})
            if not layers:
                self._without.setdefault("have no holder", set()).add(one.subject)
            for layer, parties in layers.items():
                if len(parties) > 1:
                    why = f"have several holders of the {layer}"
                    self._without.setdefault(why, set()).add(one.subject)
                else:
                    yield replace(one, layer=layer), next(iter(parties))

    def _key(self, one: FileStatement) -> str:
        if one.scope in ("catalogue", "release", "track"):
            return ""
        scheme = {"recording": "isrc", "work": "iswc"}.get(one.scope)
        wrong = complaint(identify(scheme, one.subject)) if scheme else None
        key = subject_key(one.scope, one.subject)
        if wrong is not None or not key:
            message = wrong[1] if wrong else f"`{one.subject}` is no name"
            self._refuse(one, "wrong-subject", message, f"name the {one.scope}")
        return key

    def _refuse(self, one: FileStatement, code: str, message: str, help: str) -> None:
        place = (one.line or None, one.column)
        self._names.problems.append(Refusal(code, message, self._file.name, *place, help=help))


def _first_of_each_track(statements: Iterable[FileStatement]) -> Iterable[FileStatement]:
    return {one.subject: one for one in statements}.values()
