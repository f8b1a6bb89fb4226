"""The state of the server: accounts and limits, files, jobs, responses, usage."""
