"""Scripted answers: which requests a rule concerns, and what is answered to them.

`words` are what a scenario is written in, `reading` reads one, `script` plays it.
"""
