"""What the suite says, as far as a fault listens for it.

A prompt of the suite that changes is changed here, and nowhere else in the catalogue.
"""

HELLO = "Say hello in one short sentence."
HELLO_SHORT = "Say hello."
REPEAT = "Repeat exactly: "
HELLO_AGAIN = "Say hello again."
COLOUR = "one colour"
CODEWORD = "The codeword is marmalade."
NO_MODEL = "no-such-model-anywhere"
NO_ROLE = "stranger"
NO_KEY = "sk-this-key-was-never-issued"
LIST = "alpha"
CITY_BEGINS, SECOND_CITY = '"Łód', "Tokyo"
SUNNY = "18 degrees, sunny"
BOOK = '"title":"Book"'
NO_CALL, ONE_CALL = "nobody", "toolu_8f2a"
RECENT_VERSION = "2026-10-21"
TRIES_AGAIN = "tries again"
WORD = "heron"
HELLO_ONCE_MORE = "Say hello once more."
COUNTING = "Count from one to ten in words."
ODD_PART = "smell"
COUNTED_LIST = f"{REPEAT}11 12"
COUNT = "Count"
WORN, CELSIUS = "worn", "°C"
NO_FUNCTION = "get_tides"
NO_FILE = "file-0000nobody"
NO_SOUND = b"plain text and no sound"
TWICE = "twice_"
WARM = b'"warm"'
