"""What strangers' files are looked into with: functions that run in a child process of their own.

A bomb, a decoder that hangs and one that crashes end the child and not the worker or the web process that asked. Each
process has at most one child, started when first needed and kept warm; `apart` marks what runs there.

`process` is the parent's side and `child` the other; `frames` go through two pipes between them, with what `values`
makes of arguments and results: JSON that is read by the types that the function promises, and bytes beside it. Nothing
is unpickled, so a decoder that has been taken over can answer a wrong picture, but not run anything where that is
believed.
"""

from __future__ import annotations

from photos.decoding.apart import apart, close_decoder, usage

__all__ = ["apart", "close_decoder", "usage"]
