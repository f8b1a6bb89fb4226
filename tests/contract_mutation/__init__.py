"""A server whose contract differs from the documented one in one keyword: does a run with the usual budget find it?"""
