"""Small CLIP-style models with random weights, in the files of real ones; a test names a style and a place."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save
from tokenizers import Tokenizer, normalizers, pre_tokenizers, trainers
from tokenizers.models import BPE, Unigram
from tokenizers.processors import TemplateProcessing

from ai.encoders.clip import ClipEncoder, ClipIdentity
from ai.layouts import IMMICH, RCLIP

CORPUS = [
    "a photo of a dog on the beach", "two cats asleep on a red sofa", "snow on the mountains in winter",
    "the city at night, seen from above", "people dancing at a wedding", "der Hund läuft am Strand",
    "кошка спит на диване", "كلب على الشاطئ", "犬が浜辺を走る", "don't stop: 42 birds!", "a screenshot of a calendar",
]  # fmt: skip

CLIP, SIGLIP, MASKED = "clip", "siglip", "masked"


@dataclass(frozen=True)
class Style:
    """What is to be built: sizes, the two ways of preparing a picture, the three of reading a text."""

    kind: str = CLIP
    pixels: int = 32
    patch: int = 8
    width: int = 24
    layers: int = 1
    dimension: int = 16
    context: int = 16
    batch: int | str = "n"
    ids: int = TensorProto.INT32
    preprocess: Mapping[str, Any] = field(default_factory=dict)
    text: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 7

    @property
    def tokens(self) -> int:
        return (self.pixels // self.patch) ** 2

    def preprocess_cfg(self) -> dict[str, Any]:
        usual = {
            "size": [self.pixels, self.pixels],
            "mode": "RGB",
            "mean": [0.48145466, 0.4578275, 0.40821073],
            "std": [0.26862954, 0.26130258, 0.27577711],
            "interpolation": "bicubic",
            "resize_mode": "shortest",
            "fill_color": 0,
        }
        squashed = {"mean": [0.5] * 3, "std": [0.5] * 3, "resize_mode": "squash"} if self.kind == SIGLIP else {}
        return usual | squashed | dict(self.preprocess)

    def text_cfg(self) -> dict[str, Any]:
        cleaning = {"tokenizer_kwargs": {"clean": "canonicalize"}} if self.kind == SIGLIP else {}
        return {"context_length": self.context} | cleaning | dict(self.text)


@dataclass(frozen=True)
class Built:
    """A model on disk with the weights it was made of."""

    folder: Path
    style: Style
    weights: Mapping[str, np.ndarray]


def build_immich(folder: Path, style: Style | None = None) -> Built:
    style = style or Style()
    tokenizer, pad_token = _tokenizer(style.kind)
    weights = _weights(style, tokenizer.get_vocab_size())
    names = ("input_ids", "attention_mask") if style.kind == MASKED else ("text",)
    for part in ("visual", "textual"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    _save_graphs(folder / "visual/model.onnx", folder / "textual/model.onnx", style, weights, "image", names)
    _write(folder / "config.json", {"embed_dim": style.dimension, "text_cfg": style.text_cfg()})
    _write(folder / "visual/preprocess_cfg.json", style.preprocess_cfg())
    tokenizer.save(str(folder / "textual/tokenizer.json"))
    _write(folder / "textual/tokenizer_config.json", {"pad_token": pad_token})
    return Built(folder, style, weights)


def build_rclip(folder: Path, style: Style | None = None) -> Built:
    """Lay the files out as rclip does: graphs in a folder of the model's, the list of merges in another one."""
    style = style or Style(context=77, ids=TensorProto.INT64)
    merges = clip_merges()
    weights = _weights(style, 512 + len(merges) + 2)
    place = folder / "ViT-B-32-256"
    for part in (place, folder / "tokenizer"):
        part.mkdir(parents=True, exist_ok=True)
    _save_graphs(place / "visual.onnx", place / "textual.onnx", style, weights, "input", ("input",))
    text = "\n".join(["#version: 0.2", *(" ".join(merge) for merge in merges), ""])
    (folder / "tokenizer/bpe_simple_vocab_16e6.txt.gz").write_bytes(gzip.compress(text.encode()))
    return Built(folder, style, weights)


def encoder_of(built: Built, name: str = "tiny", batch_size: int = 4, **changes: Any) -> ClipEncoder:
    """Open a model in the Immich layout as it lies there."""
    identity = ClipIdentity(name, "1", changes.get("dimension", built.style.dimension))
    return ClipEncoder(built.folder, IMMICH, identity, threads=1, batch_size=batch_size)


