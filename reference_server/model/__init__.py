"""The model that answers: from a prompt to pieces of text, calls and vectors, deterministic."""
