"""Firms and their people.

Owns the schema `organization`: firms with their particulars and standing, members with roles, rights and
scopes, invitations, and the audit log of what was done in a firm's name. API keys and sign-in are auth's.
"""
