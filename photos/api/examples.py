"""Examples the API's description shows."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample

UPLOADED = OpenApiExample(
    "uploaded",
    {
        "id": 1,
        "filename": "photo_20231023_120000.jpg",
        "tags": ["nature", "landscape", "mountain"],
        "caption": "A mountain, photographed in October 2023.",
        "message": "Photo uploaded successfully with ID 1",
        "status": "ready",
    },
)

QUEUED = OpenApiExample(
    "queued",
    {
        "id": 1,
        "filename": "photo_20231023_120000.jpg",
        "tags": [],
        "caption": "",
        "message": "Photo uploaded successfully with ID 1",
        "status": "queued",
    },
)

WAITING = OpenApiExample(
    "waiting",
    {
        "status": "waiting",
        "expires_at": "2023-10-24T12:00:00Z",
        "message": "It is the moving half of a photo, and is kept for 24 hours until that comes.",
    },
)

PHOTO = OpenApiExample(
    "photo",
    {
        "id": 1,
        "filename": "photo_20231023_120000.jpg",
        "tags": ["nature", "landscape"],
        "caption": "A landscape, photographed in October 2023.",
        "created_at": "2023-10-23T12:00:00Z",
        "updated_at": "2023-10-23T12:00:01Z",
        "original_name": "photo.jpg",
        "status": "ready",
        "error": "",
        "title": "",
        "description": "",
        "width": 4032,
        "height": 3024,
        "bytes": 880703,
        "format": "jpeg",
        "animated": False,
        "panorama": False,
        "has_motion": False,
        "taken_at": "2023-10-21T16:20:01+02:00",
        "taken_at_source": "exif",
        "camera": "Apple iPhone 7",
        "lens": "iPhone 7 back camera 3.99mm f/1.8",
        "exposure": {"aperture": 1.8, "shutter": "1/887", "iso": 20, "focal_length": 3.99},
        "focal_length_35mm": 28.0,
        "flash": False,
        "software": "12.1.4",
        "artist": "",
        "copyright": "",
        "location": {"latitude": 41.2203, "longitude": -96.071625, "altitude": 351.0},
        "direction": 320.6,
        "place": {"city": "Omaha", "region": "Nebraska", "country": "United States"},
        "files": [],
        "faces": [{"name": "Anna", "left": 0.31, "top": 0.2, "width": 0.11, "height": 0.2}],
        "colors": [
            {"hex": "#8ea6bd", "name": "skyblue", "share": 0.46},
            {"hex": "#57612c", "name": "olive", "share": 0.31},
        ],
        "rating": None,
        "favorite": False,
        "archived": False,
        "embedding": [0.123, -0.456],
    },
)
