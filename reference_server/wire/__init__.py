"""Everything about HTTP: calls, replies, forms, error bodies, and the ASGI interface."""
