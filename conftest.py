"""What every run of pytest loads, whichever folder it is about: `tests`, `rulesets` or both."""

pytest_plugins = [
    "policy.engines.pytest_plugin",
    "tests.plugins.services",
    "tests.plugins.databases",
    "tests.plugins.goldens",
]
