"""Clients that other people's generators make of the contract, in front of the reference server.

The modules are named on the command line (`tox -e clients`). An ordinary run collects none of them: it has neither the
generators nor Node nor Java.
"""
