"""How Django takes in a multipart body: to files in the incoming folder, never larger than the limits."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import SkipFile, StopUpload, TemporaryFileUploadHandler
from django.http.multipartparser import MultiPartParser
from rest_framework.exceptions import APIException, NotAuthenticated

from photos import storage
from photos.errors import FileTooLarge, UploadTooLarge
from photos.names import FALLBACK

# A body up to so many times the limit of one file is taken: a plain form sends many files at once. It is read to its
# end even where a file in it is too large, so that the client hears the answer instead of a reset.
FILES_WORTH = 10


class NameKeepingParser(MultiPartParser):
    """Django's parser, which drops a file whose name is `.`, `..` or nothing visible; we call it photo."""

    def sanitize_file_name(self, file_name: str) -> str:
        return super().sanitize_file_name(file_name) or FALLBACK


class IncomingFileHandler(TemporaryFileUploadHandler):
    """Write each file to the incoming folder, for people who are signed in.

    A parser may run where nobody turns an exception into an answer (the CSRF check reads the form too, of anybody), so
    what goes wrong is left on the request as `upload_problem`; `photos.uploads.received_file` raises it.
    """

    request: Any  # some HttpRequest, on whatever way here
    declared = -1  # how long the body says it is, once the parsing has begun

    def handle_raw_input(
        self, body: Any, meta: Any, content_length: int, _boundary: Any, encoding: str | None = None
    ) -> Any:
        """Take the parsing over from Django's own parser, with one that keeps every file."""
        if self.declared >= 0:  # asked by that one
            return None
        self.declared = content_length
        return NameKeepingParser(meta, body, [self], encoding).parse()

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self.received = 0
        if not self.request.user.is_authenticated:
            self._refuse(NotAuthenticated())
            raise SkipFile
        if self.declared > FILES_WORTH * self._limit:
            self._refuse(UploadTooLarge(self._limit, FILES_WORTH * self._limit))
            raise StopUpload(connection_reset=True)
        try:
            storage.prepare()
            with storage.disk_errors_named():
                super().new_file(*args, **kwargs)
        except APIException as exc:
            self._refuse(exc)
            raise SkipFile from exc

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > self._limit:
            self._refuse(FileTooLarge(self._limit))
            raise StopUpload(connection_reset=False)
        try:
            with storage.disk_errors_named():
                super().receive_data_chunk(raw_data, start)
        except APIException as exc:
            self._refuse(exc)
            raise StopUpload(connection_reset=False) from exc

    @property
    def _limit(self) -> int:
        return int(settings.CLOUDZY_MAX_UPLOAD_MB) * 2**20

    def _refuse(self, problem: APIException) -> None:
        self.request.upload_problem = problem
