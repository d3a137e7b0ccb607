"""What we ask of PostgreSQL beyond its defaults; written anew at every start."""

# Limits on statements and locks belong to the roles (migrations), not to the server.
SETTINGS = """\
# Written at every start: changes here are lost. Put your own below the include in postgresql.conf.
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = {socket}
unix_socket_permissions = 0700
max_connections = 80

# What was answered stays answered: none of these is ever off.
fsync = on
synchronous_commit = on
full_page_writes = on
wal_level = replica

# Few and spread checkpoints: after each one every touched page is written whole into the log again.
wal_buffers = 16MB
max_wal_size = 2GB
min_wal_size = 256MB
checkpoint_timeout = 15min
checkpoint_completion_target = 0.9

# The whole embedded system idles below 350 MB.
shared_buffers = 128MB
effective_cache_size = 1GB
work_mem = 8MB
maintenance_work_mem = 64MB
random_page_cost = 1.1
# Short statements only: compiling them costs more than it saves.
jit = off
plan_cache_mode = auto

# Stock rows change thousands of times a minute: look often, begin early, be done soon.
autovacuum_naptime = 15s
autovacuum_vacuum_scale_factor = 0.05
autovacuum_analyze_scale_factor = 0.05
autovacuum_vacuum_cost_limit = 1000

timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'

# A week of days. Terse, and without parameters: details carry people's e-mail addresses.
logging_collector = on
log_directory = '../log'
log_filename = 'postgres-%a.log'
log_truncate_on_rotation = on
log_rotation_age = 1d
log_rotation_size = 0
log_line_prefix = '%m [%p] %u '
log_error_verbosity = terse
log_parameter_max_length = 0
log_lock_waits = on
"""
