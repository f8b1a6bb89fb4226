"""Malformed requests, derived from the contracts, against the reference server in this process."""
