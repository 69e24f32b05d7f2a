#!/usr/bin/env bash
# The life of an access key as the aws command sees it: $1 is the program. The environment names the gateway and holds
# the root key.
set -euo pipefail

aws=$1
account=$COUNTERSIGN_ACCOUNT
root_id=$AWS_ACCESS_KEY_ID
root_secret=$AWS_SECRET_ACCESS_KEY
invalid='(InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token included in the request is invalid.'

# aws-cli v2 reads the endpoint from the environment only in its newer releases, hence the option.
asked() { "$aws" --endpoint-url "$AWS_ENDPOINT_URL" --output text "$@"; }
as_root() { AWS_ACCESS_KEY_ID=$root_id AWS_SECRET_ACCESS_KEY=$root_secret asked "$@"; }
as_ann() { AWS_ACCESS_KEY_ID=$key AWS_SECRET_ACCESS_KEY=$secret asked "$@"; }

fail() {
    echo "line ${BASH_LINENO[*]}: $1" >&2
    exit 1
}

is() { [[ $1 == "$2" ]] || fail "'$1', not '$2'"; }

# refused SENTENCE COMMAND...: the command fails, and its complaint holds the sentence.
refused() {
    local sentence=$1 said
    shift
    if said=$("$@" 2>&1); then fail "not refused: $*"; fi
    [[ $said == *"$sentence"* ]] || fail "'$said' lacks '$sentence'"
}

is "$(as_root sts get-caller-identity --query Arn)" "arn:aws:iam::$account:root"

# A user with a key: the key signs, and may do nothing else.
arn=$(as_root iam create-user --user-name Ann --path /staff/ --tags Key=team,Value=red --query User.Arn)
is "$arn" "arn:aws:iam::$account:user/staff/Ann"
read -r key secret < <(as_root iam create-access-key --user-name Ann --query 'AccessKey.[AccessKeyId,SecretAccessKey]')
[[ $key =~ ^AKIA[A-Z2-7]{16}$ && ${#secret} -eq 40 ]] || fail "no key pair: $key"
is "$(as_ann sts get-caller-identity --query Arn)" "$arn"
refused "(AccessDenied) when calling the ListUsers operation: User: $arn is not authorized to perform: iam:ListUsers on \
resource: arn:aws:iam::$account:user/ because no identity-based policy allows the iam:ListUsers action" as_ann iam list-users
wrong() { secret=${secret:1}${secret:0:1} as_ann sts get-caller-identity; }
refused '(SignatureDoesNotMatch)' wrong

# Disabled, refused; enabled, back.
as_root iam update-access-key --user-name Ann --access-key-id "$key" --status Inactive
is "$(as_root iam list-access-keys --user-name Ann --query 'AccessKeyMetadata[].[AccessKeyId,Status]')" "$key"$'\t'Inactive
refused "$invalid" as_ann sts get-caller-identity
as_root iam update-access-key --user-name Ann --access-key-id "$key" --status Active
is "$(as_ann sts get-caller-identity --query Arn)" "$arn"
is "$(as_root iam get-access-key-last-used --access-key-id "$key" --query AccessKeyLastUsed.ServiceName)" sts

# A new name: the same key, the new ARN at once.
as_root iam update-user --user-name Ann --new-user-name Ann.Smith
is "$(as_ann sts get-caller-identity --query Arn)" "arn:aws:iam::$account:user/staff/Ann.Smith"

# Tags and pages.
as_root iam tag-user --user-name Ann.Smith --tags Key=seat,Value='3 + 4'
is "$(as_root iam list-user-tags --user-name Ann.Smith --query 'Tags[?Key==`seat`].Value')" '3 + 4'
as_root iam untag-user --user-name Ann.Smith --tag-keys seat
as_root iam create-user --user-name bob --query User.UserName
names=$(as_root iam list-users --page-size 1 --output json --query 'Users[].UserName')
is "${names//[[:space:]]/}" '["Ann.Smith","bob"]'

# The end: the key first, then the user.
refused '(DeleteConflict)' as_root iam delete-user --user-name Ann.Smith
as_root iam delete-access-key --user-name Ann.Smith --access-key-id "$key"
refused "$invalid" as_ann sts get-caller-identity
as_root iam delete-user --user-name Ann.Smith
refused '(NoSuchEntity) when calling the GetUser operation: The user with name Ann.Smith cannot be found.' \
    as_root iam get-user --user-name Ann.Smith
echo 'the life of a key is complete'
