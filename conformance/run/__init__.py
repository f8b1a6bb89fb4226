"""One run: options and session, checks to findings, findings to a report."""