def rclip_encoder_of(built: Built, flat: Path) -> ClipEncoder:
    """Open a model in the rclip layout, its files gathered in one folder as the store does it."""
    flat.mkdir()
    for path in (path for path in built.folder.rglob("*") if path.is_file()):
        (flat / path.name).write_bytes(path.read_bytes())
    return ClipEncoder(flat, RCLIP, ClipIdentity("rclip", "1", built.style.dimension), threads=1, batch_size=4)


def byte_letters() -> list[str]:
    """The letters that stand for bytes in the order in which CLIP numbers them."""
    kept = [*range(33, 127), *range(161, 173), *range(174, 256)]
    return [chr(byte) for byte in kept] + [chr(256 + at) for at in range(256 - len(kept))]


@cache  # training goes by a hash map, and so not always the same way
def clip_merges() -> list[tuple[str, str]]:
    tokenizer = Tokenizer(BPE(end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(vocab_size=400, end_of_word_suffix="</w>", show_progress=False)
    tokenizer.train_from_iterator([text.replace(" ", "") for text in CORPUS] + " ".join(CORPUS).split(), trainer)
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    return [(first, second) for first, second in merges if "Ġ" not in first + second]


@cache
def _tokenizer(kind: str) -> tuple[Tokenizer, str]:
    if kind == CLIP:
        return _clip_tokenizer(), "<|endoftext|>"
    start, end = ("<s>", "</s>") if kind == MASKED else ("", "<eos>")
    special = [token for token in ("<pad>", start, end, "<unk>") if token]
    tokenizer = Tokenizer(Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=300, special_tokens=special, unk_token="<unk>", show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.post_processor = TemplateProcessing(
        single=f"{start} $A {end}".strip(),
        special_tokens=[(token, tokenizer.token_to_id(token)) for token in (start, end) if token],
    )
    return tokenizer, "<pad>"


def _clip_tokenizer() -> Tokenizer:
    """As it is published in tokenizer.json: the same vocabulary as by the list of merges, its end token the last."""
    letters, merges = byte_letters(), clip_merges()
    names = [*letters, *(f"{letter}</w>" for letter in letters), *map("".join, merges)]
    names += ["<|startoftext|>", "<|endoftext|>"]
    vocabulary = {name: at for at, name in enumerate(names)}
    tokenizer = Tokenizer(BPE(vocabulary, merges, end_of_word_suffix="</w>", unk_token="<|endoftext|>"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Whitespace(), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    tokenizer.post_processor = TemplateProcessing(
        single="<|startoftext|> $A <|endoftext|>",
        special_tokens=[(name, vocabulary[name]) for name in ("<|startoftext|>", "<|endoftext|>")],
    )
    return tokenizer


def _weights(style: Style, words: int) -> dict[str, np.ndarray]:
    chance = np.random.default_rng(style.seed)
    wide = style.width

    def matrix(*shape: int) -> np.ndarray:
        return chance.normal(scale=1 / np.sqrt(shape[-2] if len(shape) > 1 else 1), size=shape).astype(np.float32)

    weights = {
        "patch": matrix(wide, 3, style.patch, style.patch) / style.patch,
        "visual.position": matrix(style.tokens, wide) * style.tokens**0.5 / 4,
        "visual.out": matrix(wide, style.dimension),
        "words": matrix(words, wide) * words**0.5,
        "textual.position": matrix(style.context, wide) * style.context**0.5 / 4,
        "textual.out": matrix(wide, style.dimension),
    }
    for part in ("visual", "textual"):
        for layer in range(style.layers):
            for name in ("q", "k", "v"):
                weights[f"{part}.{layer}.{name}"] = matrix(wide, wide)
            weights[f"{part}.{layer}.up"] = matrix(wide, 4 * wide)
            weights[f"{part}.{layer}.down"] = matrix(4 * wide, wide)
    return weights


def _save_graphs(
    visual: Path, textual: Path, style: Style, weights: Mapping[str, np.ndarray], image: str, text: Sequence[str]
) -> None:
    shape = [style.batch, 3, style.pixels, style.pixels]
    nodes = [
        _node("Conv", [image, "patch"], "grid", strides=[style.patch, style.patch]),
        _node("Reshape", ["grid", "flat"], "columns"),
        _node("Transpose", ["columns"], "rows", perm=[0, 2, 1]),
        _node("Add", ["rows", "visual.position"], "visual.0"),
        *_blocks("visual", style.layers),
        _node("ReduceMean", [f"visual.{style.layers}"], "pooled", axes=[1], keepdims=0),
        _node("MatMul", ["pooled", "visual.out"], "embedding"),
    ]
    flat = numpy_helper.from_array(np.array([0, style.width, style.tokens]), "flat")
    given = [helper.make_tensor_value_info(image, TensorProto.FLOAT, shape)]
    _save(visual, nodes, given, weights, style, [flat])
    nodes = [
        _node("Gather", ["words", text[0]], "rows"),
        _node("Add", ["rows", "textual.position"], "textual.0"),
        *_blocks("textual", style.layers),
        *_pooling(style, text, f"textual.{style.layers}"),
        _node("MatMul", ["pooled", "textual.out"], "embedding"),
    ]
    given = [helper.make_tensor_value_info(name, style.ids, [style.batch, style.context]) for name in text]
    last = numpy_helper.from_array(np.array(style.context - 1), "last")
    ones = numpy_helper.from_array(np.array([1]), "one"), numpy_helper.from_array(np.array([2]), "two")
    _save(textual, nodes, given, weights, style, [last, *ones])


def _blocks(part: str, layers: int) -> list[Any]:
    nodes = []
    for layer in range(layers):
        at = f"{part}.{layer}"
        nodes += [_node("MatMul", [at, f"{at}.{name}"], f"{at}.{name}.of") for name in ("q", "k", "v")]
        nodes += [
            _node("Transpose", [f"{at}.k.of"], f"{at}.k.turned", perm=[0, 2, 1]),
            _node("MatMul", [f"{at}.q.of", f"{at}.k.turned"], f"{at}.scores"),
            _node("Mul", [f"{at}.scores", "scale"], f"{at}.scaled"),
            _node("Softmax", [f"{at}.scaled"], f"{at}.shares", axis=-1),
            _node("MatMul", [f"{at}.shares", f"{at}.v.of"], f"{at}.mixed"),
            _node("Add", [at, f"{at}.mixed"], f"{at}.attended"),
            _node("MatMul", [f"{at}.attended", f"{at}.up"], f"{at}.wide"),
            _node("Tanh", [f"{at}.wide"], f"{at}.bent"),
            _node("MatMul", [f"{at}.bent", f"{at}.down"], f"{at}.narrow"),
            _node("Add", [f"{at}.attended", f"{at}.narrow"], f"{part}.{layer + 1}"),
        ]
    return nodes


def _pooling(style: Style, text: Sequence[str], rows: str) -> list[Any]:
    """CLIP reads the token with the highest number, SigLIP the last one, multilingual ones the mean of the masked."""
    if style.kind == CLIP:
        return [
            _node("ArgMax", [text[0]], "end", axis=1, keepdims=1),
            _node("GatherND", [rows, "end"], "pooled", batch_dims=1),
        ]
    if style.kind == SIGLIP:
        return [_node("Gather", [rows, "last"], "pooled", axis=1)]
    return [
        _node("Cast", [text[1]], "kept", to=TensorProto.FLOAT),
        _node("Unsqueeze", ["kept", "two"], "kept.wide"),
        _node("Mul", [rows, "kept.wide"], "kept.rows"),
        _node("ReduceSum", ["kept.rows", "one"], "sum", keepdims=0),
        _node("ReduceSum", ["kept", "one"], "count", keepdims=1),
        _node("Div", ["sum", "count"], "pooled"),
    ]


def _save(
    path: Path, nodes: list[Any], given: list[Any], weights: Mapping[str, np.ndarray], style: Style, extra: list[Any]
) -> None:
    used = {name for node in nodes for name in node.input}
    scale = numpy_helper.from_array(np.array(style.width**-0.5, np.float32), "scale")
    stored = [numpy_helper.from_array(value, name) for name, value in weights.items() if name in used]
    stored += [tensor for tensor in [scale, *extra] if tensor.name in used]
    answer = helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [style.batch, style.dimension])
    graph = helper.make_graph(nodes, "clip", given, [answer], stored)
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


def _node(operator: str, inputs: list[str], output: str, **attributes: Any) -> Any:
    return helper.make_node(operator, inputs, [output], **attributes)


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")
