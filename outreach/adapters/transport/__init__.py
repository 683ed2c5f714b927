"""The line to every provider's HTTP interface: requests go out once, several at a time, and never raise.

`reading` reads one answer, `wire` is one connection, `thin` a transport of httpx over such connections, and
`line` the `Exchange` that the senders are given.
"""

from outreach.adapters.transport.line import NEVER_WRITTEN, Line, failure, line
from outreach.adapters.transport.reading import MOST_BYTES
from outreach.adapters.transport.thin import ThinTransport
from outreach.adapters.transport.wire import Patience

__all__ = ["MOST_BYTES", "NEVER_WRITTEN", "Line", "Patience", "ThinTransport", "failure", "line"]
