"""Stream an XML file that nobody vouches for, element by element.

A document type, an entity or an external reference is refused at sight, so that no file can make
the parser grow, fetch or read anything else. Names are told without prefix and in lower case.
"""

from collections.abc import Mapping
from typing import Protocol
from xml.sax import SAXException
from xml.sax.handler import ContentHandler

from defusedxml import DefusedXmlException
from defusedxml.expatreader import DefusedExpatParser

from sufficiency.sen2.containers import UnreadableFile, UnsafeFile

MAX_DEPTH = 100
MAX_TEXT = 100_000
BLOCK = 1 << 16
Attributes = Mapping[str, str]


class Readable(Protocol):
    """Anything that gives bytes, a block at a time."""

    def read(self, size: int = ..., /) -> bytes:
        """Return the next block, empty at the end."""
        ...


class _PlainNames(dict[str, str]):
    """Names as written to names without prefix in lower case."""

    def __missing__(self, name: str) -> str:
        plain = self[name] = name.rpartition(":")[2].lower()
        return plain


class Elements(ContentHandler):
    """Tell each element's start and end; subclasses overwrite `started` and `ended`.

    Attributes:
        text: Text since the last start or end of an element.
    """

    def __init__(self) -> None:
        """Start with no element open."""
        super().__init__()
        self.text = ""
        self._plain = _PlainNames()
        self._depth = 0

    def started(self, name: str, attributes: Attributes) -> None:
        """Take the start of an element."""

    def ended(self, name: str) -> None:
        """Take the end of an element; its text is in `text`."""

    def start(self, name: str, attrs: Attributes) -> None:
        """Pass on the start of an element, called by the parser."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise UnsafeFile("its elements are nested too deeply")
        self.text = ""
        self.started(self._plain[name], attrs)

    def characters(self, content: str) -> None:
        """Keep a piece of text, called by the parser."""
        self.text += content
        if len(self.text) > MAX_TEXT:
            raise UnsafeFile("one of its values is longer than any in a return")

    def end(self, name: str) -> None:
        """Pass on the end of an element, called by the parser."""
        self._depth -= 1
        self.ended(self._plain[name])
        self.text = ""


class _Parser(DefusedExpatParser):
    """The hardened parser, telling elements without the wrappers that SAX puts round them."""

    def __init__(self, into: Elements) -> None:
        super().__init__(forbid_dtd=True, forbid_entities=True, forbid_external=True)
        self.setContentHandler(into)
        self.start_element = into.start
        self.end_element = into.end


def stream(handle: Readable, into: Elements, file: str) -> None:
    """Read XML from a handle into `into`, holding no more than a block of it at a time.

    Raises:
        UnsafeFile: It declares a document type or an entity, or is built to exhaust the reader.
        UnreadableFile: It is cut short or is not well-formed, or `into` raised a ValueError: what
            it was told makes no sense.
    """
    parser = _Parser(into)
    try:
        while block := handle.read(BLOCK):
            parser.feed(block)
        parser.close()
    except DefusedXmlException:
        raise UnsafeFile(
            f"{file} holds a document type, an entity or a reference to another file, and was not "
            "read.",
            "Ask where the file comes from; export the return again.",
        ) from None
    except UnsafeFile as err:
        raise UnsafeFile(
            f"{file} was not read: {err.message}.",
            "Ask where the file comes from; export the return again.",
        ) from None
    except (SAXException, ValueError, LookupError) as err:
        if isinstance(err, (KeyError, IndexError)):  # a fault of ours; a plain one is an encoding
            raise
        line = getattr(err, "getLineNumber", lambda: None)()
        where = f" (line {line})" if line else ""
        raise UnreadableFile(f"{file} is cut short or is not well-formed XML{where}.") from None
