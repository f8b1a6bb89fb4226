"""The commands of `gateway-conformance`, one module each with `add(subparsers)` and `main(args) -> int`."""
