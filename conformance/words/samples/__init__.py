"""What checks send: media, response formats, and texts of every plane of Unicode."""
