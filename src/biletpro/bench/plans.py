"""What the bench and its load generator tell each other, as JSON over a pipe."""

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Plan:
    """One stretch of load. Without `rate_per_s` every lane sends as soon as it has its answer."""

    script: str
    port: int
    lanes: int
    duration_s: float
    warm_up_s: float = 0.0
    rate_per_s: float | None = None
    given: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self))

    @staticmethod
    def from_json(text: str) -> "Plan":
        return Plan(**json.loads(text))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a Plan. Rates and latencies leave the warm-up out; `created` (201s) and `faults` do not.

    `acts` are what the script counts: requests, or whole purchases. `faults` are answers that were not what
    the script had to get, by problem code, and connections that were lost; nothing is ever sent twice.
    """

    acts: int
    requests: int
    created: int
    elapsed_s: float
    faults: dict[str, int]
    p50_ms: float
    p95_ms: float
    p99_ms: float
    generator_cores: float

    @property
    def rate_per_s(self) -> float:
        """Acts a second."""
        return self.acts / self.elapsed_s if self.elapsed_s > 0 else 0.0

    @property
    def requests_per_s(self) -> float:
        return self.requests / self.elapsed_s if self.elapsed_s > 0 else 0.0

    def to_json(self) -> str:
        return json.dumps(dataclasses.asdict(self))

    @staticmethod
    def from_json(text: str) -> "Outcome":
        return Outcome(**json.loads(text))
