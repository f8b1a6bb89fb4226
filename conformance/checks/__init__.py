"""One function per requirement: arrange, blank line, assert."""
