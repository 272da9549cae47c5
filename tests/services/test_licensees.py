"""A licensee is known by its DDEX party id."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from policy.models import AuditEntry, Party
from policy.samples import numbers
from policy.services.licensees import LicenseeRefused, licensee_make
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_it_is_made_once_whatever_it_is_called() -> None:
    made = licensee_make(name=" Oriole Tones ", dpid=numbers.dpid(70), at=NOW)
    assert (made.name, made.name_key, made.scope) == ("Oriole Tones", "oriole tones", None)
    again = licensee_make(name="Oriole", dpid=numbers.dpid(70).lower(), at=NOW)
    assert again == made
    other = licensee_make(name="Oriole Tones", dpid=numbers.dpid(71), at=NOW)
    assert other != made, "names alone say nothing"
    assert AuditEntry.objects.filter(action="licensee_make").count() == 2


@pytest.mark.parametrize(
    ("name", "dpid", "why"),
    [
        ("Oriole", "PADPIDA2026111901O", "wrong check digit"),
        ("Oriole", "7", "is not a DDEX party id"),
        ("  ", numbers.dpid(70), "name the licensee"),
        ("x" * 301, numbers.dpid(70), "name the licensee"),
    ],
)
def test_what_cannot_be_is_refused(name: str, dpid: str, why: str) -> None:
    with pytest.raises(LicenseeRefused, match=why):
        licensee_make(name=name, dpid=dpid, at=NOW)
    assert not Party.objects.exists()


def test_the_command_tells_by_what_everything_names_it() -> None:
    said = StringIO()
    call_command("licensee_make", "Oriole Tones", dpid=numbers.dpid(70), stdout=said)
    assert said.getvalue() == f"Oriole Tones  {Party.objects.get().uuid}\n"
    with pytest.raises(CommandError, match="wrong check digit"):
        call_command("licensee_make", "Oriole Tones", dpid="PADPIDA2026111901O")
