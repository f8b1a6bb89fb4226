"""What goes over the wire: requests, exchanges, event streams, and how they are recorded."""
