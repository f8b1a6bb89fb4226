"""What is judged: documented sentences, requirements and profiles, and the selection for a run."""

from conformance.register.tables import FOLDERS, Register, Source, load, uncovered

__all__ = ["FOLDERS", "Register", "Source", "load", "uncovered"]
