#!/usr/bin/env python3
"""Verifies a plain bundle, written from the rustdoc of exchange::bundle::format alone.

Usage: bundle_reader.py FILE. Prints one JSON object {"events", "seals", "streams"} where
everything holds; one line on stderr and exit 1 where something does not.

Needs the package blake3; decompresses with the package zstandard or the command zstd.
"""

import hashlib
import json
import subprocess
import sys

from blake3 import blake3

# ed25519 after RFC 8032, strict.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def recover(y, sign):
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if x2 == 0:
        return None if sign else 0
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * ROOT % P
    if (x * x - x2) % P:
        return None
    return P - x if x & 1 != sign else x


def point(raw):
    number = int.from_bytes(raw, "little")
    y = number & ((1 << 255) - 1)
    x = recover(y, number >> 255)
    return None if x is None else (x, y, 1, x * y % P)


def add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(scalar, p):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = add(result, p)
        p = add(p, p)
        scalar >>= 1
    return result


def same(p, q):
    return (p[0] * q[2] - q[0] * p[2]) % P == 0 and (p[1] * q[2] - q[1] * p[2]) % P == 0


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = recover(BASE_Y, 0)
BASE = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def is_small(p):
    return same(times(8, p), (0, 1, 1, 0))


def signed(key, message, signature):
    a, r = point(key), point(signature[:32])
    s = int.from_bytes(signature[32:], "little")
    if a is None or r is None or s >= L or is_small(a) or is_small(r):
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    return same(times(s, BASE), add(r, times(h, a)))


class Wrong(Exception):
    pass


def must(holds, what):
    if not holds:
        raise Wrong(what)


def hashed(*parts):
    return blake3(b"".join(parts)).digest()


def le(number, size):
    return number.to_bytes(size, "little", signed=number < 0)


def unhex(text, size):
    must(isinstance(text, str) and len(text) == 2 * size and text == text.lower(), "hex")
    return bytes.fromhex(text)


def once(pairs):
    found = dict(pairs)
    must(len(found) == len(pairs), "a key twice")
    return found


def no_float(_):
    raise Wrong("a number that is no integer")


def parse(text):
    return json.loads(text, object_pairs_hook=once, parse_float=no_float, parse_constant=no_float)


