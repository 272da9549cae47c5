"""A suggestion in words, and as YAML that an author can paste."""

from __future__ import annotations

from collections.abc import Iterator

from policy.engines.mutation.differences import written
from policy.engines.mutation.drafts import Draft
from policy.engines.mutation.original import Original
from policy.engines.mutation.sparse import Sparse
from policy.engines.mutation.suggestions import Suggestion
from policy.engines.mutation.yaml_text import flow
from policy.lang.cases import Case


def advice(suggestion: Suggestion | None) -> str:
    """What an author can do about a survivor, in one line."""
    if suggestion is None:
        return "no case was found that would notice; it may come to the same"
    case = suggestion.case
    if suggestion.exists:
        place = f"{case.path}:{case.span.line}:{case.span.column}"
        return f'{place}: the case "{case.name}" would notice if it expected this as well'
    return "this case would notice"


def as_yaml(suggestion: Suggestion, draft: Draft, original: Original) -> str:
    """The `expect` that a case lacks, or a whole case, indented as in `tests.yaml`."""
    expect = f"    expect: {flow(written(suggestion.case.expect))}"
    if suggestion.exists:
        return expect
    name = f"Would notice in {draft.owner}: {draft.words}"
    lines = _situation(suggestion.case, original)
    return "\n".join((f"  - name: {flow(name)}", *lines, expect))


def _situation(case: Case, original: Original) -> Iterator[str]:
    yield f"    as_of: {case.as_of.removesuffix('T00:00:00Z')}"
    subject = original.plan.subject
    given = case.given or {subject: {}}
    facts = Sparse(original.schema, case.as_of).facts(subject, case.document, given)
    if facts:
        yield "    facts:"
        yield from (f"      {path}: {flow(value)}" for path, value in facts.items())
    if case.document.get("unknown"):
        yield f"    unknown: {flow(case.document['unknown'])}"
    if case.parameters:
        yield f"    parameters: {flow(dict(case.parameters))}"
