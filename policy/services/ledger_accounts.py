"""Accounts of the ledger, opened where money first goes to them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection
from datetime import datetime
from typing import TypeAlias

from django.db import connection

from policy.accounting.accounts import AccountName
from policy.models import LedgerAccount
from policy.services.bulk import insert_rows

Named: TypeAlias = tuple[AccountName, str]
"""An account in a currency."""

_COLUMNS = ("uuid", "kind", "key", "currency", "party_id", "opened_at")
_FOUND = "SELECT a.id, a.kind, a.key, a.currency, a.party_id FROM "
_BY_NAME = {
    "postgresql": _FOUND + "jsonb_array_elements(%s::jsonb) AS n CROSS JOIN policy_ledgeraccount "
    "AS a WHERE a.kind = n->>0 AND a.key = n->>1 AND a.currency = n->>2",
    # SQLite takes the tables of a CROSS JOIN in their order: names first, then the index.
    "sqlite": _FOUND + "json_each(%s) AS n CROSS JOIN policy_ledgeraccount AS a WHERE "
    "a.kind = json_extract(n.value, '$[0]') AND a.key = json_extract(n.value, '$[1]') "
    "AND a.currency = json_extract(n.value, '$[2]')",
}
"""However many names are asked for, they are one parameter of one query."""


class AccountOfAnother(Exception):
    """An account that is there belongs to another party than the one that is named with it."""


def accounts_open(*, names: Collection[Named], at: datetime) -> dict[Named, int]:
    """The ids of accounts, opened where they were not there; at most three queries.

    In the caller's transaction. Several may open the same one at a time. Raises AccountOfAnother.
    """
    if not names:
        return {}
    found = _ids(names)
    missing = [named for named in dict.fromkeys(names) if named not in found]
    rows = [
        (uuid.uuid4(), name.kind, name.key, currency, name.party, at) for name, currency in missing
    ]
    insert_rows(LedgerAccount, _COLUMNS, rows, new=False)
    return found | _ids(missing) if missing else found


def _ids(names: Collection[Named]) -> dict[Named, int]:
    """The ids of those that are there."""
    wanted = {(name.kind, name.key, currency): (name, currency) for name, currency in names}
    with connection.cursor() as cursor:
        cursor.execute(_BY_NAME[connection.vendor], [json.dumps(list(wanted))])
        rows = cursor.fetchall()
    found = {}
    for id, kind, key, currency, party in rows:
        named = wanted[kind, key, currency]
        if named[0].party != party:
            raise AccountOfAnother(f"the account {named[0]} {currency} belongs to another party")
        found[named] = id
    return found
