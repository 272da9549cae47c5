"""Drawings of the pages as inline SVG: nothing in them needs a style attribute or a script."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from dashboard.icons import ICONS
from policy.selectors.decision_list import EffectCount
from policy.selectors.track_page import WHOLE, ShareRow
from policy.selectors.verdict import word

LEVELS = ("allow", "limit", "review", "withhold", "block")
"""Effects from mild to strict: the lines of a stave from the bottom."""

COLOURS = 6
"""Shades that parts of a bar go through."""


def icon(name: str) -> SafeString:
    """A small drawing that says nothing to a screen reader: words stand beside it."""
    return format_html(
        '<svg class="icon" viewBox="0 0 20 20" aria-hidden="true">{}</svg>',
        mark_safe(ICONS[name]),
    )


def effect_mark(effect: str) -> SafeString:
    """The outcome as a note on a stave of five lines: the higher, the stricter."""
    height = 13 - 2.75 * LEVELS.index(effect)
    lines = "".join(f"M1 {13 - 2.75 * level:g}h12" for level in range(5))
    return format_html(
        '<svg class="mark" viewBox="0 -1 14 17" aria-hidden="true">'
        '<path d="{}"/><ellipse cx="7" cy="{}" rx="2.9" ry="2.3"/></svg>',
        lines,
        f"{height:g}",
    )


def proportions(counts: Iterable[EffectCount]) -> SafeString:
    """Counts per effect as one bar; each present part is at least a hairline wide."""
    present = [(count.effect, count.count) for count in counts if count.count]
    total = sum(number for _, number in present)
    if not total:
        return SafeString("")
    widths = [max(0.4, 100 * number / total) for _, number in present]
    scale = 100 / sum(widths)
    starts = [scale * sum(widths[:at]) for at in range(len(widths))]
    parts = format_html_join(
        "",
        '<rect class="is-{}" x="{}" width="{}" height="4"><title>{}: {}</title></rect>',
        (
            (effect, f"{start:.3f}", f"{scale * width:.3f}", word(effect), f"{number:,}")
            for (effect, number), start, width in zip(present, starts, widths, strict=True)
        ),
    )
    return format_html(
        '<svg class="proportions" viewBox="0 0 100 4" preserveAspectRatio="none" '
        'aria-hidden="true">{}</svg>',
        parts,
    )


def share_bar(rows: Sequence[ShareRow]) -> SafeString:
    """The known shares of a layer as a bar of the whole; beyond the whole it is scaled down."""
    known = [(at, row.basis_points) for at, row in enumerate(rows) if row.basis_points]
    whole = max(WHOLE, sum(points for _, points in known))
    parts, start = [], 0.0
    for at, points in known:
        width = 100 * points / whole
        parts.append((at % COLOURS, f"{start:.3f}", f"{width:.3f}"))
        start += width
    bars = format_html_join("", '<rect class="s{}" x="{}" width="{}" height="6"/>', parts)
    mark = 100 * WHOLE / whole
    line = format_html('<path d="M{} 0v6"/>', f"{mark:.3f}") if whole > WHOLE else ""
    return format_html(
        '<svg class="share-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        "{}{}</svg>",
        bars,
        line,
    )


def score_bar(score: float) -> SafeString:
    """A detector's score, 0 to 1, as a bar with its number."""
    return format_html(
        '<span class="score">'
        '<svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="{}" height="6"/></svg><b>{}</b></span>',
        f"{100 * score:.1f}",
        f"{score:.2f}",
    )
