"""What can go wrong with a search, as a client is told; `default_code` is the slug of the problem."""

from __future__ import annotations

from rest_framework.exceptions import APIException


class BadQuery(APIException):
    status_code = 400
    default_code = "bad_query"
    default_detail = "Write 1 to 200 characters to search for."


class NotAnalysed(APIException):
    status_code = 409
    default_code = "not_analysed"
    default_detail = "This photo is not analysed yet, so nothing can be compared with it."


class ModelMissing(APIException):
    status_code = 503
    default_code = "model_missing"
    retry_after = 300

    def __init__(self, cause: Exception) -> None:
        super().__init__(f"Search by image is not possible now. {cause}")
