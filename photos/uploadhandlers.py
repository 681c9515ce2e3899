"""How Django takes in a multipart body: to a file in the incoming folder, never larger than the limit."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import SkipFile, StopUpload, TemporaryFileUploadHandler
from rest_framework.exceptions import APIException

from photos import storage
from photos.errors import FileTooLarge

# A body up to so many times the limit is read to its end, so that the client hears the answer instead of a reset.
PATIENCE = 10


class IncomingFileHandler(TemporaryFileUploadHandler):
    """Write each file to the incoming folder.

    A parser may run where nobody turns an exception into an answer (the CSRF check reads the form too), so what goes
    wrong is left on the request as `upload_problem`; `photos.uploads.received_file` raises it.
    """

    def handle_raw_input(self, _input: Any, _headers: Any, content_length: int, *_: Any) -> None:
        self.declared = content_length

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self.received = 0
        try:
            storage.prepare()
            with storage.disk_errors_named():
                super().new_file(*args, **kwargs)
        except APIException as exc:
            self._refuse(exc)
            raise SkipFile from exc

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        limit = settings.CLOUDZY_MAX_UPLOAD_MB * 2**20
        if self.received > limit:
            self._refuse(FileTooLarge(limit))
            raise StopUpload(connection_reset=self.declared > PATIENCE * limit)
        try:
            with storage.disk_errors_named():
                super().receive_data_chunk(raw_data, start)
        except APIException as exc:
            self._refuse(exc)
            raise StopUpload(connection_reset=False) from exc

    def _refuse(self, problem: APIException) -> None:
        self.request.upload_problem = problem  # type: ignore[union-attr]
