"""A BERT token classifier's body alone, in the layout that llama.cpp's convert_hf_to_gguf.py reads.

    python make_bert_body.py MODEL_FOLDER OUT_FOLDER

llama.cpp runs BERT for embeddings only, so the classifier head and the embedding rows beyond the tokenizer's vocabulary
(those of [NEW0]..[NEW99]) are left out; every other weight is copied as it is.
"""
import json
import pathlib
import shutil
import sys

from safetensors.torch import load_file, save_file


def main():
    source, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    n_rows = len((source / "vocab.txt").read_text(encoding="utf-8").splitlines())
    tensors = {}
    for name, tensor in load_file(source / "model.safetensors").items():
        if name.startswith("bert.") and "position_ids" not in name:
            name = name.removeprefix("bert.")
            tensors[name] = tensor[:n_rows].clone() if name == "embeddings.word_embeddings.weight" else tensor
    save_file(tensors, out / "model.safetensors", {"format": "pt"})
    config = json.loads((source / "config.json").read_text())
    for key in ("id2label", "label2id"):
        config.pop(key, None)
    config.update(architectures=["BertModel"], vocab_size=n_rows)
    (out / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    for path in source.glob("*token*.json"):
        shutil.copyfile(path, out / path.name)
    shutil.copyfile(source / "vocab.txt", out / "vocab.txt")


if __name__ == "__main__":
    main()
