"""How hypothesis runs; plugins are in the conftest.py above, which tests of rulesets load too."""

import hypothesis

# A busy machine is no mistake: no property fails for being slow. A failure prints how to repeat it.
hypothesis.settings.register_profile(
    "stave",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    print_blob=True,
)
hypothesis.settings.load_profile("stave")
