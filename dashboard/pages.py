"""What views share: refusing a wrong address, and addresses without what says nothing."""

from __future__ import annotations

from typing import TypeVar

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect

from dashboard.forms import AddressForm

Form = TypeVar("Form", bound=AddressForm)


class WrongAddress(BadRequest):
    """An address asks for something that cannot be; `problems` say what, a sentence each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("; ".join(problems))


def read(form: type[Form], request: HttpRequest) -> Form:
    """The checked query of an address. Raises WrongAddress."""
    found = form(request.GET)
    if not found.is_valid():
        raise WrongAddress(found.problems())
    return found


def tidy(form: AddressForm, request: HttpRequest) -> HttpResponseRedirect | None:
    """A redirect to the same address without empty and unknown parameters, if it has any."""
    query = request.GET.copy()
    for name in list(query):
        if name not in form.fields or not str(query[name]).strip():
            del query[name]
    return None if query == request.GET else same_page(request, query)


def same_page(request: HttpRequest, query: QueryDict) -> HttpResponseRedirect:
    """A redirect to the same page with another query."""
    return redirect(f"{request.path}?{query.urlencode()}" if query else request.path)
