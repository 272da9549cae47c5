"""What every test may use: services and their markers, databases, goldens, shared samples."""

import hypothesis

# A busy machine is no mistake: no property fails for being slow. A failure prints how to repeat it.
hypothesis.settings.register_profile(
    "stave",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    print_blob=True,
)
hypothesis.settings.load_profile("stave")

pytest_plugins = [
    "tests.plugins.services",
    "tests.plugins.databases",
    "tests.plugins.goldens",
]
