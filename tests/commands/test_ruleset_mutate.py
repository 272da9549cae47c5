"""`ruleset_mutate`: the same as `python -m policy.engines mutate`, from manage.py."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from tests.engines.mutation import samples


def _run(folder: Path, *options: str) -> str:
    out = StringIO()
    call_command("ruleset_mutate", str(folder), *options, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_it_needs_no_database_and_passes_its_options_on(tmp_path: Path) -> None:
    folder = samples.write(tmp_path)
    whole = _run(folder)
    assert "42 killed, 0 survived" in whole
    one = _run(folder, "--only", "sample/scored/effect-1", "--fail-under", "100")
    assert one.startswith("sample: 1 mutant on")
    assert '"quick": true' in _run(folder, "--rule", "scored", "--json", "--quick")


def test_a_low_score_ends_with_1(tmp_path: Path) -> None:
    weak = samples.TESTS.replace(", within: P14D}", "}")
    with pytest.raises(SystemExit) as ended:
        _run(samples.write(tmp_path, {"sample/tests.yaml": weak}), "--fail-under", "100")
    assert ended.value.code == 1
