"""What workers do with photos. What is to be done is told by the photos: to lose the whole queue loses nothing."""

from __future__ import annotations

from photos.tasks.analysis import QUEUED_AT_ONCE, YOUNG, analyse_photo, hurry, queue_left_behind, queue_photos
from photos.tasks.calling_off import photos_called_off
from photos.tasks.catching_up import queue_stage
from photos.tasks.colours import ask_for_colours, look_for_uncoloured, queue_uncoloured
from photos.tasks.duplicates import (
    find_duplicates,
    go_on_merging,
    look_after_merge_runs,
    look_for_duplicates,
    merge_many,
    undo_many,
)
from photos.tasks.endings import analysis_ended
from photos.tasks.facts import ask_for_facts, look_for_unread_facts
from photos.tasks.fingerprints import ask_for_fingerprints, look_for_unknown, queue_unknown
from photos.tasks.looking import (
    DESCRIPTIONS_AT_ONCE,
    describe_photo,
    put_first,
    queue_descriptions,
    queue_reading,
    queue_undescribed,
    queue_unread,
    read_again,
    read_text,
)
from photos.tasks.migrations import go_on_migrating, migrate_library, queue_migration
from photos.tasks.reanalyses import analyse_again, hand_out, look_after_reanalyses
from photos.tasks.trash import purge_expired
from photos.tasks.words import learn_taught_words, queue_retagging, retag_left_behind, retag_library

__all__ = [
    "DESCRIPTIONS_AT_ONCE",
    "QUEUED_AT_ONCE",
    "YOUNG",
    "analyse_again",
    "analyse_photo",
    "analysis_ended",
    "ask_for_colours",
    "ask_for_facts",
    "ask_for_fingerprints",
    "describe_photo",
    "find_duplicates",
    "go_on_merging",
    "go_on_migrating",
    "hand_out",
    "hurry",
    "learn_taught_words",
    "look_after_merge_runs",
    "look_after_reanalyses",
    "look_for_duplicates",
    "look_for_uncoloured",
    "look_for_unknown",
    "look_for_unread_facts",
    "merge_many",
    "migrate_library",
    "photos_called_off",
    "purge_expired",
    "put_first",
    "queue_descriptions",
    "queue_left_behind",
    "queue_migration",
    "queue_photos",
    "queue_reading",
    "queue_retagging",
    "queue_stage",
    "queue_uncoloured",
    "queue_undescribed",
    "queue_unknown",
    "queue_unread",
    "read_again",
    "read_text",
    "retag_left_behind",
    "retag_library",
    "undo_many",
]
