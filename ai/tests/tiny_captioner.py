"""Caption models of a few thousand numbers in the files of real ones: random and fixed weights, Optimum's layout.

The image encoder cuts 16 x 16 pixels into four patches. The text decoder has two layers of self-attention and
attention to the patches. Weights are shared with `reference_decoding`, which computes the same without any graph.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, decoders, models

LAYERS, HEADS, WIDTH, PATCHES, LONGEST = 2, 2, 8, 4, 32
WORDS = ["dog", "cat", "boat", "beach", "a", "the", "on", "with", "red", "sits", "and", "near", "house", "sun", "at"]
SPECIAL = ["[PAD]", "[DEC]", "[SEP]"]
START, END = 1, 2
IMAGE_MEAN, IMAGE_STD = [0.48, 0.46, 0.41], [0.27, 0.26, 0.28]

Weights = dict[str, np.ndarray]


@dataclass(frozen=True)
class Kind:
    """What an export looks like: `merged` holds both ways in one graph, `cross` keeps the picture in the cache too."""

    family: str  # "blip" or "vit-gpt2"
    merged: bool
    cross: bool = False

    @property
    def start(self) -> int:
        return START if self.family == "blip" else END  # GPT-2 has one mark for both

    @property
    def masks(self) -> bool:
        return self.family == "blip"


def weights_of(seed: int) -> Weights:
    random = np.random.default_rng(seed)
    shapes: dict[str, tuple[int, ...]] = {
        "patch": (WIDTH, 3, 8, 8),
        "words": (len(SPECIAL) + len(WORDS), WIDTH),
        "places": (LONGEST, WIDTH),
    }
    for layer in range(LAYERS):
        shapes |= {f"{part}{layer}": (WIDTH, WIDTH) for part in ("sq", "sk", "sv", "so", "cq", "ck", "cv", "co")}
    weights = {name: random.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    weights["patch"] *= np.float32(0.2)
    return weights


def write_captioner(folder: Path, kind: Kind, seed: int = 0, **generation: Any) -> Path:
    """Write a whole model; `generation` goes into generation_config.json."""
    weights = weights_of(seed)
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(_encoder(weights), folder / "encoder_model.onnx")
    name = "decoder_model_merged.onnx" if kind.merged else "decoder_model.onnx"
    onnx.save(_decoder(weights, kind), folder / name)
    _tokenizer(kind).save(str(folder / "tokenizer.json"))
    for file, content in _configs(kind).items():
        (folder / file).write_text(json.dumps(content), encoding="utf-8")
    (folder / "generation_config.json").write_text(json.dumps(_marks(kind) | generation), encoding="utf-8")
    return folder


def _marks(kind: Kind) -> dict[str, Any]:
    if kind.family == "blip":
        return {"bos_token_id": 30522, "eos_token_id": 2 + len(WORDS), "pad_token_id": 0}  # none of them counts
    return {"decoder_start_token_id": END, "bos_token_id": END, "eos_token_id": END}


def _configs(kind: Kind) -> dict[str, Any]:
    picture: dict[str, Any] = {
        "image_mean": IMAGE_MEAN,
        "image_std": IMAGE_STD,
        "do_normalize": True,
    }
    if kind.family == "blip":
        return {
            "config.json": {
                "model_type": "blip",
                "text_config": {"bos_token_id": START, "sep_token_id": END, "no_repeat_ngram_size": 0},
            },
            "preprocessor_config.json": picture
            | {"size": {"height": 16, "width": 16}, "resample": 3, "rescale_factor": 1 / 255},
        }
    return {
        "config.json": {"model_type": "vision-encoder-decoder", "decoder": {"eos_token_id": 99, "max_length": 12}},
        "preprocessor_config.json": picture | {"size": 16, "resample": 2},
    }


def _tokenizer(kind: Kind) -> Tokenizer:
    entries = SPECIAL + (WORDS if kind.family == "blip" else [f"Ġ{word}" for word in WORDS])
    vocabulary = {entry: number for number, entry in enumerate(entries)}
    if kind.family == "blip":
        tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[PAD]"))
    else:
        tokenizer = Tokenizer(models.BPE(vocabulary, []))
        tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(SPECIAL)
    return tokenizer


class _Nodes:
    """The nodes of a graph in the making; a call adds one and returns the name of its output."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.nodes: list[onnx.NodeProto] = []

    def __call__(self, operator: str, *inputs: str, called: str = "", **attributes: Any) -> str:
        output = called or f"{self.prefix}{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [output], **attributes))
        return output

    def constant(self, value: Any, kind: type = np.int64) -> str:
        return self("Constant", value=numpy_helper.from_array(np.array(value, kind)))

    def heads(self, states: str) -> str:
        """(rows, length, WIDTH) to (rows, HEADS, length, WIDTH / HEADS)."""
        split = self("Reshape", states, self.constant([0, 0, HEADS, WIDTH // HEADS]))
        return self("Transpose", split, perm=[0, 2, 1, 3])

    def attend(self, query: str, key: str, value: str, bias: str) -> str:
        scores = self("MatMul", query, self("Transpose", key, perm=[0, 1, 3, 2]))
        scaled = self("Mul", scores, self.constant((WIDTH // HEADS) ** -0.5, np.float32))
        mixed = self("MatMul", self("Softmax", self("Add", scaled, bias), axis=-1), value)
        joined = self("Transpose", mixed, perm=[0, 2, 1, 3])
        return self("Reshape", joined, self.constant([0, 0, WIDTH]))


def _encoder(weights: Weights) -> onnx.ModelProto:
    add = _Nodes("e")
    grid = add("Conv", "pixel_values", "patch", strides=[8, 8])
    flat = add("Reshape", grid, add.constant([0, WIDTH, PATCHES]))
    add("Tanh", add("Transpose", flat, perm=[0, 2, 1]), called="last_hidden_state")
    given = [_float("pixel_values", ["batch_size", 3, 16, 16])]
    return _model(add.nodes, given, [_float("last_hidden_state", ["batch_size", PATCHES, WIDTH])], weights, ["patch"])


def _decoder(weights: Weights, kind: Kind) -> onnx.ModelProto:
    used = [name for name in weights if name != "patch"]
    if not kind.merged:
        add = _Nodes("d")
        for name, output in _computed(add, kind, cached=False).items():
            add("Identity", output, called=name)
        return _model(add.nodes, _inputs(kind), [_logits("logits"), *_presents(kind)], weights, used)
    branches = {
        attribute: _branch(kind, prefix, cached)
        for attribute, prefix, cached in (("then_branch", "c", True), ("else_branch", "n", False))
    }
    outputs = [_logits("logits"), *_presents(kind)]
    node = helper.make_node("If", ["use_cache_branch"], [output.name for output in outputs], **branches)
    flag = helper.make_tensor_value_info("use_cache_branch", TensorProto.BOOL, [1])
    return _model([node], [*_inputs(kind), *_pasts(kind), flag], outputs, weights, used)


def _branch(kind: Kind, prefix: str, cached: bool) -> onnx.GraphProto:
    add = _Nodes(prefix)
    outputs = [
        add("Identity", output, called=f"{prefix}.{name}") for name, output in _computed(add, kind, cached).items()
    ]
    logits, *cache = outputs
    return helper.make_graph(add.nodes, prefix, [], [_logits(logits), *(_cache(name) for name in cache)])


def _computed(add: _Nodes, kind: Kind, cached: bool) -> dict[str, str]:
    """Add one step of the decoder; return the names of logits and of the new cache, in the order of the outputs."""
    new = add("Shape", "input_ids", start=1, end=2)
    before = add("Shape", _past(kind, 0, "key"), start=2, end=3) if cached else add.constant([0])
    total = add("Add", new, before)
    zero, one = add.constant(0), add.constant(1)
    asking = add("Range", add("Squeeze", before), add("Squeeze", total), one)
    known = add("Range", zero, add("Squeeze", total), one)
    later = add("Less", add("Unsqueeze", asking, add.constant([1])), known)
    bias = add("Mul", add("Cast", later, to=TensorProto.FLOAT), add.constant(-1e9, np.float32))
    if kind.masks:
        bias = add("Add", bias, _masked(add, "attention_mask"))
    to_picture = _masked(add, "encoder_attention_mask") if kind.masks else add.constant(0, np.float32)
    states = add("Add", add("Gather", "words", "input_ids"), add("Gather", "places", asking))
    cache: dict[str, str] = {}
    for layer in range(LAYERS):
        states = _layer(add, kind, layer, cached, states, (bias, to_picture), cache)
    logits = add("MatMul", states, add("Transpose", "words", perm=[1, 0]))
    ordered = {output.name: cache[output.name] for output in _presents(kind)}
    return {"logits": logits, **ordered}


def _layer(
    add: _Nodes, kind: Kind, layer: int, cached: bool, states: str, biases: Sequence[str], cache: dict[str, str]
) -> str:
    own = {}
    for part, weight in (("key", "sk"), ("value", "sv")):
        own[part] = add.heads(add("MatMul", states, f"{weight}{layer}"))
        if cached:
            own[part] = add("Concat", _past(kind, layer, part), own[part], axis=2)
        cache[_past(kind, layer, part).replace("past_key_values", "present")] = own[part]
    query = add.heads(add("MatMul", states, f"sq{layer}"))
    mixed = add.attend(query, own["key"], own["value"], biases[0])
    states = add("Tanh", add("Add", states, add("MatMul", mixed, f"so{layer}")))
    picture = {}
    for part, weight in (("key", "ck"), ("value", "cv")):
        name = f"past_key_values.{layer}.encoder.{part}"
        if cached and kind.cross:
            picture[part] = name
            # As in Optimum's exports, what does not change is not given back.
            present = add("Slice", name, *(add.constant([number]) for number in (0, 0, 2)))
        else:
            picture[part] = present = add.heads(add("MatMul", "encoder_hidden_states", f"{weight}{layer}"))
        cache[name.replace("past_key_values", "present")] = present
    query = add.heads(add("MatMul", states, f"cq{layer}"))
    mixed = add.attend(query, picture["key"], picture["value"], biases[1])
    return add("Tanh", add("Add", states, add("MatMul", mixed, f"co{layer}")))


def _masked(add: _Nodes, mask: str) -> str:
    absent = add("Sub", add.constant(1), mask)
    bias = add("Mul", add("Cast", absent, to=TensorProto.FLOAT), add.constant(-1e9, np.float32))
    return add("Unsqueeze", bias, add.constant([1, 2]))


def _past(kind: Kind, layer: int, part: str) -> str:
    return f"past_key_values.{layer}.decoder.{part}" if kind.cross else f"past_key_values.{layer}.{part}"


def _pasts(kind: Kind) -> list[onnx.ValueInfoProto]:
    names = [_past(kind, layer, part) for layer in range(LAYERS) for part in ("key", "value")]
    if kind.cross:
        names += [f"past_key_values.{layer}.encoder.{part}" for layer in range(LAYERS) for part in ("key", "value")]
    return [_cache(name) for name in names]


def _presents(kind: Kind) -> list[onnx.ValueInfoProto]:
    return [_cache(past.name.replace("past_key_values", "present")) for past in _pasts(kind)]


def _inputs(kind: Kind) -> list[onnx.ValueInfoProto]:
    whole = {"input_ids": ["batch_size", "sequence_length"]}
    if kind.masks:
        whole |= {"attention_mask": ["batch_size", "total"], "encoder_attention_mask": ["batch_size", "patches"]}
    integers = [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name, shape in whole.items()]
    return [*integers, _float("encoder_hidden_states", ["batch_size", "patches", WIDTH])]


def _logits(name: str) -> onnx.ValueInfoProto:
    return _float(name, ["batch_size", "sequence_length", len(SPECIAL) + len(WORDS)])


def _cache(name: str) -> onnx.ValueInfoProto:
    return _float(name, ["batch_size", HEADS, f"length of {name}", WIDTH // HEADS])


def _float(name: str, shape: Sequence[int | str]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def _model(
    nodes: Sequence[onnx.NodeProto],
    given: Sequence[onnx.ValueInfoProto],
    answers: Sequence[onnx.ValueInfoProto],
    weights: Mapping[str, np.ndarray],
    used: Sequence[str],
) -> onnx.ModelProto:
    stored = [numpy_helper.from_array(weights[name], name) for name in used]
    graph = helper.make_graph(list(nodes), "tiny", list(given), list(answers), stored)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model
