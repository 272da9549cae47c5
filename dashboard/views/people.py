"""Signing in and out, who somebody is here, and the theme of their browser."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from dashboard import limits, theming
from policy.selectors.people import get_me


class SignIn(LoginView):
    """The sign-in page; after too many failures it says how long to wait (429)."""

    http_method_names = ["get", "head", "post"]
    template_name = "dashboard/sign_in.html"
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Sign in, unless too many tries from here failed."""
        attempt = self._attempt()
        wait = attempt.wait()
        if not wait:
            return super().post(request, *args, **kwargs)
        form = self.get_form_class()(request)
        context = self.get_context_data(form=form, wait_minutes=-(-wait // 60))
        response = self.render_to_response(context, status=429)
        response.headers["Retry-After"] = str(wait)
        return response

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """Count the failure and say so, without telling whether the name exists."""
        self._attempt().failed()
        return self.render_to_response(self.get_context_data(form=form), status=400)

    def _attempt(self) -> limits.Attempt:
        name = self.request.POST.get("username", "")
        return limits.Attempt(limits.address_of(self.request), name, time.time())


class SignOut(LogoutView):
    """Ends the session; by POST only."""


@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """Who is signed in, and whose works and deliveries that login sees."""
    return render(request, "dashboard/me.html", {"me": get_me(request.user)})


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the theme that somebody chose and go back to where they were."""
    wanted = request.POST.get("theme", "")
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    response = redirect(back if safe else "home")
    theming.remember(
        response, wanted if wanted in theming.THEMES else theming.AUTO,
        secure=bool(settings.SESSION_COOKIE_SECURE),
    )  # fmt: skip
    return response
