"""SigV4A as boto3 signs it, by a key pair made of the secret. The environment names the gateway and holds the root key."""

import os
from contextlib import contextmanager

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
def refused(code, status, message):
    try:
        yield
    except ClientError as error:
        said = error.response["Error"]
        assert said["Code"] == code, error
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == status, error
        assert said["Message"].startswith(message), f"{said['Message']!r}, not {message!r}"
    else:
        raise AssertionError(f"{code} was expected")


def signing(key, secret):
    sts = client("sts", key, secret, signature_version="v4a")
    sent = []
    sts.meta.events.register("before-send.sts.*", lambda request, **_: sent.append(request.headers["Authorization"]))
    me = sts.get_caller_identity()
    assert all(value.startswith(b"AWS4-ECDSA-P256-SHA256 ") for value in sent) and sent, sent
    return me


root = client("iam")
assert signing(None, None)["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"

# STS takes both kinds of signatures with one key.
ann = root.create_user(UserName="Ann")["User"]
made = root.create_access_key(UserName="Ann")["AccessKey"]
key, secret = made["AccessKeyId"], made["SecretAccessKey"]
for _ in range(3):
    assert signing(key, secret)["Arn"] == ann["Arn"]
    assert client("sts", key, secret).get_caller_identity()["Arn"] == ann["Arn"]
used = root.get_access_key_last_used(AccessKeyId=key)["AccessKeyLastUsed"]
assert (used["ServiceName"], used["Region"]) == ("sts", "us-east-1"), used

# What is refused of the one is refused of the other.
with refused("SignatureDoesNotMatch", 403, "The request signature we calculated does not match"):
    signing(key, secret[::-1])
root.update_access_key(UserName="Ann", AccessKeyId=key, Status="Inactive")
with refused("InvalidClientTokenId", 403, "The security token included in the request is invalid."):
    signing(key, secret)
root.update_access_key(UserName="Ann", AccessKeyId=key, Status="Active")
assert signing(key, secret)["Arn"] == ann["Arn"]

# IAM takes shared secrets only.
with refused("IncompleteSignature", 400, "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256'."):
    client("iam", signature_version="v4a").list_users()

root.delete_access_key(UserName="Ann", AccessKeyId=key)
with refused("InvalidClientTokenId", 403, "The security token included in the request is invalid."):
    signing(key, secret)
root.delete_user(UserName="Ann")
print("a key pair has signed")
