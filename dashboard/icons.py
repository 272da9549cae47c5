"""Small drawings: strokes of 1.5 in a box of 20 by 20, in the colour of the text."""

ICONS = {
    "decisions": '<path d="M4 5.5h12M4 10h7M4 14.5h5"/><path d="m12.5 13.5 2 2 3.5-4"/>',
    "tracks": '<path d="M7.5 15V5l8-1.5v9.8"/><circle cx="5.5" cy="15" r="2"/>'
    '<circle cx="13.5" cy="13.3" r="2"/>',
    "parties": '<circle cx="7.5" cy="7" r="3"/>'
    '<path d="M2 16.5c.5-3 2.6-4.5 5.5-4.5s5 1.5 5.5 4.5"/>'
    '<path d="M13 4.4a3 3 0 0 1 0 5.2M15 12.6c1.7.7 2.7 2 3 3.9"/>',
    "deliveries": '<path d="M3 11.5V15.5h14v-4"/><path d="M10 12.5V3.5M6.5 7 10 3.5 13.5 7"/>',
    "rulesets": '<path d="M3 4h14M3 7h14M3 10h14M3 13h14M3 16h14"/>',
    "uses": '<rect x="5" y="5" width="10" height="10" rx="2"/><path d="M8 2.5V5M12 2.5V5M8 15v2.5'
    'M12 15v2.5M2.5 8H5M2.5 12H5M15 8h2.5M15 12h2.5"/>',
    "pools": '<ellipse cx="10" cy="5.5" rx="6.5" ry="2.5"/><path d="M3.5 5.5v9c0 1.4 2.9 2.5 6.5 '
    '2.5s6.5-1.1 6.5-2.5v-9M3.5 10c0 1.4 2.9 2.5 6.5 2.5s6.5-1.1 6.5-2.5"/>',
    "payouts": '<path d="M5 2.5h7l3.5 3.5v11.5H5z"/><path d="M12 2.5V6h3.5M8 10h5M8 13.5h5"/>',
    "ledger": '<path d="M10 4.5v12M3 4.5h5.5A1.5 1.5 0 0 1 10 6a1.5 1.5 0 0 1 1.5-1.5H17v11h-5.5'
    'A1.5 1.5 0 0 0 10 17a1.5 1.5 0 0 0-1.5-1.5H3z"/>',
    "search": '<circle cx="9" cy="9" r="5"/><path d="m13 13 4 4"/>',
    "filter": '<path d="M3 5h14M6 10h8M8.5 15h3"/>',
    "close": '<path d="m5.5 5.5 9 9m0-9-9 9"/>',
    "first": '<path d="M14.5 5 9.5 10l5 5M5.5 5v10"/>',
    "newer": '<path d="m12.5 5-5 5 5 5"/>',
    "older": '<path d="m7.5 5 5 5-5 5"/>',
    "last": '<path d="m5.5 5 5 5-5 5M14.5 5v10"/>',
    "open": '<path d="M8 4H4v12h12v-4M11.5 4H16v4.5M16 4l-7 7"/>',
    "auto": '<circle cx="10" cy="10" r="6.5"/>'
    '<path d="M10 3.5v13a6.5 6.5 0 0 0 0-13Z" class="solid"/>',
    "light": '<circle cx="10" cy="10" r="3.5"/><path d="M10 2v1.5M10 16.5V18M2 10h1.5M16.5 10H18'
    'M4.3 4.3l1 1M14.7 14.7l1 1M4.3 15.7l1-1M14.7 5.3l1-1"/>',
    "dark": '<path d="M16 12A6.8 6.8 0 0 1 8 4a6.8 6.8 0 1 0 8 8Z"/>',
    "sign-out": '<path d="M12 4H4v12h8M9 10h8.5M14.5 7l3 3-3 3"/>',
    "person": '<circle cx="10" cy="7" r="3"/><path d="M4 17c.6-3.3 2.8-5 6-5s5.4 1.7 6 5"/>',
    "download": '<path d="M3 13v3.5h14V13"/><path d="M10 3v9M6.5 9l3.5 3.5L13.5 9"/>',
    "check": '<path d="m4 10.5 4 4 8-9"/>',
    "cross": '<path d="m6 6 8 8m0-8-8 8"/>',
    "unknown": '<path d="M7.5 7.5A2.5 2.5 0 1 1 10 10.2V12M10 14.8v.1"/>',
    "hidden": '<path d="M3 10s2.5-4.5 7-4.5 7 4.5 7 4.5-2.5 4.5-7 4.5S3 10 3 10Z"/>'
    '<path d="M4 16 16 4"/>',
    "warning": '<path d="M10 3.5 17.5 16h-15L10 3.5ZM10 8.5v3.5M10 14v.1"/>',
    "clock": '<circle cx="10" cy="10" r="6.5"/><path d="M10 6v4l2.5 2"/>',
    "help": '<circle cx="10" cy="10" r="6.5"/><path d="M8.2 8a1.8 1.8 0 1 1 1.8 2V11M10 13.2v.1"/>',
}
