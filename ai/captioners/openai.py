from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import Any

from PIL import Image

from ai.addresses import Resolve, resolve
from ai.breaker import Breaker
from ai.captioners import chat
from ai.captioners.base import CaptionerUnavailable, CaptionFailed, Described
from ai.captioners.chosen import Endpoint
from ai.outbound import Answer, Clock, Limits, NoAnswer, Unreachable, post_json

ANSWER_BYTES = 64 * 1024
FAILURES_IN_A_ROW = 5
PAUSE_SECONDS = 60

# What a status means that is not about the picture: the next picture would fare no better.
_UNAVAILABLE = {
    401: "refuses the key; check CLOUDZY_CAPTION_KEY",
    403: "refuses the key; check CLOUDZY_CAPTION_KEY",
    404: "knows no such model or address; check CLOUDZY_CAPTION_MODEL and CLOUDZY_CAPTION_URL",
    429: "asks for patience",
    503: "is busy or still loads its model",
}


class OpenAICaptioner:
    """A vision model behind any OpenAI-compatible endpoint: Ollama, vLLM, llama.cpp's server, or a hosted one.

    One picture is in flight at a time in a process; a server that fails five times in a row is spared for a minute.
    """

    def __init__(self, endpoint: Endpoint, resolve: Resolve = resolve, clock: Clock = time.monotonic) -> None:
        self._endpoint = endpoint
        self._resolve = resolve
        self._clock = clock
        self._breaker = Breaker(FAILURES_IN_A_ROW, PAUSE_SECONDS)
        self._one_at_a_time = threading.Lock()

    @property
    def name(self) -> str:
        return self._endpoint.model

    def check(self) -> None:
        """Raise CaptionerUnavailable while the server is spared."""
        if wait := self._breaker.wait(self._clock()):
            raise CaptionerUnavailable(f"The caption server keeps failing; it is asked again in {wait:.0f} s.")

    def describe(self, image: Image.Image) -> Described:
        asked = chat.question(self._endpoint.model, self._endpoint.language, image)
        with self._one_at_a_time:
            self.check()
            try:
                said = self._ask(asked)
            except (CaptionerUnavailable, CaptionFailed):
                self._breaker.failed(self._clock())
                raise
            self._breaker.succeeded()
            return said

    def _ask(self, asked: Mapping[str, Any]) -> Described:
        first = self._say(asked)
        try:
            return chat.described(first)
        except chat.NotInForm as problem:
            second = self._say(chat.repair(asked, first, str(problem)))
        try:
            return chat.described(second)
        except chat.NotInForm:
            return chat.plain(first, second)

    def _say(self, asked: Mapping[str, Any]) -> str:
        answer = self._post(asked)
        if answer.status in _UNAVAILABLE:
            raise CaptionerUnavailable(f"The caption server {_UNAVAILABLE[answer.status]} ({answer.status}).")
        if answer.status != 200:
            raise CaptionFailed(f"The caption server answered with status {answer.status}.")
        return chat.content_of(answer.body)

    def _post(self, asked: Mapping[str, Any]) -> Answer:
        key = self._endpoint.key
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        limits = Limits(self._endpoint.seconds, ANSWER_BYTES)
        try:
            return post_json(self._endpoint.completions, asked, headers, limits, self._resolve, self._clock)
        except Unreachable as error:
            raise CaptionerUnavailable(f"The caption server cannot be reached: {error}.") from error
        except NoAnswer as error:
            raise CaptionFailed(f"The caption server gave no usable answer: {error}.") from error
