"""The words of the Gemini protocol."""
