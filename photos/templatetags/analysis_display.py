"""Words for what the machine did: which model, which step, how long."""

from __future__ import annotations

from datetime import datetime, timedelta

from django import template

from photos.models import Stage

register = template.Library()

STAGES = {
    Stage.Name.METADATA: "Facts from the file",
    Stage.Name.THUMBNAILS: "Smaller pictures",
    Stage.Name.COLOURS: "Colours",
    Stage.Name.FINGERPRINT: "Fingerprint, for finding duplicates",
    Stage.Name.EMBEDDING: "Tags and search",
    Stage.Name.CAPTION: "Caption",
    Stage.Name.DESCRIPTION: "Words of the captioner",
}
STATES = {
    Stage.Status.QUEUED: "waiting",
    Stage.Status.RUNNING: "at work",
    Stage.Status.DONE: "done",
    Stage.Status.FAILED: "failed",
}


@register.filter
def model_name(key: str) -> str:
    """Shorten the key of a model, `compact@1f3a-256d`, to its name; a captioner's name is marked as one."""
    return key.partition("@")[0].removeprefix("captioner:")


@register.filter
def stage_words(stage: Stage) -> str:
    return STAGES.get(Stage.Name(stage.name), stage.get_name_display())


@register.filter
def state_words(stage: Stage) -> str:
    return STATES[Stage.Status(stage.status)]


@register.filter
def seconds(number: float) -> str:
    """Write how long something took: `0.4 s`, `12 ms`."""
    return f"{number:.1f} s" if number >= 0.1 else f"{max(1, round(number * 1000))} ms"


@register.filter
def per_second(rate: float, noun: str = "photo") -> str:
    """Write a rate so that it is no number below one: `12 photos a second`, `5 photos a minute`."""
    counts = [(rate, "a second"), (rate * 60, "a minute"), (rate * 3600, "an hour")]
    count, unit = next((pair for pair in counts if pair[0] >= 1), counts[-1])
    return f"{count:.0f} {noun}{'' if round(count) == 1 else 's'} {unit}"


@register.filter
def about(span: timedelta) -> str:
    """Write a time span as a person would: `less than a minute`, `about 3 hours`."""
    minutes = span.total_seconds() / 60
    if minutes < 1:
        return "less than a minute"
    count, unit = (minutes, "minute") if minutes < 90 else (minutes / 60, "hour")
    if unit == "hour" and count > 48:
        count, unit = count / 24, "day"
    return f"about {count:.0f} {unit}{'' if round(count) == 1 else 's'}"


@register.filter
def since(moment: datetime, now: datetime) -> str:
    return about(now - moment)
