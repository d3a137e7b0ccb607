"""Events: drafts and their publishing, categories, layouts of seats and tables, venues, series, catalogue.

Owns what is sold and where. How much of it is left is the business of sales, which hears every change of a
published event as its whole terms (contracts/terms.py).
"""
