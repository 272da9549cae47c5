"""`consent_import` and `consent_export`: files in and out, mistakes told, nothing half-written."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from policy.models import Consent, Party
from tests import factories
from tests.ingest.consents.reading import FILES, FIXTURES
from tests.plugins.goldens import CheckGolden
from tests.shared import shared_or_skip

pytestmark = pytest.mark.django_db

PARTY = "Odd Harbour Records"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture
def label(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Party:
    """A party with the master of one track; the current folder has the fixtures."""
    for name in FILES.values():
        (tmp_path / name).write_bytes((FIXTURES / name).read_bytes())
    monkeypatch.chdir(tmp_path)
    party = factories.party(name=PARTY)
    factories.share(track=factories.track(), party=party)
    factories.party(name="Toneworks")
    return party


def run(command: str, *arguments: str, **options: Any) -> tuple[str, str, int]:
    """Output, errors and exit code of a command."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    try:
        call_command(command, *arguments, stdout=out, stderr=err, no_color=True, **options)
    except SystemExit as exit:
        code = int(exit.code or 0)
    return out.getvalue(), err.getvalue(), code


def take(format: str, *maps: str, **options: Any) -> tuple[str, str, int]:
    """Import the fixture of a format."""
    options = {"party": PARTY} | options
    mapped = [f"--map={one}" for one in maps]
    return run("consent_import", FILES[format], f"--format={format}", *mapped, **options)


@pytest.mark.usefixtures("label")
def test_every_format_comes_in_and_goes_out(golden: CheckGolden) -> None:
    opens = ("/open/=label:Open Doors", "/open/demos/=artist:Nadir Field")
    told = [
        take("aipref", *opens),
        take("aipref", *opens),
        take("tdmrep", "/open/=label:Open Doors", dry_run=True),
        take("cawg", layer=["likeness"]),
        take("rsl", "/open/=label:Open Doors"),
        take("table"),
    ]
    for format in FILES:
        maps = [] if format == "table" else ["--map=/open/=label:Open Doors"]
        told.append(run("consent_export", f"--party={PARTY}", f"--format={format}", *maps))
    text = "".join(f"{out}---\n{err}=== exit {code}\n" for out, err, code in told)
    text = re.sub(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", "NOW", UUID.sub("UUID", text))
    golden("commands/consent_files.txt", text)


@pytest.mark.usefixtures("label")
def test_mistakes_are_told_with_their_places_and_nothing_is_written(golden: CheckGolden) -> None:
    Path("robots.txt").write_text("User-Agent: *\nContent-Usage: train-ai\nContent-Usage: N=n\n")
    Path("tdmrep.json").write_text('[{"location": "/a/*", "tdm-reservation": 1}]')
    told = [take("aipref"), take("tdmrep")]
    golden("commands/consent_import_refused.txt", "".join(f"{err}\n" for _, err, _ in told))
    assert [(out, code) for out, _, code in told] == [("", 1), ("", 1)]
    assert not Consent.objects.exists()


@pytest.mark.usefixtures("label")
def test_what_a_caller_forgets_is_said() -> None:
    factories.party(name="Twins")
    factories.party(name="Twins")
    for options, said in (
        ({"party": ""}, "say who says this"),
        ({"party": "Nobody"}, "there is no party `Nobody`"),
        ({"party": "Twins"}, "several parties are called `Twins`: name one"),
        ({"account": "no"}, "there is no account `no`"),
        ({"licence_map": Path("x.csv")}, "takes no --licence-map"),
        ({"by": "bob"}, "there is no login `bob`"),
    ):
        with pytest.raises(CommandError, match=said):
            take("aipref", **options)
    with pytest.raises(CommandError, match="names its subjects"):
        take("table", "/=catalogue")
    with pytest.raises(CommandError, match="`/a=labl:X` is no target: did you mean `label`"):
        take("aipref", "/a=labl:X")
    with pytest.raises(CommandError, match=r"missing.csv cannot be read: no such file"):
        run("consent_import", "missing.csv", "--format=table")
    with pytest.raises(CommandError, match=r"missing/x cannot be written: no such file"):
        run("consent_export", f"--party={PARTY}", "--format=table", "--out=missing/x")
    assert not Consent.objects.exists()


@pytest.mark.usefixtures("label")
def test_a_file_that_was_written_is_the_same_when_it_comes_back() -> None:
    take("aipref", "/open/=label:Open Doors", "/open/demos/=skip")
    maps = ["--map=/open/=label:Open Doors"]
    run("consent_export", f"--party={PARTY}", "--format=aipref", *maps, "--out=robots.txt")
    out, _, code = take("aipref", *maps[0].removeprefix("--map=").split("\n"))
    assert (out.splitlines()[0], code) == (
        "robots.txt: 0 statements added, 0 ended, 2 stood already",
        0,
    )


def test_the_shared_samples_come_in(label: Party) -> None:
    folder = shared_or_skip("samples", "consent")
    for name, format, maps in (
        ("aipref.txt", "aipref", ["/open/=label:Open"]),
        ("tdmrep.json", "tdmrep", ["/catalog/label-a/=label:A", "/catalog/label-b/=label:B",
                                   "/catalog/open/=label:Open"]),
        ("cawg-training-mining.json", "cawg", []),
        ("rsl.xml", "rsl", ["/catalog/label-a/=label:A"]),
    ):  # fmt: skip
        mapped = [f"--map={one}" for one in maps]
        arguments = [str(folder / name), f"--format={format}", *mapped]
        _, err, code = run("consent_import", *arguments, party=str(label.uuid))
        assert (err, code) == ("", 0)
    assert Consent.objects.filter(grantor=label).count() == 2 + 9 + 4 + 3
