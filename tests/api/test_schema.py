"""The OpenAPI document is whole, and says what the API does."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import yaml
from django.core.management import call_command

from policy.api import urls


def _document(folder: Path) -> dict[str, dict[str, dict[str, object]]]:
    file = folder / "schema.yaml"
    call_command(
        "spectacular", "--validate", "--fail-on-warn", "--file", str(file), stdout=StringIO()
    )
    document: dict[str, dict[str, dict[str, object]]] = yaml.load(  # noqa: TID251 - its own
        file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader
    )
    return document


def test_it_validates_without_a_warning_and_has_every_address(tmp_path: Path) -> None:
    paths = set(_document(tmp_path)["paths"])
    hidden = {"api-schema", "api-nothing"}
    names = [pattern for pattern in urls.urlpatterns if getattr(pattern, "name", "") not in hidden]
    assert len(paths) == len(names)
    assert "/api/decisions/{uuid}/" in paths


def test_every_operation_says_what_its_problems_look_like(tmp_path: Path) -> None:
    for path, operations in _document(tmp_path)["paths"].items():
        for method, operation in operations.items():
            responses = operation["responses"]  # type: ignore[index]  # a mapping
            assert "401" in responses, (method, path)
            assert "application/problem+json" in responses["401"]["content"], (method, path)


def test_anybody_may_read_it(client: object, db: None) -> None:
    response = client.get("/api/schema/")  # type: ignore[attr-defined]  # Django's test client
    assert response.status_code == 200
    assert b"openapi: 3.1" in response.content
