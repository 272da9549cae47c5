"""What is shown when a request cannot be answered; Django renders 403, 404 and 500 itself."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dashboard.pages import WrongAddress


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A wrong address, with everything that is wrong about it."""
    problems = exception.problems if isinstance(exception, WrongAddress) else ()
    return render(request, "400.html", {"problems": problems}, status=400)
