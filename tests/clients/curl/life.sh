#!/usr/bin/env bash
# The life of an access key as curl sees it, which signs the host and the date and nothing else. The environment names
# the gateway and holds the root key.
set -euo pipefail

account=$COUNTERSIGN_ACCOUNT
root=$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY
iam='Version=2010-05-08'
sts='Version=2011-06-15'
invalid='The security token included in the request is invalid.'

fail() {
    echo "line ${BASH_LINENO[*]}: $1" >&2
    exit 1
}

# asked PAIR SERVICE ARGUMENT...: the body of the answer, and its status on a line of its own.
asked() {
    local pair=$1 service=$2
    shift 2
    curl --silent --show-error --max-time 20 --aws-sigv4 "aws:amz:us-east-1:$service" --user "$pair" \
        --write-out '\n%{http_code}\n' "$@" "$AWS_ENDPOINT_URL/${query:-}"
}

# says STATUS TEXT PAIR SERVICE ARGUMENT...: the answer has the status and holds the text; it stays in `answer`.
says() {
    local status=$1 text=$2
    shift 2
    answer=$(asked "$@")
    [[ ${answer##*$'\n'} == "$status" ]] || fail "status ${answer##*$'\n'}, not $status: $answer"
    [[ $answer == *"$text"* ]] || fail "'$answer' lacks '$text'"
}

# element NAME: what the first such element of the last answer holds.
element() {
    local rest=${answer#*"<$1>"}
    echo "${rest%%"</$1>"*}"
}

whoami() { says "$1" "$2" "$pair" sts --data "Action=GetCallerIdentity&$sts"; }

says 200 "<Arn>arn:aws:iam::$account:root</Arn>" "$root" sts --data "Action=GetCallerIdentity&$sts"

# A user with a key: the key signs, and may do nothing else.
arn=arn:aws:iam::$account:user/staff/Ann
says 200 "<Arn>$arn</Arn>" "$root" iam --data "Action=CreateUser&$iam&UserName=Ann" --data-urlencode Path=/staff/
says 200 '<Status>Active</Status>' "$root" iam --data "Action=CreateAccessKey&$iam&UserName=Ann"
key=$(element AccessKeyId)
pair=$key:$(element SecretAccessKey)
whoami 200 "<Arn>$arn</Arn>"
says 403 "User: $arn is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::$account:user/ because no \
identity-based policy allows the iam:ListUsers action" "$pair" iam --data "Action=ListUsers&$iam"
says 403 '<Code>SignatureDoesNotMatch</Code>' "$key:0000000000000000000000000000000000000000" sts \
    --data "Action=GetCallerIdentity&$sts"

# The same in the query, and in JSON.
query="?Action=GetCallerIdentity&$sts" says 200 "<Arn>$arn</Arn>" "$pair" sts
says 200 "\"Arn\":\"$arn\"" "$pair" sts --header 'Accept: application/json' --data "Action=GetCallerIdentity&$sts"

# Disabled, refused; enabled, back.
says 200 '<UpdateAccessKeyResponse' "$root" iam --data "Action=UpdateAccessKey&$iam&UserName=Ann&AccessKeyId=$key&Status=Inactive"
whoami 403 "<Message>$invalid</Message>"
[[ $(element Code) == InvalidClientTokenId ]] || fail "$answer"
says 200 '<Status>Inactive</Status>' "$root" iam --data "Action=ListAccessKeys&$iam&UserName=Ann"
says 200 '<UpdateAccessKeyResponse' "$root" iam --data "Action=UpdateAccessKey&$iam&UserName=Ann&AccessKeyId=$key&Status=Active"
whoami 200 "<Arn>$arn</Arn>"
says 200 '<ServiceName>sts</ServiceName>' "$root" iam --data "Action=GetAccessKeyLastUsed&$iam&AccessKeyId=$key"

# A new name: the same key, the new ARN at once.
says 200 '<UpdateUserResponse' "$root" iam --data "Action=UpdateUser&$iam&UserName=Ann&NewUserName=Ann.Smith"
whoami 200 "<Arn>arn:aws:iam::$account:user/staff/Ann.Smith</Arn>"

# Tags and pages.
says 200 '<TagUserResponse' "$root" iam --data "Action=TagUser&$iam&UserName=Ann.Smith&Tags.member.1.Key=seat" \
    --data-urlencode 'Tags.member.1.Value=3 + 4'
says 200 '<Value>3 + 4</Value>' "$root" iam --data "Action=ListUserTags&$iam&UserName=Ann.Smith"
says 200 '<Path>/&lt;r&amp;d&gt;/</Path>' "$root" iam --data "Action=CreateUser&$iam&UserName=bob" \
    --data-urlencode 'Path=/<r&d>/'
says 200 '<IsTruncated>true</IsTruncated>' "$root" iam --data "Action=ListUsers&$iam&MaxItems=1"
[[ $(element UserName) == Ann.Smith ]] || fail "$answer"
says 200 '<UserName>bob</UserName>' "$root" iam --data "Action=ListUsers&$iam&MaxItems=1" \
    --data-urlencode "Marker=$(element Marker)"
[[ $(element IsTruncated) == false && $answer != *Ann.Smith* ]] || fail "$answer"

# The end: the key first, then the user.
says 409 '<Code>DeleteConflict</Code>' "$root" iam --data "Action=DeleteUser&$iam&UserName=Ann.Smith"
says 200 '<DeleteAccessKeyResponse' "$root" iam --data "Action=DeleteAccessKey&$iam&UserName=Ann.Smith&AccessKeyId=$key"
whoami 403 "<Message>$invalid</Message>"
says 200 '<DeleteUserResponse' "$root" iam --data "Action=DeleteUser&$iam&UserName=Ann.Smith"
says 404 'The user with name Ann.Smith cannot be found.' "$root" iam --data "Action=GetUser&$iam&UserName=Ann.Smith"

# Unsigned, nothing is told.
answer=$(curl --silent --max-time 20 --data "Action=GetCallerIdentity&$sts" "$AWS_ENDPOINT_URL/")
[[ $(element Code) == MissingAuthenticationToken ]] || fail "$answer"
echo 'the life of a key is complete'
