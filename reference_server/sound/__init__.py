"""Speech that can be heard again: words become an audible signal, and the signal becomes the same words.

`modem` turns a text into tones and back, `codec` writes and reads the containers, `transcript` says when each word was
spoken.
"""
