from __future__ import annotations

from PIL import Image

from ai.captioners.base import CaptionerUnavailable, Described
from ai.captions import write_caption
from ai.encoders.base import Encoder, EncoderUnavailable
from ai.vectors import BadVector


class TemplateCaptioner:
    """Says in a sentence what the encoder's surest tags say; an unsure encoder makes for an honest sentence."""

    name = "template"

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def check(self) -> None:
        """Do nothing: an encoder that is missing shows when a picture is described."""

    def describe(self, image: Image.Image) -> Described:
        try:
            tags = self._encoder.tag(self._encoder.embed_images([image]))[0]
        except (EncoderUnavailable, BadVector) as error:
            raise CaptionerUnavailable(str(error)) from error
        vocabulary = self._encoder.vocabulary
        caption = write_caption(tags, None, None, vocabulary.broader if vocabulary else {})
        return Described.from_untrusted(caption or "A photo.", tags=[tag.word for tag in tags])
