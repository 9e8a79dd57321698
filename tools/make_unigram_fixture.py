#!/usr/bin/env python3
"""Writes tests/data/tokenizers/unigram.json.zst: a small SentencePiece Unigram tokenizer of the XLM-R kind.

    python3 tools/make_unigram_fixture.py SHARED_DATA     # needs tokenizers, sentencepiece, protobuf and the zstd program

SHARED_DATA is a folder with xquad/*.jsonl.gz and documents/multilingual. The vocabulary is trained on them; what is kept are
word pieces with their scores. The normaliser is SentencePiece's nmt_nfkc, the one that XLM-R uses, and the conversion to
tokenizer.json is that of Hugging Face's XLMRobertaConverter: fairseq's order of the special tokens, <mask> last.
"""
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers

TARGET = pathlib.Path(__file__).resolve().parent.parent / "tests/data/tokenizers/unigram.json.zst"
VOCABULARY_SIZE = 4000
EMOJI = "I \u2764\ufe0f pizza \U0001f355 \U0001f600 \U0001f602 \U0001f44d\U0001f3fd \U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ea ok \u2713"


def sentences(data):
    for path in sorted((data / "xquad").glob("*.jsonl.gz")):
        contexts = dict.fromkeys(json.loads(line)["context"] for line in gzip.open(path, "rt", encoding="utf-8"))
        for text in list(contexts)[:120]:
            yield from (line for line in text.split("\n") if line.strip())
    for path in sorted((data / "documents/multilingual").iterdir()):
        yield from (line for line in path.read_text("utf-8").split("\n")[:150] if line.strip())
    for _ in range(20):
        yield EMOJI


def train(data):
    with tempfile.TemporaryDirectory() as folder:
        text = pathlib.Path(folder, "text.txt")
        text.write_text("\n".join(dict.fromkeys(sentences(data))) + "\n" + "\n".join([EMOJI] * 20), "utf-8")
        sentencepiece.SentencePieceTrainer.train(
            input=str(text), model_prefix=f"{folder}/model", model_type="unigram", vocab_size=VOCABULARY_SIZE,
            character_coverage=0.9995, num_threads=1, minloglevel=2, max_sentence_length=20000,
            normalization_rule_name="nmt_nfkc")
        model = sentencepiece_model_pb2.ModelProto()
        model.ParseFromString(pathlib.Path(folder, "model.model").read_bytes())
    return model


def convert(model):
    pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    pieces += [(p.piece, p.score) for p in model.pieces[3:]] + [("<mask>", 0.0)]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3))
    tokenizer.normalizer = normalizers.Precompiled(model.normalizer_spec.precompiled_charsmap)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(replacement="\u2581", prepend_scheme="always")])
    tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", AddedToken("<mask>", lstrip=True)])
    return tokenizer


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    text = convert(train(pathlib.Path(sys.argv[1]))).to_str(pretty=False)
    packed = subprocess.run(["zstd", "-19", "-c"], input=text.encode(), stdout=subprocess.PIPE, check=True).stdout
    TARGET.write_bytes(packed)
    print(f"{TARGET}: {len(text)} characters, {len(packed)} bytes packed")


if __name__ == "__main__":
    main()
