from __future__ import annotations

import ssl
from pathlib import Path

from ai.tests.caption_server import CaptionServer


def serve_tls(server: CaptionServer, pem: Path) -> CaptionServer:
    """Let a server that was not started speak TLS with the key and certificate in one file."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    return server
