"""Policies as boto3 sees them. The environment names the gateway and holds the root key."""

import json
import os
from contextlib import contextmanager

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ACCOUNT = os.environ["COUNTERSIGN_ACCOUNT"]
ONE_TRY = Config(retries={"total_max_attempts": 1}, connect_timeout=10, read_timeout=20)
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def iam(key=None, secret=None):
    return boto3.client(
        "iam",
        config=ONE_TRY,
        aws_access_key_id=key or os.environ["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=secret or os.environ["AWS_SECRET_ACCESS_KEY"],
    )


root = iam()


def member(name, **options):
    """A new user, as a client with a key of theirs."""
    root.create_user(UserName=name, **options)
    pair = root.create_access_key(UserName=name)["AccessKey"]
    return iam(pair["AccessKeyId"], pair["SecretAccessKey"])


def document(effect, action, resource="*", **condition):
    statement = {"Effect": effect, "Action": action, "Resource": resource}
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def grant(user, policy, text):
    root.put_user_policy(UserName=user, PolicyName=policy, PolicyDocument=text)


@contextmanager
def denied(user, action, resource, reason=None):
    """The calls inside must be refused, in AWS's words."""
    reason = reason or f"because no identity-based policy allows the {action} action"
    sentence = (
        f"User: arn:aws:iam::{ACCOUNT}:user/{user} is not authorized to perform: {action} on resource: {resource} {reason}"
    )
    try:
        yield
    except ClientError as error:
        said = error.response["Error"]
        assert said["Code"] == "AccessDenied", error
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 403, error
        assert said["Message"] == sentence, f"{said['Message']!r}, not {sentence!r}"
    else:
        raise AssertionError(f"{user} was not refused {action}")


def arn(kind_and_name):
    return f"arn:aws:iam::{ACCOUNT}:{kind_and_name}"


# A group with one of AWS's policies: who is in it may read, and write nothing.
root.create_group(GroupName="admins")
root.attach_group_policy(GroupName="admins", PolicyArn="arn:aws:iam::aws:policy/IAMReadOnlyAccess")
ann = member("ann")
with denied("ann", "iam:ListUsers", arn("user/")):
    ann.list_users()
root.add_user_to_group(GroupName="admins", UserName="ann")
assert [u["UserName"] for u in ann.list_users()["Users"]] == ["ann"]
assert ann.get_group(GroupName="admins")["Group"]["Arn"] == arn("group/admins")
with denied("ann", "iam:CreateUser", arn("user/bob")):
    ann.create_user(UserName="bob")

# What is granted to a group outlives its name.
root.update_group(GroupName="admins", NewGroupName="readers")
assert [u["UserName"] for u in ann.list_users()["Users"]] == ["ann"]

# A policy inside a group, with a variable: everyone in it turns their own keys over, and nobody else's.
root.create_group(GroupName="turners")
own = document("Allow", "iam:*AccessKey*", "arn:aws:iam::*:user/${aws:username}")
root.put_group_policy(GroupName="turners", PolicyName="own-keys", PolicyDocument=own)
rob = member("rob")
root.add_user_to_group(GroupName="turners", UserName="rob")
old = rob.list_access_keys()["AccessKeyMetadata"][0]["AccessKeyId"]
pair = rob.create_access_key()["AccessKey"]
rob = iam(pair["AccessKeyId"], pair["SecretAccessKey"])
rob.delete_access_key(AccessKeyId=old)
assert [k["AccessKeyId"] for k in rob.list_access_keys(UserName="rob")["AccessKeyMetadata"]] == [pair["AccessKeyId"]]
with denied("rob", "iam:CreateAccessKey", "user ann"):
    rob.create_access_key(UserName="ann")

# A boundary limits what is granted, whatever that is, and grants nothing.
limit = root.create_policy(PolicyName="lists", PolicyDocument=document("Allow", "iam:List*"))["Policy"]["Arn"]
eve = member("eve", PermissionsBoundary=limit)
with denied("eve", "iam:ListUsers", arn("user/")):
    eve.list_users()
root.attach_user_policy(UserName="eve", PolicyArn=ADMINISTRATOR)
assert "eve" in [u["UserName"] for u in eve.list_users()["Users"]]
reason = "because no permissions boundary allows the iam:CreateUser action"
with denied("eve", "iam:CreateUser", arn("user/bob"), reason):
    eve.create_user(UserName="bob")
assert root.get_user(UserName="eve")["User"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == limit
root.delete_user_permissions_boundary(UserName="eve")
eve.create_user(UserName="bob")

# Tags: who works on the same, may.
mia = member("mia", Tags=[{"Key": "team", "Value": "red"}])
same_team = {"StringEquals": {"iam:ResourceTag/team": "${aws:PrincipalTag/team}"}}
grant("mia", "same-team", document("Allow", "iam:GetUser", **same_team))
with denied("mia", "iam:GetUser", "user bob"):
    mia.get_user(UserName="bob")
root.tag_user(UserName="bob", Tags=[{"Key": "Team", "Value": "red"}])
assert mia.get_user(UserName="bob")["User"]["UserName"] == "bob"
root.tag_user(UserName="bob", Tags=[{"Key": "team", "Value": "blue"}])
with denied("mia", "iam:GetUser", "user bob"):
    mia.get_user(UserName="bob")
in_red = {"StringEquals": {"aws:RequestTag/team": "red"}}
grant("mia", "only-red", document("Allow", ["iam:CreateUser", "iam:TagUser"], **in_red))
mia.create_user(UserName="max", Tags=[{"Key": "team", "Value": "red"}])
with denied("mia", "iam:CreateUser", arn("user/moe")):
    mia.create_user(UserName="moe", Tags=[{"Key": "team", "Value": "blue"}])

# Where a request comes from.
sam = member("sam")
elsewhere = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
grant("sam", "places", document("Allow", "iam:ListUsers", **elsewhere))
with denied("sam", "iam:ListUsers", arn("user/")):
    sam.list_users()
here = {"IpAddress": {"aws:SourceIp": ["127.0.0.0/8", "::1/128"]}}
grant("sam", "places", document("Allow", "iam:ListUsers", **here))
assert sam.list_users()["Users"]
not_elsewhere = {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
grant("sam", "fence", document("Deny", "*", **not_elsewhere))
with denied("sam", "iam:ListUsers", arn("user/"), "with an explicit deny in an identity-based policy"):
    sam.list_users()

# A key that lasts knows nothing of MFA: what asks for it never holds, and what denies without it does where the key
# may be absent.
tom = member("tom")
grant("tom", "with", document("Allow", "iam:ListGroups", Bool={"aws:MultiFactorAuthPresent": "true"}))
with denied("tom", "iam:ListGroups", arn("group/")):
    tom.list_groups()
grant("tom", "any", document("Allow", "iam:ListGroups"))
assert [g["GroupName"] for g in tom.list_groups()["Groups"]] == ["readers", "turners"]
grant("tom", "without", document("Deny", "iam:*", Bool={"aws:MultiFactorAuthPresent": "false"}))
assert tom.list_groups()["Groups"], "an absent key is not false"
grant("tom", "without", document("Deny", "iam:*", BoolIfExists={"aws:MultiFactorAuthPresent": "false"}))
with denied("tom", "iam:ListGroups", arn("group/"), "with an explicit deny in an identity-based policy"):
    tom.list_groups()

# All of it is in the details of the account.
details = root.get_paginator("get_account_authorization_details").paginate(PaginationConfig={"PageSize": 3})
details = details.build_full_result()
users = {u["UserName"]: u for u in details["UserDetailList"]}
assert users["ann"]["GroupList"] == ["readers"] and "PermissionsBoundary" not in users["eve"], users
assert [p["PolicyName"] for p in users["tom"]["UserPolicyList"]] == ["any", "with", "without"], users["tom"]
assert users["tom"]["UserPolicyList"][0]["PolicyDocument"]["Statement"][0]["Action"] == "iam:ListGroups"
policies = [p["PolicyName"] for p in details["Policies"]]
assert policies == ["lists", "AdministratorAccess", "IAMReadOnlyAccess"], policies
summary = root.get_account_summary()["SummaryMap"]
assert (summary["Users"], summary["Groups"], summary["Policies"]) == (len(users), 2, 1), summary
print("the policies have decided")
