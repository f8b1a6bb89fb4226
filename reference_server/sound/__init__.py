"""Speech that can be transcribed: a text becomes an audible signal, and the signal becomes the same text.

`modem` turns a text into tones and back, `codec` writes and reads the containers, `transcript` adds the times of words.
"""
