"""An ordinary write made repeatable: its record is written in the operation's own transaction.

Scope is route + principal, the key the client's own. A success is stored and repeated for 48 hours; a refusal rolls
back with everything else, so it is judged anew. Hot writes carry their records inside the batch instead.
Each schema that takes such writes holds the table `idempotency`.
"""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from biletpro.kernel.errors import Conflict, Invalid, Title
from biletpro.kernel.messages import Message
from biletpro.kernel.permissions import Caller, Once

from .postgres import Connection

KEPT_HOURS: Final = 48
PURGE_MAX: Final = 5_000

Answer = TypeVar("Answer", bound=Message)


class InProgress(Conflict):
    code = "in_progress"
    title = Title("Aynı istek şu anda işleniyor", "The same request is being worked on")


class IdempotencyMismatch(Invalid):
    code = "idempotency_mismatch"
    title = Title("Bu anahtar başka bir istekle kullanıldı", "This key was used with another request")


async def once(
    connection: Connection,
    schema: str,
    caller: Caller,
    kind: type[Answer],
    work: Callable[[], Awaitable[Answer]],
) -> Answer:
    """*work*'s answer, or the stored one when this caller sent the same request with the same key before.

    Raises InProgress while the first runs in another transaction, IdempotencyMismatch for another body.
    """
    if caller.once is None:
        return await work()
    name = _name(caller, caller.once)
    lock = int.from_bytes(name[:8], "big", signed=True)
    if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", lock):
        raise InProgress
    known = await answered(connection, schema, caller, kind)
    if known is not None:
        return known
    answer = await work()
    await connection.execute(
        f"""-- idempotency.keep
        INSERT INTO {schema}.idempotency (name, body_hash, answer) VALUES ($1, $2, $3)
        ON CONFLICT ON CONSTRAINT idempotency_key
        DO UPDATE SET body_hash = excluded.body_hash, answer = excluded.answer, created_at = now()""",
        name,
        caller.once.body_hash,
        answer.model_dump_json(),
    )
    return answer


async def answered(connection: Connection, schema: str, caller: Caller, kind: type[Answer]) -> Answer | None:
    """The stored answer, or None. For writes that must ask another service before their own transaction.

    Raises IdempotencyMismatch for another body.
    """
    if caller.once is None:
        return None
    row = await connection.fetchrow(
        f"""-- idempotency.find
        SELECT body_hash, answer FROM {schema}.idempotency
         WHERE name = $1 AND created_at > now() - make_interval(hours => $2)""",
        _name(caller, caller.once),
        KEPT_HOURS,
    )
    if row is None:
        return None
    if row["body_hash"] != caller.once.body_hash:
        raise IdempotencyMismatch(field="Idempotency-Key")
    return kind.model_validate_json(row["answer"])


def _name(caller: Caller, once: Once) -> bytes:
    return hashlib.sha256(f"{once.route} {caller.principal()}\x00{once.key}".encode()).digest()


async def purge(connection: Connection, schema: str) -> int:
    """Forget records past their 48 hours, at most PURGE_MAX; how many went."""
    gone: str = await connection.execute(
        f"""-- idempotency.purge
        DELETE FROM {schema}.idempotency WHERE name IN (
            SELECT name FROM {schema}.idempotency
             WHERE created_at <= now() - make_interval(hours => $1) LIMIT $2)""",
        KEPT_HOURS,
        PURGE_MAX,
    )
    return int(gone.rsplit(" ", 1)[1])
