"""XML of strangers as a stream of small trees, each with the line it begins on.

The parser is defusedxml's: a document type, entities and references to other files are refused.
Only one child of a container is held at a time, so that a file of any length takes the memory of
its largest part.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Literal, NamedTuple
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

from defusedxml.common import DefusedXmlException
from defusedxml.sax import make_parser

from vostool.errors import LabelsError
from vostool.progress import Progress
from vostool.words import tr

_CHUNK = 256 * 1024
_DEPTH = 64


@dataclass(slots=True)
class Node:
    """An element.

    Attributes:
        text: its own text as it stands.
        line: where its start tag ends, from 1.
    """

    name: str
    attributes: Mapping[str, str]
    line: int
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def child(self, name: str) -> Node | None:
        """The first child of this name."""
        return next((node for node in self.children if node.name == name), None)

    def value(self, name: str) -> str:
        """The text of the first child of this name without space around, or nothing."""
        node = self.child(name)
        return node.text.strip() if node is not None else ""


class Event(NamedTuple):
    """One step through a file.

    ``start`` and ``end`` are a container's tags (its node has no children then); ``node`` is
    everything else: a child of the root or of a container, complete.
    """

    kind: Literal["start", "end", "node"]
    node: Node


def xml_events(
    stream: IO[bytes], size: int, what: str, containers: Collection[str], progress: Progress
) -> Iterator[Event]:
    """Walk through a file.

    Args:
        size: of the file in bytes, 0 where it is unknown.
        what: the file's name in quotes, for messages.
        containers: names of children of the root whose own children come one by one.
        progress: told bytes.

    Raises:
        LabelsError: it is no well-formed XML, is nested too deeply, or declares entities.
    """
    handler = _Handler(frozenset(containers))
    parser = make_parser()
    parser.forbid_dtd = True
    parser.setContentHandler(handler)
    handler.setDocumentLocator(parser)  # feed() forgets to
    done = 0
    try:
        while chunk := stream.read(_CHUNK):
            parser.feed(chunk)
            done += len(chunk)
            progress(done, size, "reading")
            while handler.events:
                yield handler.events.popleft()
        parser.close()
        yield from handler.events
    except DefusedXmlException:
        raise LabelsError(
            tr(
                "{what} declares a document type or entities, which label "
                "files never need; it may be meant to do harm and was not read.",
                what=what,
            )
        ) from None
    except SAXParseException as error:
        line, column = error.getLineNumber(), error.getColumnNumber()
        raise LabelsError(
            tr(
                "{what} is no complete XML: line {line}, column {column}: "
                "{getmessage}; export it again.",
                what=what,
                line=line,
                column=column,
                getmessage=error.getMessage(),
            )
        ) from None
    except (SAXException, ValueError, LookupError) as error:
        raise LabelsError(
            tr("{what} is no XML that can be read ({error}).", what=what, error=error)
        ) from None


class _Handler(ContentHandler):
    """Builds the events."""

    def __init__(self, containers: frozenset[str]) -> None:
        super().__init__()
        self.events: deque[Event] = deque()
        self._containers = containers
        self._locator: Locator | None = None
        self._open: list[Node] = []
        self._texts: list[list[str]] = []

    def setDocumentLocator(self, locator: Locator) -> None:
        self._locator = locator

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        if len(self._open) >= _DEPTH:
            raise SAXException(tr("it is nested more than {depth} levels deep", depth=_DEPTH))
        line = self._locator.getLineNumber() if self._locator is not None else None
        node = Node(name, dict(attrs.items()), line or 1)
        self._open.append(node)
        self._texts.append([])
        if self._streams(len(self._open)):
            self.events.append(Event("start", node))

    def endElement(self, name: str) -> None:
        depth = len(self._open)
        streams = self._streams(depth)
        node = self._open.pop()
        node.text = "".join(self._texts.pop())
        if streams:
            self.events.append(Event("end", node))
        elif depth == 2 or (depth == 3 and self._streams(2)):
            self.events.append(Event("node", node))
        elif depth > 2:
            self._open[-1].children.append(node)

    def characters(self, content: str) -> None:
        if self._texts:
            self._texts[-1].append(content)

    def _streams(self, depth: int) -> bool:
        """True where the element at this depth is a container or the root."""
        return depth == 1 or (depth == 2 and self._open[1].name in self._containers)
