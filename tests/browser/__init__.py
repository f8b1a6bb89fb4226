"""The pages of reports in a browser: `tox -e browser`."""
