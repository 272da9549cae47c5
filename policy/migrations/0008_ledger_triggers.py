"""The databases hold what the ledger promises, whoever writes: history stays as it was written, and
on PostgreSQL every transaction adds up to zero when it is committed and gets no posting later. SQLite cannot
ask at a commit; there the newest transaction alone takes postings.

SQLite drops the triggers of a table that a migration makes anew: such a migration must add them
again, by `forwards` below. `manage.py ledger_verify` says when one is missing.
"""

from django.db import migrations

HISTORY = (
    "policy_ledgeraccount",
    "policy_transaction",
    "policy_posting",
    "policy_exchangerate",
    "policy_poolrun",
    "policy_payoutline",
    "policy_payoutstatement",
)

POSTGRESQL = """
CREATE FUNCTION ledger_refuses_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% rows are history: add a row instead', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION ledger_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    SELECT currency, sum(amount) AS amount INTO wrong FROM policy_posting
        WHERE transaction_id = NEW.id GROUP BY currency HAVING sum(amount) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'transaction % adds up to % in %, not to zero',
            NEW.uuid, wrong.amount, wrong.currency USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM policy_posting WHERE transaction_id = NEW.id) THEN
        RAISE EXCEPTION 'transaction % has no postings', NEW.uuid
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

-- A transaction may have been written in a savepoint, which has a number of its own: what counts is
-- whether the one that wrote it is over. Row versions keep the lower half of that number; the upper
-- one is taken from the number of the current transaction, which is at most half a turn away.
CREATE FUNCTION ledger_takes_no_more() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    now_at bigint := pg_current_xact_id()::text::bigint;
    half bigint := 2147483648;
    turn bigint := 4294967296;
    late record;
BEGIN
    SELECT t.uuid INTO late FROM (SELECT DISTINCT transaction_id FROM added) AS a
        JOIN policy_transaction AS t ON t.id = a.transaction_id
        WHERE coalesce(pg_xact_status(
            (now_at + (t.xmin::text::bigint - now_at % turn + turn + half) % turn - half)::text::xid8
        ), 'committed') <> 'in progress' LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'transaction % is posted: it takes no more postings', late.uuid
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER ledger_adds_up AFTER INSERT ON policy_transaction
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_adds_up();

CREATE TRIGGER ledger_takes_no_more AFTER INSERT ON policy_posting
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_takes_no_more();
"""

POSTGRESQL_HISTORY = """
CREATE TRIGGER history_{table} BEFORE UPDATE OR DELETE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuses_change();
"""

SQLITE_HISTORY = """
CREATE TRIGGER history_{table}_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{table} rows are history: add a row instead'); END
"""

SQLITE_POSTINGS = """
CREATE TRIGGER ledger_takes_no_more BEFORE INSERT ON policy_posting
WHEN NEW.transaction_id < (SELECT max(id) FROM policy_transaction)
BEGIN SELECT RAISE(ABORT, 'the transaction is posted: it takes no more postings'); END
"""


def forwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL, params=None)
        for table in HISTORY:
            schema_editor.execute(POSTGRESQL_HISTORY.format(table=table), params=None)
        return
    for table in HISTORY:
        for verb in ("UPDATE", "DELETE"):
            schema_editor.execute(SQLITE_HISTORY.format(table=table, verb=verb), params=None)
    schema_editor.execute(SQLITE_POSTINGS, params=None)


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for table in HISTORY:
            schema_editor.execute(f"DROP TRIGGER history_{table} ON {table}")
        schema_editor.execute("DROP TRIGGER ledger_adds_up ON policy_transaction")
        schema_editor.execute("DROP TRIGGER ledger_takes_no_more ON policy_posting")
        for name in ("ledger_refuses_change", "ledger_adds_up", "ledger_takes_no_more"):
            schema_editor.execute(f"DROP FUNCTION {name}()")
        return
    for table in HISTORY:
        for verb in ("UPDATE", "DELETE"):
            schema_editor.execute(f"DROP TRIGGER history_{table}_{verb}")
    schema_editor.execute("DROP TRIGGER ledger_takes_no_more")


class Migration(migrations.Migration):

    dependencies = [
        ('policy', '0007_consents_and_money'),
    ]

    operations = [
        migrations.RunPython(forwards, backwards),
    ]
