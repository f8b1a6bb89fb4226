"""Gateways that answer as no gateway should, and what the suite makes of them."""
