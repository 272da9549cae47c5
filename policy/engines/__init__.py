"""Back ends of the typed tree: each reads Plans of `policy.lang` and no author text.

`rows` decides one subject at a time. No Django, no clock, no network.
"""
