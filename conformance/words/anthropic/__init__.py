"""The words of the Anthropic protocol."""
