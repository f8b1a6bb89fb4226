"""The words that faults are written in: when one plays, and what it changes."""
