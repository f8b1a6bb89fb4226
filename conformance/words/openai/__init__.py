"""The words of the OpenAI protocol, by resource."""
