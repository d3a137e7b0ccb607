"""The contract kept, split by noun: accounts, sessions, API keys, and who must hear of changed rights."""

from .access import AccessOperations
from .accounts import AccountOperations
from .api_keys import ApiKeyOperations
from .sessions import SessionOperations


class AuthOperations(AccountOperations, SessionOperations, ApiKeyOperations, AccessOperations):
    """All that `contracts.auth.Auth` promises."""
