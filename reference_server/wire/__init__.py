"""What goes over the wire: calls, replies, forms, envelopes of errors, and the ASGI side."""
