"""Requests, exchanges and event streams, and how they are recorded."""
