"""What the suite says, as far as a fault listens for it.

A prompt of the suite that changes is changed here, and nowhere else in the catalogue.
"""

HELLO = "Say hello in one short sentence."
HELLO_SHORT = "Say hello."
REPEAT = "Repeat exactly: "
HELLO_AGAIN = "Say hello again."
WORD = "heron"
HELLO_ONCE_MORE = "Say hello once more."
COUNTING = "Count from one to ten in words."
ODD_PART = "smell"
NO_MODEL = "no-such-model-anywhere"
