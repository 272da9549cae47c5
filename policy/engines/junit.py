"""Test reports as JUnit XML, which build servers read."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree

from policy.lang.testing import TestReport, Verdict, render_verdict


def junit(reports: Iterable[TestReport]) -> bytes:
    """One suite for each ruleset, one test case for each of its cases."""
    root = ElementTree.Element("testsuites")
    for report in reports:
        verdicts = report.verdicts
        suite = ElementTree.SubElement(
            root,
            "testsuite",
            name=report.ruleset,
            tests=str(len(verdicts)),
            failures=str(sum(not verdict.good for verdict in verdicts)),
            errors="0",
            skipped=str(sum(verdict.status == "todo" for verdict in verdicts)),
        )
        for verdict in verdicts:
            _case(suite, report, verdict)
    ElementTree.indent(root)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def _case(suite: ElementTree.Element, report: TestReport, verdict: Verdict) -> None:
    case = verdict.case
    made = ElementTree.SubElement(
        suite,
        "testcase",
        classname=report.ruleset,
        name=case.name,
        file=case.path,
        line=str(case.span.line),
    )
    if verdict.status == "todo":
        ElementTree.SubElement(made, "skipped", message=_clean(case.todo))
    elif not verdict.good:
        message = "; ".join(verdict.problems) or f"passes, but is marked todo: {case.todo}"
        failure = ElementTree.SubElement(made, "failure", message=_clean(message))
        failure.text = _clean("\n".join(render_verdict(verdict)))


def _clean(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return "".join(char for char in text if char >= " " or char in "\t\n")
