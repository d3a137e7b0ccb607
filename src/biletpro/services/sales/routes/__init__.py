"""Public HTTP of sales: the buyers' hot routes, and the firm's."""

from .buyers import BuyerRoutes, body_rules
from .firm import router

__all__ = ["BuyerRoutes", "body_rules", "router"]
