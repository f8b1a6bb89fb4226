"""What the server remembers: accounts and limits, files, jobs, responses, usage."""
