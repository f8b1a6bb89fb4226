"""The commands of `gateway-conformance`, one module each with its `command`."""
