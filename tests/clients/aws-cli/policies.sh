#!/usr/bin/env bash
# Policies as the aws command sees them: $1 is the program. The environment names the gateway and holds the root key.
set -euo pipefail

aws=$1
account=$COUNTERSIGN_ACCOUNT
root_id=$AWS_ACCESS_KEY_ID
root_secret=$AWS_SECRET_ACCESS_KEY

# aws-cli v2 reads the endpoint from the environment only in its newer releases, hence the option.
asked() { "$aws" --endpoint-url "$AWS_ENDPOINT_URL" --output text "$@"; }
as_root() { AWS_ACCESS_KEY_ID=$root_id AWS_SECRET_ACCESS_KEY=$root_secret asked "$@"; }
as_user() { AWS_ACCESS_KEY_ID=$key AWS_SECRET_ACCESS_KEY=$secret asked "$@"; }

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

# not_allowed USER ACTION RESOURCE: the sentence of a refusal where no policy allows the action.
not_allowed() {
    echo "(AccessDenied) when calling the $2 operation: User: arn:aws:iam::$account:user/$1 is not authorized to" \
        "perform: iam:$2 on resource: $3 because no identity-based policy allows the iam:$2 action"
}

# new_key COMMAND...: a key pair, by whoever asks for it.
new_key() {
    read -r key secret < <("$@" --query 'AccessKey.[AccessKeyId,SecretAccessKey]')
    [[ $key =~ ^AKIA[A-Z2-7]{16}$ ]] || fail "no key pair: $key"
}

# A group with one of AWS's policies: who is in it may read, and write nothing.
as_root iam create-group --group-name admins --query Group.GroupName
as_root iam attach-group-policy --group-name admins --policy-arn arn:aws:iam::aws:policy/IAMReadOnlyAccess
as_root iam create-user --user-name ann --query User.UserName
new_key as_root iam create-access-key --user-name ann
refused "$(not_allowed ann ListUsers "arn:aws:iam::$account:user/")" as_user iam list-users
as_root iam add-user-to-group --group-name admins --user-name ann
is "$(as_user iam list-users --query 'Users[].UserName')" ann
is "$(as_user iam get-group --group-name admins --query 'Users[].UserName')" ann
refused "$(not_allowed ann CreateUser "arn:aws:iam::$account:user/bob")" as_user iam create-user --user-name bob
refused "$(not_allowed ann RemoveUserFromGroup 'group admins')" \
    as_user iam remove-user-from-group --group-name admins --user-name ann
as_root iam remove-user-from-group --group-name admins --user-name ann
refused "$(not_allowed ann ListUsers "arn:aws:iam::$account:user/")" as_user iam list-users

# A policy inside a group, with a variable: everyone in it turns their own keys over, and nobody else's.
as_root iam create-group --group-name turners --query Group.GroupName
as_root iam put-group-policy --group-name turners --policy-name own-keys --policy-document '{"Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "iam:*AccessKey*", "Resource": "arn:aws:iam::*:user/${aws:username}"}}'
as_root iam create-user --user-name rob --query User.UserName
as_root iam add-user-to-group --group-name turners --user-name rob
new_key as_root iam create-access-key --user-name rob
old=$key
new_key as_user iam create-access-key
[[ $key != "$old" ]] || fail 'the old key again'
# Of keys that were made in one second neither is the older.
keys=$(as_user iam list-access-keys --user-name rob --query 'sort(AccessKeyMetadata[].AccessKeyId)')
is "$keys" "$(printf '%s\n' "$old" "$key" | LC_ALL=C sort | paste -sd '\t')"
as_user iam delete-access-key --access-key-id "$old"
is "$(as_user iam list-access-keys --query 'AccessKeyMetadata[].AccessKeyId')" "$key"
refused "$(not_allowed rob CreateAccessKey 'user ann')" as_user iam create-access-key --user-name ann
refused "$(not_allowed rob ListAccessKeys 'user ann')" as_user iam list-access-keys --user-name ann
refused "$(not_allowed rob GetUser 'user rob')" as_user iam get-user

# A Deny in a policy of one's own counts for more than what the group allows, and is told by its name.
arn=$(as_root iam create-policy --policy-name frozen --query Policy.Arn --policy-document '{"Version": "2012-10-17",
    "Statement": {"Effect": "Deny", "Action": "iam:CreateAccessKey", "Resource": "*"}}')
as_root iam attach-user-policy --user-name rob --policy-arn "$arn"
refused "with an explicit deny in an identity-based policy: $arn" as_user iam create-access-key
is "$(as_user iam list-access-keys --query 'AccessKeyMetadata[].AccessKeyId')" "$key"

# The end: nobody goes who still holds something.
refused 'must detach all policies first.' as_root iam delete-user --user-name rob
as_root iam detach-user-policy --user-name rob --policy-arn "$arn"
as_root iam delete-policy --policy-arn "$arn"
as_root iam delete-access-key --user-name rob --access-key-id "$key"
refused 'must remove users from group first.' as_root iam delete-user --user-name rob
as_root iam remove-user-from-group --group-name turners --user-name rob
as_root iam delete-user --user-name rob
refused 'must delete policies first.' as_root iam delete-group --group-name turners
as_root iam delete-group-policy --group-name turners --policy-name own-keys
as_root iam delete-group --group-name turners
echo 'the policies have decided'
