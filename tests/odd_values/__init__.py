"""Answers in which one member has an odd value: a check may fail or be inconclusive, but must never err."""
