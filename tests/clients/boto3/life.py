"""The life of an access key as boto3 sees it. The environment names the gateway and holds the root key."""

import os
from contextlib import contextmanager
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ACCOUNT = os.environ["COUNTERSIGN_ACCOUNT"]
ONE_TRY = Config(retries={"total_max_attempts": 1}, connect_timeout=10, read_timeout=20)


def client(service, key=None, secret=None, **options):
    return boto3.client(
        service,
        config=ONE_TRY.merge(Config(**options)),
        aws_access_key_id=key or os.environ["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=secret or os.environ["AWS_SECRET_ACCESS_KEY"],
    )


@contextmanager
def refused(code, status, message=None):
    """The calls inside must fail, in AWS's words where they are given."""
    try:
        yield
    except ClientError as error:
        said = error.response["Error"]
        assert said["Code"] == code, error
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == status, error
        assert message is None or said["Message"] == message, f"{said['Message']!r}, not {message!r}"
    else:
        raise AssertionError(f"{code} was expected")


def user(name, path="/"):
    return f"arn:aws:iam::{ACCOUNT}:user{path}{name}"


def who(key, secret):
    return client("sts", key, secret).get_caller_identity()


root = client("iam")
assert client("sts").get_caller_identity()["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"

# A user is made once, whatever the case of the name.
ann = root.create_user(UserName="Ann", Path="/staff/", Tags=[{"Key": "team", "Value": "red é"}])["User"]
assert ann["Arn"] == user("Ann", "/staff/"), ann
assert ann["UserId"].startswith("AIDA") and len(ann["UserId"]) == 21, ann
with refused("EntityAlreadyExists", 409, "User with name ann already exists."):
    root.create_user(UserName="ann")
root.get_waiter("user_exists").wait(UserName="Ann")

# Its key signs, and may do nothing else.
made = root.create_access_key(UserName="Ann")["AccessKey"]
key, secret = made["AccessKeyId"], made["SecretAccessKey"]
assert key.startswith("AKIA") and len(key) == 20 and len(secret) == 40, key
unused = root.get_access_key_last_used(AccessKeyId=key)["AccessKeyLastUsed"]
assert unused == {"ServiceName": "N/A", "Region": "N/A"}, unused
me = who(key, secret)
assert (me["Arn"], me["Account"], me["UserId"]) == (ann["Arn"], ACCOUNT, ann["UserId"]), me
assert client("sts").get_access_key_info(AccessKeyId=key)["Account"] == ACCOUNT
with refused(
    "AccessDenied",
    403,
    f"User: {ann['Arn']} is not authorized to perform: iam:ListUsers on resource: "
    f"arn:aws:iam::{ACCOUNT}:user/ because no identity-based policy allows the iam:ListUsers action",
):
    client("iam", key, secret).list_users()
with refused("SignatureDoesNotMatch", 403):
    who(key, secret[::-1])

# The use is remembered; a disabled key is refused, and comes back.
used = root.get_access_key_last_used(AccessKeyId=key)
assert used["UserName"] == "Ann" and "LastUsedDate" in used["AccessKeyLastUsed"], used
with refused("InvalidClientTokenId", 403, "The security token included in the request is invalid."):
    who("AKIA" + "A" * 16, secret)
root.update_access_key(UserName="Ann", AccessKeyId=key, Status="Inactive")
assert [k["Status"] for k in root.list_access_keys(UserName="Ann")["AccessKeyMetadata"]] == ["Inactive"]
with refused("InvalidClientTokenId", 403, "The security token included in the request is invalid."):
    who(key, secret)
root.update_access_key(UserName="Ann", AccessKeyId=key, Status="Active")
assert who(key, secret)["Arn"] == ann["Arn"]

# Two keys and no third.
second = root.create_access_key(UserName="Ann")["AccessKey"]["AccessKeyId"]
with refused("LimitExceeded", 409, "Cannot exceed quota for AccessKeysPerUser: 2"):
    root.create_access_key(UserName="Ann")
root.delete_access_key(UserName="Ann", AccessKeyId=second)

# A presigned request signs as well, in a region of its own, and for the method that it was made for. Boto3 itself
# fetches no such URL.
signer = client("sts", key, secret, signature_version="v4", region_name="eu-central-1")
for method, other in (("GET", "POST"), ("POST", "GET")):
    url = signer.generate_presigned_url("get_caller_identity", HttpMethod=method)
    with urlopen(Request(url, method=method), timeout=20) as answer:
        assert ann["Arn"] in answer.read().decode()
    try:
        urlopen(Request(url, method=other), timeout=20)
    except HTTPError as error:
        assert error.code == 403 and "SignatureDoesNotMatch" in error.read().decode()
    else:
        raise AssertionError(f"a URL for {method} was good for {other}")

# A new name and path: the same key, the same id, the new ARN at once.
root.update_user(UserName="ann", NewUserName="Ann.Smith", NewPath="/board/")
me = who(key, secret)
assert (me["Arn"], me["UserId"]) == (user("Ann.Smith", "/board/"), ann["UserId"]), me
with refused("NoSuchEntity", 404, "The user with name Ann cannot be found."):
    root.get_user(UserName="Ann")

# Tags: what is put is read back, in any script.
root.tag_user(UserName="Ann.Smith", Tags=[{"Key": "TEAM", "Value": "blue"}, {"Key": "город", "Value": "東京"}])
tags = {t["Key"]: t["Value"] for t in root.list_user_tags(UserName="Ann.Smith")["Tags"]}
assert sorted(tags.values()) == ["blue", "東京"] and tags["город"] == "東京", tags
root.untag_user(UserName="Ann.Smith", TagKeys=["город"])
assert [t["Value"] for t in root.get_user(UserName="Ann.Smith")["User"]["Tags"]] == ["blue"]

# Pages, by real markers, in the order of the names.
for name in ("zoe", "Bob", "carl"):
    root.create_user(UserName=name)
pages = list(root.get_paginator("list_users").paginate(PaginationConfig={"PageSize": 3}))
assert [[u["UserName"] for u in page["Users"]] for page in pages] == [["Ann.Smith", "Bob", "carl"], ["zoe"]], pages
board = root.list_users(PathPrefix="/board/")["Users"]
assert [u["UserName"] for u in board] == ["Ann.Smith"], board
with refused("ValidationError", 400, "Invalid Marker."):
    root.list_users(Marker="nonsense")

# Root's own keys are root's, not some user's.
assert [k["AccessKeyId"] for k in root.list_access_keys()["AccessKeyMetadata"]] == [os.environ["AWS_ACCESS_KEY_ID"]]
assert root.get_user()["User"]["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"

# The end: the key first, then the user.
with refused("DeleteConflict", 409, "Cannot delete entity, must delete access keys first."):
    root.delete_user(UserName="Ann.Smith")
root.delete_access_key(UserName="Ann.Smith", AccessKeyId=key)
with refused("InvalidClientTokenId", 403, "The security token included in the request is invalid."):
    who(key, secret)
root.delete_user(UserName="Ann.Smith")
with refused("NoSuchEntity", 404, "The user with name Ann.Smith cannot be found."):
    root.delete_user(UserName="Ann.Smith")
print("the life of a key is complete")
