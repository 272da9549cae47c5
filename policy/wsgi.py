"""WSGI entry point: `gunicorn policy.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "policy.settings")

application = get_wsgi_application()
