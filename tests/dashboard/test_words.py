"""Words and drawings of the templates, and the pages for when something is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import Client

from policy.selectors.decision_list import EffectCount

AT = datetime(2026, 3, 7, 9, 5, 1, tzinfo=UTC)


def _said(text: str, **context: Any) -> str:
    return Template("{% load stave %}" + text).render(Context(context))


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ("{{ value|moment }}", AT, "7 Mar 2026, 09:05:01 UTC"),
        ("{{ value|moment }}", None, ""),
        ("{{ value|day }}", AT, "7 Mar 2026"),
        ("{{ value|day }}", date(2026, 12, 31), "31 Dec 2026"),
        ("{{ value|grouped }}", 1_234_567, "1,234,567"),
        ("{{ value|percent }}", 3_333, "33.33 %"),
        ("{{ value|percent }}", 10_000, "100 %"),
        ("{{ value|duration }}", 185, "3:05"),
        ("{{ value|duration }}", 3_725, "1:02:05"),
        ("{{ value|unjoined }}", "LeadVocalist", "Lead vocalist"),
        ("{{ value|unjoined }}", "IsSpedUpOf", "Is sped up of"),
        ("{{ value|spaced|sentence }}", "train_generative", "Train generative"),
        ("{{ value|places }}", ("DE", "FR"), "France and Germany"),
        ("{{ value|territory }}", "JP", "Japan"),
        ("{{ value|group_name }}", "ai", "AI"),
        ("{{ value|group_name }}", "shares", "Shares"),
        ("{{ value|effect_word }}", "withhold", "Withhold"),
    ],
)
def test_values_are_said_as_people_say_them(text: str, value: Any, said: str) -> None:
    found = _said(text, value=value)
    assert (
        found.partition(">")[2].removesuffix("</time>") == said
        if "<time" in found
        else found == said
    )


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (datetime(2026, 3, 7, 23, tzinfo=UTC), ">09:05:01<"),
        (datetime(2026, 3, 8, 1, tzinfo=UTC), ">7 Mar<"),
        (datetime(2027, 3, 8, 1, tzinfo=UTC), ">7 Mar 2026<"),
    ],
)
def test_a_narrow_column_says_the_time_of_today_else_the_day(now: datetime, said: str) -> None:
    assert said in _said("{% short_time value %}", value=AT, now=now)


@pytest.mark.parametrize(
    ("effect", "worldwide", "codes", "said"),
    [
        ("block", "block", (), "Worldwide"),
        ("block", "allow", ("DE",), "DE"),
        ("block", "block", ("DE",), "Worldwide <small>but DE</small>"),
    ],
)
def test_where_an_outcome_holds(
    effect: str, worldwide: str, codes: tuple[str, ...], said: str
) -> None:
    text = "{% where effect worldwide codes %}"
    assert _said(text, effect=effect, worldwide=worldwide, codes=codes) == said


def test_what_people_wrote_is_escaped_everywhere() -> None:
    evil = "<b>`x`</b>"
    for text in ("{{ value|spaced }}", "{{ value|sentence }}", "{% effect_badge value %}"):
        if "badge" not in text:
            assert "<b>" not in _said(text, value=evil)
    assert "<b>" not in _said("{% where 'a' 'b' value %}", value=(evil,))
    assert "<script" not in _said("{% ai_level value %}", value="<script>")


def _widths(svg: str) -> list[float]:
    return [float(part.partition('"')[0]) for part in svg.split(' width="')[1:]]


def test_a_bar_is_full_and_shows_the_smallest_part() -> None:
    counts = (EffectCount("block", 1), EffectCount("review", 0), EffectCount("allow", 999_999))
    widths = _widths(_said("{% proportions value %}", value=counts))
    assert len(widths) == 2
    assert sum(widths) == pytest.approx(100, abs=0.01)
    assert min(widths) > 0.3
    assert _said("{% proportions value %}", value=(EffectCount("block", 0),)) == ""


@dataclass(frozen=True)
class _Share:
    basis_points: int | None


def test_shares_over_the_whole_show_where_the_whole_ends() -> None:
    half = _said("{% share_bar value %}", value=[_Share(5_000), _Share(None)])
    assert _widths(half) == [50.0]
    assert "<path" not in half
    over = _said("{% share_bar value %}", value=[_Share(10_000), _Share(2_500)])
    assert sum(_widths(over)) == pytest.approx(100, abs=0.01)
    assert 'd="M80.000 0v6"' in over


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "500"])
def test_pages_for_what_is_wrong_need_no_request_and_no_database(name: str) -> None:
    page = render_to_string(f"{name}.html")
    assert "<h1>" in page
    assert 'href="/"' in page


def test_an_address_that_leads_nowhere_says_so(db: None) -> None:
    response = Client().get("/no/such/page/")
    assert response.status_code == 404
    assert "nothing here that you can see" in response.content.decode()
