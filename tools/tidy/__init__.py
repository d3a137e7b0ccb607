"""The house rules that no other linter knows: one file and one test a rule.

    PYTHONPATH=tools python -m tidy src tests bench tools

A rule that has to be broken is broken in sight, on the line or on the one above it:
a comment made of ``tidy:``, the word ``allow``, the rule's code, a dash and the reason.
"""
