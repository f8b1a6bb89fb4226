"""A gateway that keeps every word of the contract, and misbehaves on demand.

The server answers the documented surface deterministically: models are named by how they behave, keys by their state,
and every answer follows from the request. Each entry of the fault catalogue makes it break exactly one promise.
"""
