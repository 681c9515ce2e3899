"""From files as they come to vectors of a CLIP-style model: odd files must look to it as plain ones do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from ai.encoders.clip import ClipEncoder
from ai.tests.clip_models import Built, build_immich, encoder_of
from ai.tests.clip_reference import image_vector
from photos.images import open_upright


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build_immich(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def encoder(built: Built) -> ClipEncoder:
    return encoder_of(built)


def scene() -> Image.Image:
    """A smooth picture, different in every corner."""
    across = Image.linear_gradient("L").resize((120, 90))
    down = Image.linear_gradient("L").rotate(90).resize((120, 90))
    return Image.merge("RGB", (across, down, Image.new("L", (120, 90), 90)))


def grey16(path: Path) -> Image.Image:
    levels = np.asarray(scene().convert("L"), dtype=np.uint16) * 257
    Image.fromarray(levels).save(path.with_suffix(".png"))
    return scene().convert("L").convert("RGB")


def alpha(path: Path) -> Image.Image:
    picture = scene().convert("RGBA")
    picture.putalpha(255)
    picture.save(path.with_suffix(".png"))
    return scene()


def palette(path: Path) -> Image.Image:
    few = scene().quantize(64)
    few.save(path.with_suffix(".png"))
    return few.convert("RGB")


def cmyk(path: Path) -> Image.Image:
    scene().convert("CMYK").save(path.with_suffix(".jpg"), quality=100, subsampling=0)
    return scene()


def turned(path: Path) -> Image.Image:
    exif = Image.Exif()
    exif[0x0112] = 6
    scene().transpose(Image.Transpose.ROTATE_90).save(path.with_suffix(".png"), exif=exif)
    return scene()


def profiled(path: Path) -> Image.Image:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    scene().save(path.with_suffix(".png"), icc_profile=profile)
    return scene()


@pytest.mark.parametrize("write", [grey16, alpha, palette, cmyk, turned, profiled])
def test_an_odd_file_looks_like_the_plain_picture(
    encoder: ClipEncoder, tmp_path: Path, write: Callable[[Path], Image.Image]
) -> None:
    plain = write(tmp_path / "odd")

    decoded = open_upright(next(tmp_path.iterdir()), None)

    seen, expected = encoder.embed_images([decoded, plain])
    assert seen @ expected > 0.999


@pytest.mark.parametrize("write", [grey16, alpha, palette, cmyk, turned, profiled])
def test_what_was_decoded_agrees_with_the_reference(
    encoder: ClipEncoder, built: Built, tmp_path: Path, write: Callable[[Path], Image.Image]
) -> None:
    write(tmp_path / "odd")
    decoded = open_upright(next(tmp_path.iterdir()), None)

    vector = encoder.embed_images([decoded])[0]

    assert vector == pytest.approx(image_vector(built, decoded), abs=1e-4)
