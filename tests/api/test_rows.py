"""Row-level security, read from the catalogue so that no table is forgotten."""

from uuid import UUID

import asyncpg
import pytest

from biletpro.adapters.migrate import ALL_SERVICES_LOGIN
from biletpro.assembly import NAMES
from tests.api.stage import Stage, set_stage

TENANT_TABLES = """
    SELECT c.relnamespace::regnamespace::text AS schema, c.oid::regclass::text AS name,
           c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced, a.attnotnull AS required,
           has_table_privilege(c.relnamespace::regnamespace::text || '_tenant', c.oid, 'SELECT') AS readable
      FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id'
     WHERE c.relnamespace::regnamespace::text = ANY($1) AND c.relkind IN ('r', 'p') AND NOT c.relispartition
     ORDER BY 1, 2"""
# A person's, though it remembers a firm: a firm's role may do nothing with it.
OF_PERSONS = ("auth.sessions",)
# News and counters of the whole platform have no firm; a firm's role never sees such a row.
ALSO_OF_NO_FIRM = ("outbox",)


@pytest.fixture(scope="module")
async def other(stage: Stage) -> Stage:
    """Another firm in the same database, with one of everything of its own."""
    return await set_stage(stage.world, guest="baska@example.com")


async def tenant_tables(stage: Stage) -> list[asyncpg.Record]:
    found = await stage.world.sql(TENANT_TABLES, list(NAMES))
    assert len(found) > 15, "the catalogue lost its tables"
    return [table for table in found if table["name"] not in OF_PERSONS]


async def test_a_persons_table_is_no_firms(stage: Stage) -> None:
    """The firms' role holds no privilege on it, not even on a column."""
    for name in OF_PERSONS:
        role = f"{name.partition('.')[0]}_tenant"
        rows = await stage.world.sql(
            "SELECT has_any_column_privilege($1, $2, 'SELECT, INSERT, UPDATE, REFERENCES') AS may", role, name
        )
        assert not rows[0]["may"], name


async def test_a_firms_tables_force_row_security(stage: Stage) -> None:
    """Enabled, and forced: the owner of the table is no exception."""
    tables = await tenant_tables(stage)
    assert [] == [table["name"] for table in tables if not (table["enabled"] and table["forced"])]


async def test_a_firms_row_always_names_its_firm(stage: Stage) -> None:
    """organization_id is NOT NULL, but where a row may be nobody's."""
    loose = [table["name"] for table in await tenant_tables(stage) if not table["required"]]
    assert [] == [name for name in loose if not name.endswith(ALSO_OF_NO_FIRM)]


async def test_without_a_firm_its_role_sees_nothing(stage: Stage, other: Stage) -> None:
    """A forgotten `app.org` shows no row, not every row."""
    assert other.values["org"] != stage.values["org"]
    seen = {
        table["name"]: len(await as_tenant(stage, table, ""))
        for table in await tenant_tables(stage)
        if table["readable"]
    }
    assert {} == {name: count for name, count in seen.items() if count}


async def test_with_a_firm_its_role_sees_that_firm_alone(stage: Stage, other: Stage) -> None:
    """Each table, as each firm: its own rows and all of them."""
    filled = 0
    for table in await tenant_tables(stage):
        if not table["readable"]:
            continue
        for firm in (stage.values["org"], other.values["org"]):
            rows = await as_tenant(stage, table, firm)
            assert {UUID(firm)} >= {row["organization_id"] for row in rows}, table["name"]
            all_of_it = await stage.world.sql(
                f"SELECT count(*) FROM {table['name']} WHERE organization_id = $1", firm
            )
            assert all_of_it[0]["count"] == len(rows), table["name"]
            filled += bool(rows)
    assert filled > 15, "too few tables held rows to tell"


