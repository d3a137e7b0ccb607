"""The rule constraint-named."""

import pytest

from tests.tidy.planting import SERVICE, broken
from tidy.rules.constraint_named import ConstraintNamed


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        (SERVICE + "migrations/0001_orders.sql", "CREATE TABLE sales.x (\n  a int CHECK (a > 0)\n);\n", 2),
        (
            SERVICE + "migrations/0001_orders.sql",
            "CREATE TABLE sales.x (\n  a int,\n  b int,\n  UNIQUE (a, b)\n);\n",
            4,
        ),
        (SERVICE + "migrations/0001_orders.sql", "ALTER TABLE sales.x ADD PRIMARY KEY (a);\n", 1),
        (
            SERVICE + "migrations/0001_orders.sql",
            "CREATE TABLE sales.x (a uuid REFERENCES sales.y (id));\n",
            1,
        ),
    ],
)
def test_constraint_named_is_caught(path: str, text: str, line: int) -> None:
    """A constraint without a name is found, at a column or at the table, when made or added later."""
    assert [line] == broken(ConstraintNamed(), path, text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            SERVICE + "migrations/0001_orders.sql",
            "CREATE TABLE sales.x (\n  a int CONSTRAINT a_positive CHECK (a > 0),\n  CONSTRAINT x_pkey PRIMARY KEY (a),\n  CONSTRAINT x_y FOREIGN KEY (a) REFERENCES sales.y (id)\n);\n",
        ),
        (
            SERVICE + "migrations/0001_orders.sql",
            "-- UNIQUE by design\nCREATE UNIQUE INDEX x_a ON sales.x (a);\nCREATE POLICY p ON sales.x WITH CHECK (true);\n",
        ),
        (
            SERVICE + "migrations/0001_orders.sql",
            "CREATE FUNCTION sales.f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN\n CREATE TABLE t (a int CHECK (a > 0)); END $$;\n",
        ),
        ("tests/x.sql", "CREATE TABLE x (a int CHECK (a > 0));\n"),
    ],
)
def test_constraint_named_lets_the_rest_pass(path: str, text: str) -> None:
    """Named ones pass; functions, policies, indexes, comments and other folders are not judged."""
    assert [] == broken(ConstraintNamed(), path, text)
