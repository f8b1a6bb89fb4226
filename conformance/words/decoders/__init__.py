"""Readers of what gateways make: films, sound, pictures, subtitles."""
