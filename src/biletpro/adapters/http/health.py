"""/health, /health/live, /health/ready, /metrics and the human page of the schema, at the root."""

import shutil
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

import psutil
import structlog
from fastapi import APIRouter
from starlette.responses import HTMLResponse, JSONResponse, Response

from biletpro.adapters import telemetry

DISK_FREE_BYTES_MIN: Final = 200 * 1024 * 1024
MEMORY_FREE_BYTES_MIN: Final = 100 * 1024 * 1024

Probe = Callable[[], Awaitable[None]]

log = structlog.get_logger()

SCHEMA_PAGE: Final = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>BiletPro API</title></head>
<body><h1>BiletPro API</h1><p>The OpenAPI 3.1 document: <a href="/schema/openapi.json">/schema/openapi.json</a></p>
<ul>{items}</ul></body></html>"""


def health_router(
    *, probes: Mapping[str, Probe], folder: Path, document: Callable[[], dict[str, Any]]
) -> APIRouter:
    """*probes* are required parts; each raises when its part is away."""
    router = APIRouter(include_in_schema=False)

    async def report() -> tuple[bool, dict[str, Any]]:
        checks: dict[str, Any] = {}
        for name, probe in probes.items():
            try:
                await probe()
                checks[name] = {"ok": True}
            # tidy: allow blind-except - whatever it is, the part is away and health must say so
            except Exception as error:
                log.warning("probe_failed", part=name, error=str(error))
                checks[name] = {"ok": False}
        memory = psutil.virtual_memory().available
        disk = shutil.disk_usage(folder).free
        checks["memory"] = {"ok": memory > MEMORY_FREE_BYTES_MIN, "available_bytes": memory}
        checks["disk"] = {"ok": disk > DISK_FREE_BYTES_MIN, "free_bytes": disk}
        return all(check["ok"] for check in checks.values()), checks

    @router.get("/health")
    async def health() -> Response:
        ok, checks = await report()
        body = {"status": "ok" if ok else "failing", "checks": checks}
        return JSONResponse(body, 200 if ok else 503, {"Cache-Control": "no-store"})

    @router.get("/health/ready")
    async def ready() -> Response:
        ok, _ = await report()
        return JSONResponse({"status": "ok" if ok else "failing"}, 200 if ok else 503)

    @router.get("/health/live")
    async def live() -> Response:
        return JSONResponse({"status": "ok"})

    @router.get("/metrics")
    async def metrics() -> Response:
        return Response(telemetry.exposition(), media_type="text/plain; version=0.0.4")

    @router.get("/schema")
    async def schema_page() -> Response:
        items = "".join(
            f"<li><code>{method.upper()} {path}</code> {operation.get('summary', '')}</li>"
            for path, operations in document()["paths"].items()
            for method, operation in operations.items()
        )
        return HTMLResponse(SCHEMA_PAGE.format(items=items))

    return router
