"""ASGI entry point, for servers that speak ASGI: `policy.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "policy.settings")

application = get_asgi_application()
