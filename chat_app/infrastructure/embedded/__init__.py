"""Servers that ship as wheels and run beside us: Valkey for `make run`, PostgreSQL for tests."""