def unpack(data):
    must(data[:4] == b"\x28\xb5\x2f\xfd", "no zstd frame")
    try:
        import zstandard
    except ImportError:
        return subprocess.run(["zstd", "-d", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout
    decoder = zstandard.ZstdDecompressor(max_window_size=8 << 20).decompressobj()
    archive = decoder.decompress(data)
    must(decoder.eof and not decoder.unused_data, "frame cut short or something behind it")
    must(len(archive) <= 1 << 30, "archive over the limit")
    return archive


def header(name, size):
    block = bytearray(512)
    for at, field in (
        (0, name), (100, b"0000600\0"), (108, b"0000000\0"), (116, b"0000000\0"), (124, b"%011o\0" % size),
        (136, b"00000000000\0"), (148, b" " * 8), (156, b"0"), (257, b"ustar\0" + b"00"),
    ):
        block[at:at + len(field)] = field
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def entries(archive):
    at, found = 0, []
    while archive[at:at + 512].strip(b"\0"):
        block = archive[at:at + 512]
        name = block[:100].rstrip(b"\0")
        size = int(block[124:135], 8)
        must(block == header(name, size), "header of an entry")
        end = at + 512 + size
        fill = -size % 512
        must(archive[end:end + fill] == bytes(fill) and end + fill <= len(archive), "end of an entry")
        found.append((name.decode(), archive[at + 512:end]))
        at = end + fill
    must(archive[at:] == bytes(1024), "end of the archive")
    return found


def lines(content):
    must(not content or content.endswith(b"\n"), "a line without end")
    split = content.split(b"\n")[:-1]
    must(all(len(line) < 262144 for line in split), "line over the limit")
    return [parse(line.decode()) for line in split]


EVENT_KEYS = set("rqtazegivnosfpxd")
SEAL_KEYS = set("rqcok")


def digest_of(line):
    facts = line.get("f")
    if "x" in line:
        must(line["x"] in ("erased", "withheld") and "s" not in line and "p" not in line, "x")
        must(line["x"] == "withheld" or "f" in line, "facts are never erased")
        rest = unhex(line["d"], 32)
        return rest if facts is None else hashed(hashed(facts.encode()), rest)
    must("d" not in line and ("s" in line) == ("p" in line), "s, p, d")
    part = hashed(unhex(line["s"], 16), line["p"].encode()) if "p" in line else bytes(32)
    bodies = [text for text in (facts, line.get("p")) if text is not None]
    must(sum(len(text.encode()) for text in bodies) <= 65536, "bodies over the limit")
    must(all(isinstance(parse(text), dict) for text in bodies), "a body is one object")
    return hashed(hashed((facts or "{}").encode()), part)


def head_of(line, replica, registers):
    must(set(line) <= EVENT_KEYS, "a key that no line has")
    register = registers[line["g"]].encode()
    act = line.get("e", line["q"])
    must(0 <= line["t"] < 1 << 62 and 0 <= line["a"] < 1 << 43 and -1080 <= line["z"] <= 1080, "bounds")
    must(1 <= act <= line["q"] < 1 << 40, "bounds")
    return b"".join((
        b"zhiban/event/v1\0", replica, le(line["q"], 8), le(line["t"], 8), le(line["a"], 8), le(line["z"], 2),
        le(act, 8), le(len(register), 4), register, unhex(line["i"], 16), le(line["v"], 1), le(line["n"], 2),
        unhex(line.get("o", "00" * 8), 8), digest_of(line),
    ))


def verify(data):
    found = entries(unpack(data))
    names = [name for name, _ in found]
    must(names[:4] == ["manifest.json", "manifest.sig", "events.jsonl", "seals.jsonl"], "entries")
    raw, signature = found[0][1], found[1][1]
    must(raw.count(b"\n") <= 1 and len(raw) <= 4 << 20, "manifest")
    manifest = parse(raw.decode())
    must(manifest["format"] == 1, "format")
    shop = unhex(manifest["shop"], 16)
    replicas = [(unhex(one["id"], 16), unhex(one["key"], 32)) for one in manifest["replicas"]]
    must(all(hashed(key)[:16] == id for id, key in replicas), "id of a replica")
    must(len({id for id, _ in replicas}) == len(replicas), "a replica twice")
    message = b"zhiban/manifest/v1\0" + hashed(raw)
    must(len(signature) == 64 and signed(replicas[manifest["sender"]][1], message, signature), "manifest.sig")

    must([one["name"] for one in manifest["entries"]] == names[2:], "names of entries")
    for one, (name, content) in zip(manifest["entries"], found[2:]):
        must(one["size"] == len(content) and unhex(one["blake3"], 32) == hashed(content), name)
    must(names[4:] == sorted(set(names[4:])), "order of attachments")
    must(all(name == "att/" + hashed(content).hex() for name, content in found[4:]), "name of an attachment")

    streams = manifest["streams"]
    chains = []
    for stream in streams:
        start = unhex(stream["from_chain"], 32)
        if stream["from_seq"] == 0:
            must(start == hashed(b"zhiban/chain/v1\0", shop, replicas[stream["replica"]][1]), "genesis")
        chains.append({stream["from_seq"]: start})
    tips = [stream["from_seq"] for stream in streams]
    count = last = 0
    for line in lines(found[2][1]):
        place = line["r"]
        must(place >= last, "order of streams")
        last = place
        must(line["q"] == tips[place] + 1, "a seq is missing")
        replica = replicas[streams[place]["replica"]][0]
        head = head_of(line, replica, manifest["registers"])
        chains[place][line["q"]] = hashed(chains[place][tips[place]], head)
        tips[place] = line["q"]
        count += 1
    for stream, tip, chain in zip(streams, tips, chains):
        must(tip == stream["to_seq"] and chain[tip] == unhex(stream["to_chain"], 32), "the chain does not arrive")

    sealed = [stream["from_seq"] for stream in streams]
    seals, before = 0, (-1, 0)
    for line in lines(found[3][1]):
        must(set(line) <= SEAL_KEYS, "a key that no seal has")
        must((line["r"], line["q"]) > before, "order of seals")
        before = (line["r"], line["q"])
        place = line["r"]
        replica, key = replicas[streams[place]["replica"]]
        chain = unhex(line["c"], 32)
        must(streams[place]["from_seq"] < line["q"] and chains[place].get(line["q"]) == chain, "a seal's chain")
        message = b"".join((
            b"zhiban/seal/v1\0", shop, replica, le(line["q"], 8), chain, unhex(line.get("o", "00" * 8), 8),
        ))
        must(signed(key, message, unhex(line["k"], 64)), "a seal's signature")
        sealed[place] = max(sealed[place], line["q"])
        seals += 1
    must(all(seq == stream["to_seq"] for seq, stream in zip(sealed, streams)), "events beyond the last seal")
    return {"events": count, "seals": seals, "streams": len(streams)}


def main():
    with open(sys.argv[1], "rb") as file:
        data = file.read()
    try:
        print(json.dumps(verify(data)))
    except Wrong as wrong:
        print(f"does not hold: {wrong}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
