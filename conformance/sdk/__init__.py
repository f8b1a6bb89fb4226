"""What the official clients make of a target: the consequence, next to the findings on the wire.

A client's requests go through the recorder, and it reads what was recorded. What a check on the wire has already asked
is not asked again.
"""
