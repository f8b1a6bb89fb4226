"""Answers in which one member has an odd value: whatever a gateway sends, a check fails or gives up, and never errs."""
