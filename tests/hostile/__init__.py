"""Gateways that answer as no gateway should, and what the suite makes of them."""

ROW = "hostile"
"""Under this name the report of a test carries the row of the table: case, seconds, exit code, MiB."""
