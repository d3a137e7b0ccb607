"""What is kept as bytes.

Will own the schema `file`: what lies in the object store, its variants and its lifetime. Today it holds only
what every schema has; nothing is stored yet.
"""
