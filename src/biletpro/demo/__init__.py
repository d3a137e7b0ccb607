"""The demo: two firms, their people and events, put in through the contracts as their owners would do it.

`people` and `programme` are what there is to show and `halls` draws its layouts; `opening` brings in the
firms, `staging` their events, `purchases` the first buyers, and `seed` all of it, once, however often asked.
"""
