#!/usr/bin/env python3
"""Checks a proof of Daybook's without Daybook, as docs/PROOFS.md tells; nothing but the standard library.

verify_proof.py FILE HASH    a proof document (- is standard input) against the hash of its block
"""
import datetime, hashlib, json, re, sys, uuid

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
PROOF = "format ledger event personal salt leaf_hash leaf_index tree_size path block".split()
BLOCK = "height first_position last_position recorded_at root previous_hash hash".split()


def check(holds, what):
    if not holds:
        sys.exit("not proved: " + what)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def unhex(text):
    check(re.fullmatch("([0-9a-f]{2})*", text), "no lower-case hexadecimal")
    return bytes.fromhex(text)


def members(pairs):
    check(len(dict(pairs)) == len(pairs), "a member that comes twice")
    return dict(pairs)


def integer(text):
    return -0.0 if text == "-0" else int(text)


def canonical(value):
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(canonical(name) + ":" + canonical(value[name]) for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    check(isinstance(value, (str, int, type(None))) and (type(value) is not int or abs(value) < 1 << 53), "a number that no event has")
    return json.dumps(value, ensure_ascii=False)


def leaf_hash(event):
    return sha256(b"\0", canonical(event).encode())


def root_of_path(leaf, index, size, path):
    check(0 <= index < size and (size == 1) == (not path), "the path has another length")
    if size == 1:
        return leaf
    half = 1 << (size - 1).bit_length() - 1
    if index < half:
        return sha256(b"\1", root_of_path(leaf, index, half, path[:-1]), path[-1])
    return sha256(b"\1", path[-1], root_of_path(leaf, index - half, size - half, path[:-1]))


def block_hash(ledger, block):
    time = datetime.datetime.strptime(block["recorded_at"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.timezone.utc)
    numbers = [block["height"], block["first_position"], block["last_position"], (time - EPOCH) // datetime.timedelta(microseconds=1)]
    check(all(type(number) is int for number in numbers), "a number that is no integer")
    hashes = [unhex(block["root"]), unhex(block["previous_hash"])]
    return sha256(b"\2", uuid.UUID(ledger).bytes, *(n.to_bytes(8, "big", signed=True) for n in numbers), *hashes).hex()


def check_proof(proof, trusted):
    check(set(proof) == set(PROOF) and set(proof["block"]) == set(BLOCK), "other members than a proof has")
    event, block, personal, salt = proof["event"], proof["block"], proof["personal"], proof["salt"]
    check(proof["format"] == "daybook-proof/1" and proof["ledger"] == str(uuid.UUID(proof["ledger"])), "an unknown format")
    leaf = leaf_hash(event)
    check(leaf.hex() == proof["leaf_hash"], "the event is not the one that was hashed")
    check((personal is None) == (salt is None), "a personal part without its salt, or the other way round")
    check(personal is None or sha256(unhex(salt), personal.encode()).hex() == event["commitment"], "another personal part")
    index, size, path = proof["leaf_index"], proof["tree_size"], proof["path"]
    check(type(index) is type(size) is int and type(path) is list, "a member of another type")
    check(event["position"] - block["first_position"] == index, "another place")
    check(block["last_position"] - block["first_position"] + 1 == size, "another number of events")
    check(event["recorded_at"] == block["recorded_at"], "another time")
    root = root_of_path(leaf, index, size, [unhex(step) for step in path])
    check(root.hex() == block["root"], "the path leads elsewhere")
    check(block_hash(proof["ledger"], block) == block["hash"] == trusted, "not the block that is trusted")
    print(f"proved: event {event['position']} is in block {block['height']}: {canonical(event['data'])} {personal or ''}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        with sys.stdin if sys.argv[1] == "-" else open(sys.argv[1], encoding="utf-8") as file:
            check_proof(json.load(file, object_pairs_hook=members, parse_int=integer), sys.argv[2])
    except (AttributeError, KeyError, OSError, TypeError, ValueError) as error:
        sys.exit(f"not proved: it cannot be read: {error!r}")