async def as_tenant(stage: Stage, table: asyncpg.Record, firm: str) -> list[asyncpg.Record]:
    """What the role of one firm reads, over the login that the process itself uses."""
    url = str(stage.world.assembly.settings.database_url)
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.execute(f"SET LOCAL ROLE {table['schema']}_tenant")
            if firm:
                await connection.execute("SELECT set_config('app.org', $1, true)", firm)
            return await connection.fetch(f"SELECT organization_id FROM {table['name']}")
    finally:
        await connection.close()


async def test_a_firms_role_writes_no_row_of_another(stage: Stage) -> None:
    """Every policy of a writing role checks what is written as well as what is read."""
    rows = await stage.world.sql(
        """SELECT schemaname, tablename, policyname FROM pg_policies
            WHERE schemaname = ANY($1) AND schemaname || '_tenant' = ANY(roles)
              AND cmd IN ('ALL', 'INSERT', 'UPDATE')
              AND coalesce(with_check, qual) NOT LIKE '%current_setting(''app.org''::text, true)%'""",
        list(NAMES),
    )
    assert [] == [dict(row) for row in rows]


async def test_roles_can_do_no_more_than_is_written(stage: Stage) -> None:
    """None of ours is a superuser, passes row security by, makes roles, or inherits what it did not SET."""
    rows = await stage.world.sql(
        """SELECT rolname FROM pg_roles
            WHERE (rolname = $2 OR rolname = ANY (
                     SELECT name || part FROM unnest($1::text[]) name,
                                              unnest(ARRAY['_owner', '_tenant', '_system', '_login']) part))
              AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb
                   OR rolreplication OR rolinherit)""",
        list(NAMES),
        ALL_SERVICES_LOGIN,
    )
    assert [] == [row["rolname"] for row in rows]


async def test_a_login_takes_the_roles_of_its_service_alone(stage: Stage) -> None:
    """The login of one service is a member of that service's tenant and system roles, and of no owner."""
    rows = await stage.world.sql(
        """SELECT member::regrole::text AS member,
                  array_agg(roleid::regrole::text ORDER BY roleid::regrole::text) AS roles
             FROM pg_auth_members WHERE member::regrole::text LIKE '%\\_login' GROUP BY 1 ORDER BY 1"""
    )
    wanted = {f"{name}_login": [f"{name}_system", f"{name}_tenant"] for name in sorted(NAMES)}
    assert wanted == {row["member"]: row["roles"] for row in rows}


async def test_a_login_itself_can_do_nothing(stage: Stage) -> None:
    """Before SET ROLE a connection reads no table of any service."""
    connection = await asyncpg.connect(str(stage.world.assembly.settings.database_url))
    try:
        for table in await tenant_tables(stage):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch(f"SELECT organization_id FROM {table['name']}")
    finally:
        await connection.close()


async def test_a_service_reads_no_table_of_another(stage: Stage) -> None:
    """A role of one service holds no grant in the schema of another, and none is given to everybody."""
    rows = await stage.world.sql(
        """SELECT table_schema, table_name, grantee FROM information_schema.role_table_grants
            WHERE table_schema = ANY($1) AND grantee NOT IN (SELECT rolname FROM pg_roles WHERE rolsuper)
              AND grantee NOT LIKE table_schema || '\\_%'""",
        list(NAMES),
    )
    assert [] == [dict(row) for row in rows]


async def test_partitions_are_reached_through_their_parent(stage: Stage) -> None:
    """A grant on a partition would pass its parent's row security by."""
    rows = await stage.world.sql(
        """SELECT g.table_schema, g.table_name, g.grantee FROM information_schema.role_table_grants g
             JOIN pg_class c ON c.oid = format('%I.%I', g.table_schema, g.table_name)::regclass
            WHERE g.table_schema = ANY($1) AND c.relispartition
              AND g.grantee LIKE ANY (ARRAY['%\\_tenant', '%\\_system'])""",
        list(NAMES),
    )
    assert [] == [dict(row) for row in rows]
