"""The wire protocols: pure translation between request and response bodies, and prompts and answers."""
