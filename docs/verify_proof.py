#!/usr/bin/env python3
"""Checks a proof of Daybook's without Daybook, as docs/PROOFS.md tells; nothing but the standard library.

verify_proof.py FILE HASH    a proof document (- is standard input) against the hash of its block
"""
import datetime, hashlib, json, sys, uuid

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def canonical(value):
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(canonical(name) + ":" + canonical(value[name]) for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    check(not isinstance(value, float), "a number that is no integer")
    return json.dumps(value, ensure_ascii=False)


def check(holds, what):
    if not holds:
        sys.exit("not proved: " + what)


def leaf_hash(event):
    return sha256(b"\0", canonical(event).encode())


def root_of_path(leaf, index, size, path):
    if size == 1:
        check(index == 0 and not path, "the path has another length")
        return leaf
    check(0 <= index < size and path, "the path has another length")
    half = 1 << (size - 1).bit_length() - 1
    if index < half:
        return sha256(b"\1", root_of_path(leaf, index, half, path[:-1]), path[-1])
    return sha256(b"\1", path[-1], root_of_path(leaf, index - half, size - half, path[:-1]))


def block_hash(ledger, block):
    time = datetime.datetime.strptime(block["recorded_at"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.timezone.utc)
    numbers = [block["height"], block["first_position"], block["last_position"], (time - EPOCH) // datetime.timedelta(microseconds=1)]
    hashes = [bytes.fromhex(block["root"]), bytes.fromhex(block["previous_hash"])]
    return sha256(b"\2", uuid.UUID(ledger).bytes, *(n.to_bytes(8, "big", signed=True) for n in numbers), *hashes).hex()


def check_proof(proof, trusted):
    event, block = proof["event"], proof["block"]
    check(proof["format"] == "daybook-proof/1", "an unknown format")
    leaf = leaf_hash(event)
    check(leaf.hex() == proof["leaf_hash"], "the event is not the one that was hashed")
    personal, salt = proof["personal"], proof["salt"]
    check((personal is None) == (salt is None), "a personal part without its salt, or the other way round")
    if personal is not None:
        check(sha256(bytes.fromhex(salt), personal.encode()).hex() == event["commitment"], "another personal part")
    check(event["position"] - block["first_position"] == proof["leaf_index"], "another place")
    check(block["last_position"] - block["first_position"] + 1 == proof["tree_size"], "another number of events")
    check(event["recorded_at"] == block["recorded_at"], "another time")
    root = root_of_path(leaf, proof["leaf_index"], proof["tree_size"], [bytes.fromhex(step) for step in proof["path"]])
    check(root.hex() == block["root"], "the path leads elsewhere")
    check(block_hash(proof["ledger"], block) == block["hash"] == trusted, "not the block that is trusted")
    print(f"proved: event {event['position']} is in block {block['height']}: {canonical(event['data'])} {personal or ''}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with sys.stdin if sys.argv[1] == "-" else open(sys.argv[1], encoding="utf-8") as file:
        check_proof(json.load(file), sys.argv[2])
