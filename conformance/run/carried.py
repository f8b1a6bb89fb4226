"""The names under which the report of a check carries what the check learned."""

FINDING = "conformance-finding"
EXCHANGES = "conformance-exchanges"
RUN = "conformance-run"
FATAL = "conformance-fatal"
STATUS = "conformance-status"
LEVEL = "conformance-level"
"""One word for the verdict, and the level. `pytest_gateway_conformance` reads them, and knows them by these names."""
