"""The words that checks are written in: how they ask, how they read answers, what they demand."""
