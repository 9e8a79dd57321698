"""tiktoken without a network: its encodings from the rank files this repository carries (models/tokenizers).

llmlingua asks tiktoken for gpt-3.5-turbo's encoding (cl100k_base) when it is constructed. use_local_ranks() makes tiktoken read
our file instead of fetching its own, and checks that both are the same by the SHA-256 that tiktoken expects.
"""
import base64
import ctypes
import hashlib
import pathlib
import struct

TOKENIZERS = pathlib.Path(__file__).resolve().parents[2] / "models/tokenizers"
HEADER = struct.Struct("<8sIIQ")  # magic, version, tokens, bytes of all tokens; then one zstd frame


def unzstd(frame, n_bytes):
    """Python's own library has no zstd before 3.14; every Debian system has libzstd."""
    zstd = ctypes.CDLL("libzstd.so.1")
    zstd.ZSTD_decompress.restype = ctypes.c_size_t
    zstd.ZSTD_decompress.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]
    out = ctypes.create_string_buffer(n_bytes)
    n_read = zstd.ZSTD_decompress(out, n_bytes, frame, len(frame))
    if n_read != n_bytes:
        raise ValueError("damaged zstd frame")
    return out.raw


def read_ranks(name):
    """{token bytes: rank} of models/tokenizers/NAME.ranks (layout: the README.md beside it)."""
    data = (TOKENIZERS / f"{name}.ranks").read_bytes()
    magic, version, n_tokens, n_token_bytes = HEADER.unpack_from(data)
    if magic != b"PITHRANK" or version != 1:
        raise ValueError(f"{name}.ranks: not a rank file of version 1")
    payload = unzstd(data[HEADER.size:], n_tokens + n_token_bytes)
    ranks, at = {}, n_tokens
    for rank, length in enumerate(payload[:n_tokens]):
        ranks[payload[at:at + length]] = rank
        at += length
    return ranks


def tiktoken_file(ranks):
    """The bytes of the file tiktoken would fetch for these ranks."""
    ordered = sorted(ranks.items(), key=lambda item: item[1])
    return b"".join(base64.b64encode(token) + b" %d\n" % rank for token, rank in ordered)


def use_local_ranks():
    import tiktoken_ext.openai_public as public

    def load(address, expected_hash=None):
        name = address.rsplit("/", 1)[-1].removesuffix(".tiktoken")
        ranks = read_ranks(name)
        found = hashlib.sha256(tiktoken_file(ranks)).hexdigest()
        if expected_hash is not None and found != expected_hash:
            raise ValueError(f"{name}.ranks is not the published vocabulary (SHA-256 {found})")
        return ranks

    public.load_tiktoken_bpe = load
