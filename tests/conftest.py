"""What every test may use: services and their markers, databases, goldens, shared samples."""

pytest_plugins = [
    "tests.plugins.services",
    "tests.plugins.databases",
    "tests.plugins.goldens",
]
