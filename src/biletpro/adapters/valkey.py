"""Valkey/Redis: cache and limits. Everything in it may be lost at any moment; every key has a time to live."""

from typing import Final

import redis.asyncio as redis
import structlog
from redis.exceptions import RedisError

TIMEOUT_S: Final = 0.25
CONNECTIONS_MAX: Final = 16

log = structlog.get_logger()


class Cache:
    """Small values under keys with a time to live. When Valkey is away, it holds nothing."""

    def __init__(self, url: str) -> None:
        self._client = redis.Redis.from_url(
            url,
            socket_timeout=TIMEOUT_S,
            socket_connect_timeout=TIMEOUT_S,
            max_connections=CONNECTIONS_MAX,
        )

    async def get(self, key: str) -> bytes | None:
        """The value, or None when there is none or Valkey is away."""
        try:
            found = await self._client.get(key)
        except RedisError as error:
            log.warning("cache_away", error=str(error))
            return None
        assert not isinstance(found, str), "the client is not asked to decode"
        return found

    async def put(self, key: str, value: bytes, ttl_s: int) -> None:
        """Keep *value* for at most *ttl_s*."""
        try:
            await self._client.set(key, value, ex=ttl_s)
        except RedisError as error:
            log.warning("cache_away", error=str(error))

    async def drop(self, *keys: str) -> bool:
        """Forget *keys*; False when Valkey is away and they may live on."""
        try:
            await self._client.delete(*keys)
        except RedisError as error:
            log.warning("cache_away", error=str(error))
            return False
        return True

    async def ping(self) -> None:
        """Raises RedisError when it is away."""
        await self._client.ping()

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()
