"""What boto3 is told where a proxy stands between it and the gateway. The environment names the gateway and holds the
root key; each argument is the name of a proxy's fault and the address of that proxy, as NAME=URL, or a URL and the proxy
that is asked for it, as NAME=URL by way of PROXY. A line tells the cause that the gateway named."""

import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

ONE_TRY = Config(retries={"total_max_attempts": 1}, connect_timeout=10, read_timeout=20)


def cause(url, proxy):
    """The cause of the refusal of a call to this address, by way of that proxy if there is one."""
    config = ONE_TRY.merge(Config(proxies={"http": proxy})) if proxy else ONE_TRY
    iam = boto3.client("iam", endpoint_url=url, config=config)
    heads = []
    # Not every refusal has a body that boto3 can read, but each has a head.
    iam.meta.events.register("before-parse", lambda response_dict, **_: heads.append(response_dict["headers"]))
    try:
        iam.tag_user(UserName="ann", Tags=[{"Key": "seat", "Value": "3 + 4 / 5"}])
    except (ClientError, ResponseParserError):
        return heads[0].get("x-countersign-cause", "unexplained")
    return "none"


boto3.client("iam", config=ONE_TRY).create_user(UserName="ann")
for fault, url in (argument.split("=", 1) for argument in sys.argv[1:]):
    url, _, proxy = url.partition(" by way of ")
    print(f"refused | {fault} | {cause(url, proxy)}")
print("every refusal is explained")
