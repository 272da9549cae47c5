"""Pages of consents, uses, pools, the ledger and payout statements: who is told what."""

from __future__ import annotations

import pytest

from policy.selectors.consent_pages import (
    ConsentAsked,
    get_consent_page,
    get_consent_registry,
)
from policy.selectors.decision_search import Place
from policy.selectors.ledger_pages import (
    LedgerAsked,
    get_account_page,
    get_transaction_page,
    list_accounts,
)
from policy.selectors.payout_pages import get_party_money, get_statement_file, get_statement_page
from policy.selectors.pool_pages import get_pool_page, list_pools
from policy.selectors.usage_pages import UsageAsked, get_usage_page, list_usages
from tests import factories
from tests.cast import Cast, make_cast
from tests.factories import NOW
from tests.uses import Uses, make_uses

FIRST = Place()


@pytest.fixture
def cast(db: None) -> Cast:
    made = make_cast()
    factories.decision(track=made.song)
    return made


@pytest.fixture
def uses(cast: Cast) -> Uses:
    return make_uses(cast)


def test_all(cast: Cast, uses: Uses) -> None:
    for name in cast.users:
        user = cast[name]
        print(name)
        print(list_usages(user, UsageAsked(), FIRST, size=2))
        for u in (uses.training, uses.output, uses.plan):
            print(get_usage_page(user, u.uuid, FIRST, size=1))
        print(get_consent_registry(user, cast.halcyon.uuid, ConsentAsked(NOW, NOW), FIRST, size=5))
        print(get_consent_page(user, uses.grant.uuid, now=NOW))
        print(list_pools(user, FIRST, size=5))
        print(get_pool_page(user, uses.pool.uuid))
        print(list_accounts(user, LedgerAsked(), FIRST, size=5))
        print(get_account_page(user, uses.payable.uuid, FIRST, size=5))
        print(get_transaction_page(user, uses.run.transaction.uuid))
        print(get_statement_page(user, uses.statement.uuid))
        print(get_statement_file(user, uses.statement.uuid, "csv"))
        print(get_party_money(user, cast.writer.uuid))
        print(get_party_money(user, cast.halcyon.uuid))
