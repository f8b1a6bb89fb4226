"""The names under which the report of a check carries what the check learned."""

FINDING = "conformance-finding"
EXCHANGES = "conformance-exchanges"
RUN = "conformance-run"
FATAL = "conformance-fatal"
STATUS = "conformance-status"
"""One word for the verdict. `pytest_gateway_conformance` reads it, and knows it by this name."""
