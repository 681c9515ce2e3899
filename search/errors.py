"""What can go wrong with a search, as a client is told; `default_code` is the slug of the problem."""

from __future__ import annotations

from rest_framework.exceptions import APIException, ValidationError


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


class BadCursor(ValidationError):  # noqa: N818 - a problem of a client, named as the others are
    """A cursor that this service did not make, or made for another search."""

    default_code = "bad_query"

    def __init__(self, words: str = "This cursor was not given by this service.") -> None:
        super().__init__({"cursor": [words]})
        self.words = words


class CursorExpired(APIException):
    status_code = 410
    default_code = "cursor_expired"
    default_detail = "The list of these results was kept for 15 minutes and is gone. Search again."


class ListNotKept(APIException):
    status_code = 503
    default_code = "database_busy"
    default_detail = "The list of results could not be kept for further pages; try again in a moment."
    retry_after = 5


class SavedAlready(APIException):
    status_code = 409
    default_code = "saved_already"

    def __init__(self, query: str) -> None:
        super().__init__(f"You have saved this search already: {query}")


class TooManySaved(APIException):
    status_code = 409
    default_code = "too_many_saved"
