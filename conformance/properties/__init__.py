"""What follows from the contract alone: requests made from its schemas and examples, with no code per endpoint."""
