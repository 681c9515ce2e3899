"""Texts as queries, and how photos are found by a picture."""

from __future__ import annotations

from PIL import Image

from accounts.models import User
from ai.encoders.base import BadVector, EncoderUnavailable
from ai.plaintext import one_line
from photos.embeddings import vector_of
from photos.encoding import current_encoder
from photos.images import BrokenImage
from photos.models import Photo
from search.errors import BadQuery, ModelMissing, NotAnalysed
from search.hits import Hit, likenesses
from search.nearest import nearest
from search.relevance import split_of
from search.scope import Scope
from search.spaces import Space, current_space, space_of

LONGEST_QUERY = 200


def similar_to(photo: Photo, user: User, limit: int) -> list[Hit]:
    """Return the photos most like this one, which is not among them; raises NotAnalysed."""
    try:
        model = current_space().model
    except EncoderUnavailable:
        model = photo.embedding_model  # comparing what is embedded needs no encoder
    vector = vector_of(photo.pk, model)
    if vector is None:
        raise NotAnalysed
    scope, space = Scope.of_user(user), Space.of(model)
    near = nearest(vector, space, scope, limit, {photo.pk})
    return likenesses(near, scope.photos, split_of(vector, space, user))


def like_image(image: Image.Image, user: User, limit: int) -> list[Hit]:
    """Return the photos most like an upright sRGB image that is not in the library; raises ModelMissing."""
    try:
        encoder = current_encoder()
        vectors = encoder.embed_images([image])
    except EncoderUnavailable as exc:
        raise ModelMissing(exc) from exc
    except BadVector as exc:
        raise BrokenImage("Nothing can be seen in this image.") from exc
    scope, space = Scope.of_user(user), space_of(encoder)
    near = nearest(vectors[0], space, scope, limit)
    return likenesses(near, scope.photos, split_of(vectors[0], space, user))


def clean(text: str) -> str:
    """Return a query as text is stored here: printable, on one line; raises BadQuery where it is empty or too long."""
    if len(text.strip()) > LONGEST_QUERY or not (printable := one_line(text, LONGEST_QUERY)):
        raise BadQuery
    return printable
