#!/usr/bin/env bash
# The life of an access key as awscurl sees it: $1 is the program. The environment names the gateway and holds the root
# key.
set -euo pipefail

awscurl=$1
account=$COUNTERSIGN_ACCOUNT
root_id=$AWS_ACCESS_KEY_ID
root_secret=$AWS_SECRET_ACCESS_KEY
iam='Version=2010-05-08'
who="Action=GetCallerIdentity&Version=2011-06-15"
invalid='The security token included in the request is invalid.'

fail() {
    echo "line ${BASH_LINENO[*]}: $1" >&2
    exit 1
}

# says TEXT WHO SERVICE FORM: the answer holds the text; it stays in `answer`. Who is `root` or `ann`.
says() {
    local text=$1 id=$root_id secret_key=$root_secret
    if [[ $2 == ann ]]; then id=$key secret_key=$secret; fi
    answer=$("$awscurl" --service "$3" --region us-east-1 --access_key "$id" --secret_key "$secret_key" --request POST \
        --header 'Content-Type: application/x-www-form-urlencoded' --data "$4" "$AWS_ENDPOINT_URL/") || true
    [[ $answer == *"$text"* ]] || fail "'$answer' lacks '$text'"
}

# element NAME: what the first such element of the last answer holds.
element() {
    local rest=${answer#*"<$1>"}
    echo "${rest%%"</$1>"*}"
}

says "<Arn>arn:aws:iam::$account:root</Arn>" root sts "$who"

# A user with a key: the key signs, and may do nothing else.
arn=arn:aws:iam::$account:user/staff/Ann
says "<Arn>$arn</Arn>" root iam "Action=CreateUser&$iam&UserName=Ann&Path=/staff/"
says '<Status>Active</Status>' root iam "Action=CreateAccessKey&$iam&UserName=Ann"
key=$(element AccessKeyId)
secret=$(element SecretAccessKey)
says "<Arn>$arn</Arn>" ann sts "$who"
says "User: $arn is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::$account:user/ because no \
identity-based policy allows the iam:ListUsers action" ann iam "Action=ListUsers&$iam"
true_secret=$secret
secret=${secret:1}${secret:0:1}
says '<Code>SignatureDoesNotMatch</Code>' ann sts "$who"
secret=$true_secret

# Disabled, refused; enabled, back.
says '<UpdateAccessKeyResponse' root iam "Action=UpdateAccessKey&$iam&UserName=Ann&AccessKeyId=$key&Status=Inactive"
says "<Message>$invalid</Message>" ann sts "$who"
[[ $(element Code) == InvalidClientTokenId ]] || fail "$answer"
says '<UpdateAccessKeyResponse' root iam "Action=UpdateAccessKey&$iam&UserName=Ann&AccessKeyId=$key&Status=Active"
says "<Arn>$arn</Arn>" ann sts "$who"

# A new name: the same key, the new ARN at once. A comma and an at-sign are part of a name.
says '<UpdateUserResponse' root iam "Action=UpdateUser&$iam&UserName=Ann&NewUserName=ann,s@example.org"
says "<Arn>arn:aws:iam::$account:user/staff/ann,s@example.org</Arn>" ann sts "$who"
name='ann,s@example.org'

# The end: the key first, then the user.
says '<Code>DeleteConflict</Code>' root iam "Action=DeleteUser&$iam&UserName=$name"
says '<DeleteAccessKeyResponse' root iam "Action=DeleteAccessKey&$iam&UserName=$name&AccessKeyId=$key"
says "<Message>$invalid</Message>" ann sts "$who"
says '<DeleteUserResponse' root iam "Action=DeleteUser&$iam&UserName=$name"
says "The user with name $name cannot be found." root iam "Action=GetUser&$iam&UserName=$name"
echo 'the life of a key is complete'
