"""Settings of the test runs: the product's own, with a state folder and a database of their own."""

import os
import tempfile
from pathlib import Path

# One for each process; tests/plugins/databases.py makes and removes it.
_STATE = Path(tempfile.gettempdir()) / f"stave-test-{os.getpid()}"
os.environ["STAVE_STATE"] = str(_STATE)
os.environ["SECRET_KEY"] = "only for tests: " + "0123456789" * 5
os.environ["CELERY_BROKER_URL"] = "memory://"  # a nudge is a message that nobody fetches
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", "")

from policy.settings import *  # noqa: E402, F403 - the environment above must be set first
from policy.settings import DATABASES, STORAGES  # noqa: E402 - as above

if "sqlite3" in DATABASES["default"]["ENGINE"]:
    DATABASES["default"]["TEST"] = {"NAME": str(_STATE / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
else:
    DATABASES["default"]["TEST"] = {"NAME": f"test_stave_{os.getpid()}"}  # runs may go side by side
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher"
]  # speed; no real passwords here
