"""Reading a request's body whole."""

from starlette.requests import ClientDisconnect
from starlette.types import Receive


async def read_body(receive: Receive) -> bytes:
    """The body: a request that could not be sent goes to another instance only while its body is at hand.

    Raises `ClientDisconnect` when the client leaves in the middle of it.
    """
    pieces = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        pieces.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(pieces)
