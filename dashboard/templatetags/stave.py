"""Tags and filters of the pages: icons, outcomes, times, numbers. None asks the database."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from django import template
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from dashboard import theming
from dashboard.drawings import (
    effect_mark,
    icon,
    proportions,
    score_bar,
    share_bar,
)
from policy.accounting.money import plain_fine, readable
from policy.selectors import territories
from policy.selectors.decision_list import DecisionRow
from policy.selectors.facts_seen import FactSource
from policy.selectors.verdict import verdict, word

register = template.Library()

for drawing in (icon, effect_mark, proportions, share_bar, score_bar):
    register.simple_tag(drawing)


@register.simple_tag
def effect_badge(effect: str) -> SafeString:
    """The outcome in its colour, its place on the stave and its word."""
    return format_html(
        '<span class="badge is-{}">{}{}</span>', effect, effect_mark(effect), word(effect)
    )


@register.filter
def effect_word(effect: str) -> str:
    """`block` as people read it: `Block`."""
    return word(effect)


@register.filter
def moment(at: datetime | None) -> SafeString:
    """An instant to the second, in UTC."""
    if at is None:
        return SafeString("")
    text = f"{at.day} {at:%b %Y, %H:%M:%S} UTC"
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), text)


@register.filter
def day(at: Any) -> SafeString:
    """The day of an instant or a date."""
    if at is None:
        return SafeString("")
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), f"{at.day} {at:%b %Y}")


@register.simple_tag(takes_context=True)
def short_time(context: template.Context, at: datetime) -> SafeString:
    """An instant for a narrow column: the time of today, else the day."""
    now: datetime = context["now"]
    same_day = at.date() == now.date()
    text = f"{at:%H:%M:%S}" if same_day else f"{at.day} {at:%b}"
    text += "" if same_day or at.year == now.year else f" {at:%Y}"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(),
        f"{at.day} {at:%b %Y, %H:%M:%S} UTC",
        text,
    )


@register.filter
def grouped(number: int) -> str:
    """`1234567` as `1,234,567`."""
    return f"{number:,}"


@register.filter
def places(codes: Iterable[str]) -> str:
    """Territory codes as a phrase: `the European Union`, `Germany and France`, `everywhere`."""
    return territories.phrase(codes)


@register.filter
def territory(code: str) -> str:
    """The name of one territory."""
    return territories.name(code)


@register.filter
def spaced(word: str) -> str:
    """`train_generative` as `train generative`."""
    return word.replace("_", " ")


@register.filter
def group_name(name: str) -> str:
    """The name of a group of facts as a heading."""
    return "AI" if name == "ai" else sentence(spaced(name))


@register.filter
def sentence(text: str) -> str:
    """The text with a capital at its start."""
    return text[:1].upper() + text[1:]


@register.filter
def url_part(text: str) -> str:
    """A text as a part of an address."""
    return quote(text, safe="")


@register.simple_tag(takes_context=True)
def theme(context: template.Context) -> str:
    """The theme that this browser chose: auto, light or dark."""
    request: HttpRequest | None = context.get("request")
    return theming.chosen(request) if request else theming.AUTO


@register.simple_tag(takes_context=True)
def without_parameter(context: template.Context, name: str) -> str:
    """The address of this page without one parameter, from the first page on."""
    query = context["request"].GET.copy()
    for gone in (name, "page", "older", "newer", "open"):
        query.pop(gone, None)
    return f"?{query.urlencode()}" if query else context["request"].path


@register.simple_tag
def where(effect: str, worldwide: str, codes: Iterable[str]) -> SafeString:
    """Where an outcome holds, for a narrow column: `Worldwide`, `EU`, `DE FR`, `12 territories`."""
    listed = tuple(codes)
    if not listed:
        return SafeString("Worldwide")
    if effect == worldwide:
        return format_html("Worldwide <small>but {}</small>", territories.brief(listed))
    return format_html("{}", territories.brief(listed))


@register.simple_tag(takes_context=True)
def fact_source(context: template.Context, source: FactSource) -> SafeString:
    """Where a fact comes from, with a link where this login has a page for it."""
    words = source.kind if source.number == 1 else f"{source.number} {source.kind} rows"
    if source.kind == "delivery" and source.uuid and context["user"].is_staff:
        return format_html(
            '<a href="{}">{}</a>', reverse("delivery-detail", args=[source.uuid]), words
        )
    return format_html("{}", words)


@register.simple_tag
def ai_level(level: str) -> SafeString:
    """How much AI was declared; undeclared is not none, so it looks different."""
    kind = {"all": "ai-all", "partly": "ai-partly", "none": "ai-none"}.get(level, "ai-unsaid")
    return format_html('<span class="ai {}">{}</span>', kind, level)


@register.simple_tag
def headline(row: DecisionRow) -> str:
    """The outcome of a decision in a list as a headline."""
    differing = [(code, row.effect) for code in row.territories]
    told = row.effect == row.worldwide or not differing
    return verdict(row.effect, row.worldwide, [] if told else differing).headline


@register.filter
def unjoined(word: str) -> str:
    """A DDEX word as people write it: `LeadVocalist` as `Lead vocalist`."""
    return sentence(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", word).lower())


@register.filter
def percent(basis_points: int) -> str:
    """Basis points as per cent: `3333` as `33.33 %`."""
    return f"{basis_points / 100:g} %"


@register.simple_tag
def money(amount: int, currency: str) -> SafeString:
    """Minor units as an amount: `1,234.50 EUR`."""
    return format_html('<span class="money">{}</span>', readable(amount, currency))


@register.simple_tag
def fine_money(amount: int, currency: str) -> SafeString:
    """Millionths of the minor unit as an amount, to the last digit that says something."""
    return format_html('<span class="money">{} {}</span>', plain_fine(amount, currency), currency)


@register.filter
def fine(amount: int, currency: str) -> str:
    """Millionths of the minor unit as a number, where the currency stands above."""
    return plain_fine(amount, currency)


@register.filter
def millionths(part: int | None) -> str:
    """Millionths as per cent: `333333` as `33.3333 %`."""
    return "" if part is None else f"{part / 10_000:g} %"


@register.filter
def last_day(until: date) -> SafeString:
    """The last day of a period that ends before a day."""
    return day(until - timedelta(days=1))


@register.filter
def modulo(number: int, divisor: int) -> int:
    """The remainder, to go round a few colours."""
    return number % divisor


@register.filter
def duration(seconds: int) -> str:
    """A playing time as `3:05`."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@register.filter
def backticks(text: str) -> SafeString:
    """A message with the author's words in backticks set as code."""
    parts = text.split("`")
    return format_html_join(
        "",
        "{}",
        (
            (format_html("<code>{}</code>", part) if at % 2 else part,)
            for at, part in enumerate(parts)
        ),
    )
