"""How photos are put on a page: icons, proportions, words for what happened."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from photos.models import Photo, PhotoFile

register = template.Library()

NARROWEST, WIDEST, STEP = 0.5, 3.0, 0.05  # the classes of static/css/ratios.css

DATE_SOURCES = {
    Photo.DateSource.HUMAN: "set by you",
    Photo.DateSource.SIDECAR: "from the XMP file beside it",
    Photo.DateSource.EXIF: "from the camera",
    Photo.DateSource.XMP: "from XMP notes in the file",
    Photo.DateSource.IPTC: "from IPTC notes in the file",
    Photo.DateSource.GPS: "from the clock of satellites",
    Photo.DateSource.FILENAME: "from the name of the file",
    Photo.DateSource.FOLDER: "from the name of its folder",
    Photo.DateSource.FILE: "when the file was last changed",
    Photo.DateSource.UPLOAD: "when it was added; the file names no date",
}


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw a symbol of static/icons.svg; it is decoration, so the words beside it must say the same."""
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><use href="{}#{}"></use></svg>',
        static("icons.svg"),
        name,
    )


@register.simple_tag
def swatch(colour: str) -> SafeString:
    """Draw a spot of a colour, `#rrggbb`: by an attribute, for the policy of this site allows no inline style."""
    return format_html(
        '<svg class="swatch" viewBox="0 0 16 16" aria-hidden="true"><rect width="16" height="16" fill="{}"/></svg>',
        colour,
    )


@register.filter
def thumbnail(photo: Photo, size: int) -> str:
    return f"{reverse('api:photo-thumbnail', args=[photo.pk])}?size={size}"


@register.filter
def original(photo: Photo) -> str:
    return reverse("api:photo-file", args=[photo.pk])


@register.filter
def motion(photo: Photo) -> str:
    return reverse("api:photo-motion", args=[photo.pk])


@register.filter
def kept_file(file: PhotoFile) -> str:
    return reverse("api:photo-kept-file", args=[file.photo_id, file.pk])


@register.filter
def ratio_class(photo: Photo) -> str:
    """Name the class for width / height, such as `r-150`; the policy of this site allows no inline style."""
    ratio = min(max(photo.width / photo.height, NARROWEST), WIDEST)
    return f"r-{round(round(ratio / STEP) * STEP * 100):03d}"


@register.filter
def alt_text(photo: Photo) -> str:
    return photo.caption or photo.title or photo.original_name


@register.filter
def megapixels(photo: Photo) -> str:
    return f"{photo.width * photo.height / 1e6:.1f}"


@register.filter
def percent(share: float) -> str:
    return f"{share:.0%}"


@register.filter
def date_source(photo: Photo) -> str:
    return DATE_SOURCES[Photo.DateSource(photo.taken_at_source)]


@register.filter
def caption_author(photo: Photo) -> str:
    """Say whose words the caption is; nothing where there is none."""
    if not photo.caption:
        return ""
    if "caption" in photo.edited:
        return "Your words"
    author = photo.authors.get("caption")
    return f"Written by {author}" if author else "Made from what the tags and the date say"


@register.filter
def clock_offset(minutes: int) -> str:
    """Write an offset in minutes as `UTC+5:30`."""
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{hours}:{rest:02d}" if rest else f"UTC{sign}{hours}"


@register.filter
def coordinates(photo: Photo) -> str:
    """Write a position as `41.2203° N, 96.0716° W`."""
    if photo.latitude is None or photo.longitude is None:
        return ""
    north, east = "NS"[photo.latitude < 0], "EW"[photo.longitude < 0]
    return f"{abs(photo.latitude):.4f}° {north}, {abs(photo.longitude):.4f}° {east}"


@register.filter
def exposure(photo: Photo) -> str:
    """Write the exposure as photographers do: `f/1.8 · 1/887 s · ISO 20 · 3.99 mm`, without what is not known."""
    parts = [
        f"f/{photo.aperture:g}" if photo.aperture else "",
        f"{photo.shutter_text} s" if photo.shutter else "",
        f"ISO {photo.iso}" if photo.iso else "",
        f"{photo.focal_length:g} mm" if photo.focal_length else "",
    ]
    return " · ".join(part for part in parts if part)


@register.filter
def lens_and_light(photo: Photo) -> str:
    """Write what the lens shows on film and whether the flash fired: `28 mm on 35 mm film · flash fired`."""
    flash = {True: "flash fired", False: "no flash", None: ""}[photo.flash]
    width = f"{photo.focal_length_35mm:g} mm on 35 mm film" if photo.focal_length_35mm else ""
    return " · ".join(part for part in (width, flash) if part)


@register.filter
def search_for(value: str, field: str) -> str:
    """Return the address of the search for a value of a field, in quotes as the language has them."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    query = urlencode({"q": f'{field}:"{escaped}"'})
    return f"{reverse('search:results')}?{query}"


@register.filter
def compass(degrees: float) -> str:
    """Write where the camera looked as `north-west, 321°`."""
    names = ("north", "north-east", "east", "south-east", "south", "south-west", "west", "north-west")
    return f"{names[round(degrees / 45) % 8]}, {degrees:.0f}°"


@register.filter
def corners(box: Sequence[Sequence[float]], photo: Photo) -> str:
    """Write corners given as fractions as the points of an SVG polygon in the pixels of the photo."""
    return " ".join(f"{x * photo.width:.0f},{y * photo.height:.0f}" for x, y in box)
