"""What the numbers say.

Will own the schema `analytics`: the archive of events, counters for dashboards, reports and exports. Today it
holds only what every schema has; nothing is counted yet.
"""
