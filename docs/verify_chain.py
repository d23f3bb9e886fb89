#!/usr/bin/env python3
"""Checks the whole journal of a server of Daybook, as docs/PROOFS.md tells; nothing but the standard library.

verify_chain.py URL [HASH]   every block and event, HASH among the blocks; the key is in DAYBOOK_KEY
"""
import json, os, sys, urllib.request

from verify_proof import block_hash, check, integer, leaf_hash, members, sha256


def root_of(leaves):
    if len(leaves) < 2:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1", root_of(leaves[:half]), root_of(leaves[half:]))


def ask(url, path):
    request = urllib.request.Request(url + path, headers={"Authorization": "Bearer " + os.environ["DAYBOOK_KEY"]})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer, object_pairs_hook=members, parse_int=integer), answer.headers["Link"]


def rows(url, path):
    while path:
        page, link = ask(url, path)
        yield from page["data"]
        path = link.partition("<")[2].partition(">")[0] if link else None


def leaf_of(event):
    names = "actor commitment kind position recorded_at request_id schema_version subject subject_version".split()
    return {**{name: event[name] for name in names}, "data": event["lasting"]}


def check_chain(url, trusted):
    ledger = ask(url, "/api/v1/audit/head")[0]["ledger"]
    events, previous, end, seen, withheld = rows(url, "/api/v1/events?limit=200"), "0" * 64, 0, trusted is None, 0
    height, time = 0, ""
    for height, block in enumerate(rows(url, "/api/v1/audit/blocks?limit=200"), 1):
        check(block["height"] == height and block["first_position"] == end + 1, f"a gap before block {height}")
        check(block["previous_hash"] == previous, f"block {height} does not follow from the one before it")
        check(block["recorded_at"] > time, f"block {height} was not recorded later than the one before it")
        leaves, time = [], block["recorded_at"]
        for end in range(end + 1, block["last_position"] + 1):
            event = next(events)
            check(event["position"] == end and event["recorded_at"] == block["recorded_at"], f"another event {end}")
            withheld += event["withheld"]
            leaf = bytes.fromhex(event["leaf_hash"]) if event["withheld"] else leaf_hash(leaf_of(event))
            check(leaf.hex() == event["leaf_hash"], f"event {end} is not the one that was hashed")
            leaves.append(leaf)
        check(root_of(leaves).hex() == block["root"], f"the events of block {height} are others")
        previous = block_hash(ledger, block)
        check(previous == block["hash"], f"block {height} does not hash to its hash")
        seen = seen or previous == trusted
    check(seen, "no block has the hash that is trusted")
    print(f"proved: {height} blocks, {end} events, {withheld} withheld, newest hash {previous}, ledger {ledger}")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    if "DAYBOOK_KEY" not in os.environ:
        sys.exit("DAYBOOK_KEY must be set to a key of the ledger, or to an operator's for main")
    try:
        check_chain(sys.argv[1].rstrip("/"), sys.argv[2] if len(sys.argv) == 3 else None)
    except (OSError, KeyError, TypeError, ValueError, StopIteration) as error:
        sys.exit(f"not proved: the server cannot be asked: {error!r}")
