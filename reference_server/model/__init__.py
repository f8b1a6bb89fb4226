"""The model behind the gateway: it turns a prompt into text, calls or vectors, deterministically."""
