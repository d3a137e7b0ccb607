"""Logs as JSON lines and metrics for Prometheus."""

import logging
import sys
from typing import Final

import structlog
import structlog.typing
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from structlog.tracebacks import ExceptionDictTransformer

REGISTRY: Final = CollectorRegistry()

REQUEST_SECONDS: Final = Histogram(
    "biletpro_request_seconds",
    "Time of one HTTP request by route and status",
    ["method", "route", "status"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
    registry=REGISTRY,
)
STATEMENT_SECONDS: Final = Histogram(
    "biletpro_statement_seconds",
    "Time of one database statement by its name",
    ["statement"],
    buckets=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5),
    registry=REGISTRY,
)
BATCH_ITEMS: Final = Histogram(
    "biletpro_batch_items",
    "Items applied together by one batch",
    ["batcher"],
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500),
    registry=REGISTRY,
)
BATCH_REJECTED: Final = Counter(
    "biletpro_batch_rejected_total",
    "Items turned away or dropped unapplied",
    ["batcher", "why"],
    registry=REGISTRY,
)
FEED_LAG_SECONDS: Final = Gauge(
    "biletpro_feed_lag_seconds",
    "Age of the newest event a reader has applied",
    ["reader", "source"],
    registry=REGISTRY,
)


def exposition() -> bytes:
    """All metrics in Prometheus' text format."""
    return generate_latest(REGISTRY)


def configure_logs(level: str) -> None:
    """JSON lines on standard error; *level* is a name of the logging module."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            # Without locals: a frame may hold a card number or a password.
            structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def logger() -> structlog.typing.FilteringBoundLogger:
    """Where a service says what an operator must know; never personal data, a secret or a code."""
    log: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return log
