"""What boto3 is told when it signs wrongly, each time in another way. The environment names the gateway, which serves
us-east-1 alone, and holds the root key. A line says what was wrong, and the cause that the gateway named."""

import os
import subprocess
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ONE_TRY = Config(retries={"total_max_attempts": 1}, connect_timeout=10, read_timeout=20)


def who(key=None, secret=None, region=None, signing=None):
    sts = boto3.client("sts", region, config=ONE_TRY, aws_access_key_id=key, aws_secret_access_key=secret)
    if signing:
        sts.meta.events.register("before-call.sts", lambda context, **_: context.update(signing={"signing_name": signing}))
    return sts.get_caller_identity()


def cause(call):
    """The cause of the refusal of a call."""
    try:
        call()
    except ClientError as error:
        return error.response["ResponseMetadata"]["HTTPHeaders"]["x-countersign-cause"]
    return "none"


def refused(fault, call):
    print(f"refused | {fault} | {cause(call)}")


def under(clock):
    """The cause of the refusal of a call whose process sees another time."""
    command = ["faketime", "-f", clock, sys.executable, __file__, "once"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


if sys.argv[1:] == ["once"]:
    print(cause(who))
    sys.exit()

root = boto3.client("iam", config=ONE_TRY)
root.create_user(UserName="ann")
old, new = (root.create_access_key(UserName="ann")["AccessKey"] for _ in range(2))
key, secret = old["AccessKeyId"], old["SecretAccessKey"]
assert cause(lambda: who(key, secret)) == "none"

refused("the secret ends in a newline", lambda: who(key, secret + "\n"))
refused("the secret is in quotes", lambda: who(key, f'"{secret}"'))
refused("the region is another", lambda: who(key, secret, region="eu-central-1"))
refused("the region is a zone", lambda: who(key, secret, region="us-east-1a"))
refused("the service is another", lambda: who(key, secret, signing="s3"))
for off, clock in [("an hour behind", "-1h"), ("an hour ahead", "+1h"), ("20 minutes ahead", "+20m")]:
    print(f"refused | the clock is {off} | {under(clock)}")
refused("the key is new, its secret the old one", lambda: who(new["AccessKeyId"], secret))
root.update_access_key(UserName="ann", AccessKeyId=key, Status="Inactive")
refused("the key was switched off", lambda: who(key, secret))
root.delete_access_key(UserName="ann", AccessKeyId=key)
refused("the key was deleted", lambda: who(key, secret))
print("every refusal is explained")
