"""How fast it sells: load over HTTP on a freshly started system, beside the machine's limits of the same run.

`command` is what `biletpro bench` runs. `loadgen` is a process of its own that sends what `scripts` say over
the connections of `lanes`; `system` starts the servers and the program, `stage` puts events on sale through
the API, `limits` and `bare` find what the machine could do at best, `checks` asks the database what became of
it all, `loader` fills it with a million orders beforehand, `report` makes the table, `figures` writes it into
the documents.
"""
