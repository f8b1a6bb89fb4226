"""What is judged: documented sentences, requirements, profiles, and which of them a run takes."""

from conformance.register.tables import FOLDERS, Register, Source, load, uncovered

__all__ = ["FOLDERS", "Register", "Source", "load", "uncovered"]
