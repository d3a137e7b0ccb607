"""Seven services of one shape; none imports another (ARCHITECTURE.md)."""
