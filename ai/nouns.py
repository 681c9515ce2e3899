from __future__ import annotations

# Words that are no plain "a thing"; whatever is not named here follows the rules in noun_phrase, so that a vocabulary
# with new words still reads well.
_PHRASES = {
    "atm": "an ATM",
    "buddha statue": "a Buddha statue",
    "cd player": "a CD player",
    "christmas": "Christmas",
    "clothing": "a piece of clothing",
    "countryside": "the countryside",
    "furniture": "a piece of furniture",
    "indoor": "an indoor scene",
    "industrial": "an industrial scene",
    "moon": "the moon",
    "nature": "a nature scene",
    "orange fruit": "an orange",
    "outdoor": "an outdoor scene",
    "rhinoceros": "a rhinoceros",
    "sea": "the sea",
    "sky": "the sky",
    "sport": "a sports scene",
    "sun": "the sun",
    "urban": "an urban scene",
}
# fmt: off
_UNCOUNTABLE = frozenset({
    "architecture", "art", "baseball", "beer", "bread", "camping", "cheese", "chocolate", "coffee", "cooking",
    "coral", "dancing", "fire", "fishing", "fog", "food", "fruit", "golf", "graffiti", "grass", "guacamole", "hair",
    "hay", "hiking", "hockey", "ice", "ice cream", "jewellery", "jewelry", "juice", "lightning", "luggage", "meat",
    "medicine", "milk", "mist", "music", "nightlife", "pasta", "potato", "pottery", "rain", "rice", "rugby",
    "sailing", "sand", "sea life", "skiing", "smoke", "snorkeling", "snow", "soccer", "sushi", "swimming",
    "swimwear", "tea", "technology", "tennis", "traffic", "water", "wildlife", "wine", "wood",
})
# fmt: on
_PLURAL = frozenset({"cattle", "children", "men", "mice", "people", "police", "women"})
_SINGULAR_ENDINGS = ("as", "is", "ss", "us")
_CONSONANT_SOUNDS = ("eu", "ewe", "one", "ui", "uk", "uni", "use", "ute")
_SILENT_H = ("heir", "honest", "hour")


def noun_phrase(word: str) -> str:
    """Return a tag as a noun phrase with the article it takes in a sentence: "a dog", "food", "the sea"."""
    if word in _PHRASES:
        return _PHRASES[word]
    head = word.partition(" of ")[0].rpartition(" ")[2]
    if word in _UNCOUNTABLE or head in _UNCOUNTABLE or _is_plural(head):
        return word
    return f"{'an' if _starts_with_a_vowel_sound(word) else 'a'} {word}"


def _is_plural(head: str) -> bool:
    return head in _PLURAL or (head.endswith("s") and not head.endswith(_SINGULAR_ENDINGS))


def _starts_with_a_vowel_sound(word: str) -> bool:
    if word.startswith(_SILENT_H):
        return True
    return word.startswith(("a", "e", "i", "o", "u")) and not word.startswith(_CONSONANT_SOUNDS)
