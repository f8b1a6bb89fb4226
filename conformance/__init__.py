"""Judges an LLM gateway against its documented contract."""
