"""Temporary credentials as boto3 sees them. The environment names the gateway, holds the root key, and names where its
clock is set and where an identity provider's tokens are to be had."""

import base64
import hashlib
import hmac
import json
import os
import pathlib
import struct
import time
import urllib.request
from contextlib import contextmanager

import boto3
import botocore.session
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

ACCOUNT = os.environ["COUNTERSIGN_ACCOUNT"]
CONTROL = os.environ["COUNTERSIGN_CONTROL"]
ONE_TRY = Config(retries={"total_max_attempts": 1}, connect_timeout=10, read_timeout=20)
ROLE = f"arn:aws:iam::{ACCOUNT}:role/deploy"


def control(path):
    return urllib.request.urlopen(CONTROL + path, timeout=10).read().decode()


def client(service, credentials=None):
    if credentials is None:
        return boto3.client(service, config=ONE_TRY)
    keys = ["AccessKeyId", "SecretAccessKey", "SessionToken"]
    key, secret, token = [credentials.get(name) for name in keys]
    return boto3.client(
        service, config=ONE_TRY, aws_access_key_id=key, aws_secret_access_key=secret, aws_session_token=token
    )


@contextmanager
def refused(code):
    try:
        yield
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
    else:
        raise AssertionError(f"{code} was expected")


def document(action, principal=None, **condition):
    statement = {"Effect": "Allow", "Action": action}
    statement |= {"Principal": principal} if principal else {"Resource": "*"}
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def one_time_code(seed, steps=0, at=None):
    counter = struct.pack(">q", int(at or time.time()) // 30 + steps)
    digest = hmac.new(base64.b32decode(seed), counter, hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def signer(request):
    """The id of the key that signed a request."""
    return request.headers["Authorization"].decode().split("Credential=")[1].split("/")[0]


root = client("iam")
root.create_user(UserName="ann")
root.put_user_policy(UserName="ann", PolicyName="all", PolicyDocument=document("*"))
pair = root.create_access_key(UserName="ann")["AccessKey"]
ann = client("sts", pair)
trust = document(["sts:AssumeRole", "sts:TagSession"], {"AWS": f"arn:aws:iam::{ACCOUNT}:user/ann"},
                 StringEquals={"sts:ExternalId": "agreed"})
root.create_role(RoleName="deploy", AssumeRolePolicyDocument=trust)
root.put_role_policy(RoleName="deploy", PolicyName="read", PolicyDocument=document(["iam:List*", "iam:Get*"]))

# A role is assumed, and signs; without what was agreed upon it is not.
with refused("AccessDenied"):
    ann.assume_role(RoleArn=ROLE, RoleSessionName="s1")
assumed = ann.assume_role(RoleArn=ROLE, RoleSessionName="s1", ExternalId="agreed", DurationSeconds=900,
                          Tags=[{"Key": "team", "Value": "röd"}])
me = client("sts", assumed["Credentials"]).get_caller_identity()
assert me["Arn"] == assumed["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/s1"
assert 0 < assumed["PackedPolicySize"] <= 100
session = client("iam", assumed["Credentials"])
assert [user["UserName"] for user in session.list_users()["Users"]] == ["ann"]
with refused("AccessDenied"):
    session.create_user(UserName="bob")
with refused("ValidationError"):
    session.get_user()

# A profile does the same, and gets new credentials before the old ones end.
home = pathlib.Path(os.environ["HOME"])
(home / "config").write_text(f"""[profile deploy]
role_arn = {ROLE}
source_profile = ann
external_id = agreed
duration_seconds = 900

[profile ann]
aws_access_key_id = {pair["AccessKeyId"]}
aws_secret_access_key = {pair["SecretAccessKey"]}
""")
os.environ["AWS_CONFIG_FILE"] = str(home / "config")
profile = boto3.Session(profile_name="deploy")
first = profile.get_credentials().get_frozen_credentials().access_key
profile.client("iam", config=ONE_TRY).list_users()
second = profile.get_credentials().get_frozen_credentials().access_key
assert first.startswith("ASIA") and second.startswith("ASIA")
assert first != second, "credentials with less than a quarter of an hour are renewed"

# One client signs on across a renewal, and is content with credentials that last.
text = (home / "config").read_text()
(home / "config").write_text(text.replace("duration_seconds = 900", "duration_seconds = 1700"))
control("/clock/-840")
signers = []
lasting = boto3.Session(profile_name="deploy").client("iam", config=ONE_TRY)
lasting.meta.events.register("before-send.iam.*", lambda request, **_: signers.append(signer(request)))
lasting.list_users()
control("/clock/0")
lasting.list_users()
lasting.list_users()
assert signers[0] != signers[1] == signers[2], signers

# A session with a second factor reaches IAM; one without does not.
device = root.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]
seed = device["Base32StringSeed"]
at = time.time()
root.enable_mfa_device(UserName="ann", SerialNumber=device["SerialNumber"],
                       AuthenticationCode1=one_time_code(seed, -1, at), AuthenticationCode2=one_time_code(seed, 0, at))
plain = ann.get_session_token()["Credentials"]
client("sts", plain).get_caller_identity()
with refused("InvalidClientTokenId"):
    client("iam", plain).list_users()
with refused("AccessDenied"):
    client("sts", plain).get_session_token()
code = one_time_code(seed, 1)
safe = ann.get_session_token(SerialNumber=device["SerialNumber"], TokenCode=code)["Credentials"]
client("iam", safe).list_users()
with refused("AccessDenied"):
    ann.get_session_token(SerialNumber=device["SerialNumber"], TokenCode=code)

# A profile with a second factor asks for its code; one without is refused. No code is good twice, whoever asks.
root.create_user(UserName="eve")
root.put_user_policy(UserName="eve", PolicyName="all", PolicyDocument=document("*"))
eve = root.create_access_key(UserName="eve")["AccessKey"]
token = root.create_virtual_mfa_device(VirtualMFADeviceName="token")["VirtualMFADevice"]
seed = token["Base32StringSeed"]
at = time.time()
root.enable_mfa_device(UserName="eve", SerialNumber=token["SerialNumber"],
                       AuthenticationCode1=one_time_code(seed, -1, at), AuthenticationCode2=one_time_code(seed, 0, at))
guarded = document("sts:AssumeRole", {"AWS": f"arn:aws:iam::{ACCOUNT}:user/eve"},
                   Bool={"aws:MultiFactorAuthPresent": "true"})
role = root.create_role(RoleName="guarded", AssumeRolePolicyDocument=guarded)["Role"]["Arn"]
root.put_role_policy(RoleName="guarded", PolicyName="read", PolicyDocument=document("iam:List*"))
with (home / "config").open("a") as config:
    config.write(f"""
[profile guarded]
role_arn = {role}
source_profile = eve
mfa_serial = {token["SerialNumber"]}

[profile unguarded]
role_arn = {role}
source_profile = eve

[profile eve]
aws_access_key_id = {eve["AccessKeyId"]}
aws_secret_access_key = {eve["SecretAccessKey"]}
""")
code = one_time_code(seed, 1)
asked = []


def prompted():
    """A client of the guarded profile, whose owner types the code."""
    core = botocore.session.Session(profile="guarded")
    provider = core.get_component("credential_provider").get_provider("assume-role")
    provider._prompter = lambda question: asked.append(question) or code
    return boto3.Session(botocore_session=core).client("iam", config=ONE_TRY)


prompted().list_users()
assert len(asked) == 1 and token["SerialNumber"] in asked[0], asked
with refused("AccessDenied"):
    prompted().list_users()
with refused("AccessDenied"):
    boto3.Session(profile_name="unguarded").client("iam", config=ONE_TRY).list_users()

# A guest has what the user and the policy both allow.
guest = ann.get_federation_token(Name="guest", Policy=document("sts:*"))
assert guest["FederatedUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:federated-user/guest"
assert client("sts", guest["Credentials"]).get_caller_identity()["UserId"] == f"{ACCOUNT}:guest"
with refused("InvalidClientTokenId"):
    client("iam", guest["Credentials"]).list_users()

# Whom a provider vouches for needs no key at all.
root.create_open_id_connect_provider(Url="https://id.example.com", ClientIDList=["app"])
provider = {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/id.example.com"}
vouched = document("sts:AssumeRoleWithWebIdentity", provider, StringEquals={"id.example.com:sub": "ann"})
root.create_role(RoleName="web", AssumeRolePolicyDocument=vouched)
web = client("sts").assume_role_with_web_identity(
    RoleArn=f"arn:aws:iam::{ACCOUNT}:role/web", RoleSessionName="run", WebIdentityToken=control("/token"))
assert web["SubjectFromWebIdentityToken"] == "ann"
assert client("sts", web["Credentials"]).get_caller_identity()["Arn"].endswith(":assumed-role/web/run")

# So does an assertion, once, at the time when it was made.
samples = pathlib.Path(__file__).parents[3] / "vectors/saml"
example = root.create_saml_provider(Name="Example", SAMLMetadataDocument=(samples / "metadata.xml").read_text())
ways = ["sts:AssumeRoleWithSAML", "sts:TagSession", "sts:SetSourceIdentity"]
root.create_role(RoleName="Reader", AssumeRolePolicyDocument=document(
    ways, {"Federated": example["SAMLProviderArn"]},
    StringEquals={"SAML:aud": "https://signin.aws.amazon.com/saml"}))
nobody = boto3.client("sts", config=ONE_TRY.merge(Config(signature_version=UNSIGNED)))


def vouched_for(name):
    assertion = base64.b64encode((samples / name).read_bytes()).decode()
    return nobody.assume_role_with_saml(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/Reader",
                                        PrincipalArn=example["SAMLProviderArn"], SAMLAssertion=assertion)


with refused("ExpiredTokenException"):
    vouched_for("good/assertion-signed.xml")
control(f"/clock/{1_440_938_160 - int(time.time())}")
reader = vouched_for("good/assertion-signed.xml")
assert reader["SourceIdentity"] == reader["Subject"] == "ann", reader
assert reader["AssumedRoleUser"]["Arn"].endswith(":assumed-role/Reader/ann@example.com")
with refused("InvalidIdentityToken"):
    vouched_for("good/assertion-signed.xml")
with refused("InvalidIdentityToken"):
    vouched_for("bad/other-key.xml")
control("/clock/0")
with refused("ExpiredToken"):
    client("sts", reader["Credentials"]).get_caller_identity()

# Credentials end, and say so.
control("/clock/-840")
last = ann.assume_role(RoleArn=ROLE, RoleSessionName="s2", ExternalId="agreed", DurationSeconds=900)["Credentials"]
client("sts", last).get_caller_identity()
control("/clock/120")
for call in [client("sts", last).get_caller_identity, client("iam", last).list_users]:
    with refused("ExpiredToken"):
        call()
print("the life of a session is complete")
