"""A gateway that follows the contract exactly, and misbehaves on request.

The server answers the documented surface deterministically: models are named by how they behave, keys by their state,
and every answer follows from the request. Each entry of the fault catalogue makes it break exactly one promise.
"""
