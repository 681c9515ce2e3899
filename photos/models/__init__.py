from __future__ import annotations

from photos.models.archive import ArchiveImport, LeftEntry
from photos.models.colour import ColourName, PhotoColour
from photos.models.date_shift import DateShift, ShiftedDate
from photos.models.duplicate import (
    Dismissal,
    DismissedPair,
    DuplicateGroup,
    DuplicateMember,
    LikenessBound,
    Lookalike,
    Tier,
)
from photos.models.face import PhotoFace
from photos.models.file import PhotoFile
from photos.models.fingerprint import Fingerprint
from photos.models.generation import ActiveModel, Embedding
from photos.models.incoming import IncomingUpload
from photos.models.merge import Merge, MergedPhoto, MergeRun
from photos.models.model_migration import ModelMigration, UnembeddedPhoto
from photos.models.photo import Photo
from photos.models.reanalysis import Reanalysis
from photos.models.recognised import RecognisedText
from photos.models.stage import Stage
from photos.models.tag import PhotoTag, Tag
from photos.models.tagging import TagCalibration, TextVector, VocabularyState
from photos.models.takeout import TakeoutNote, TakeoutPhoto
from photos.models.teaching import LearnedProbe, OutsideExample, TeachingExample
from photos.models.vocabulary import VocabularyWord
from photos.models.watched import WatchedFolder

__all__ = [
    "ActiveModel",
    "ArchiveImport",
    "ColourName",
    "DateShift",
    "Dismissal",
    "DismissedPair",
    "DuplicateGroup",
    "DuplicateMember",
    "Embedding",
    "Fingerprint",
    "IncomingUpload",
    "LearnedProbe",
    "LeftEntry",
    "LikenessBound",
    "Lookalike",
    "Merge",
    "MergeRun",
    "MergedPhoto",
    "ModelMigration",
    "OutsideExample",
    "Photo",
    "PhotoColour",
    "PhotoFace",
    "PhotoFile",
    "PhotoTag",
    "Reanalysis",
    "RecognisedText",
    "ShiftedDate",
    "Stage",
    "Tag",
    "TagCalibration",
    "TakeoutNote",
    "TakeoutPhoto",
    "TeachingExample",
    "TextVector",
    "Tier",
    "UnembeddedPhoto",
    "VocabularyState",
    "VocabularyWord",
    "WatchedFolder",
]
