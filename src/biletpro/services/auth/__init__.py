"""People and what they prove.

Owns the schema `auth`: users with their password hashes, sessions with their refresh tokens, sign-in
failures, a firm's API keys, and the versions by which every process learns that a token is overtaken. Which
firms a user belongs to is organization's to say; auth asks at each sign-in, renewal and switch.
"""
