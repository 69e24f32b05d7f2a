#!/usr/bin/env bash
# What the aws command is told when it signs wrongly, each time in another way: $1 is the program. The environment names
# the gateway, which serves us-east-1 alone, and holds the root key. A line says what was wrong, and the cause that the
# gateway named.
set -euo pipefail

aws=$1
root_id=$AWS_ACCESS_KEY_ID
root_secret=$AWS_SECRET_ACCESS_KEY

# aws-cli v2 reads the endpoint from the environment only in its newer releases, hence the option.
asked() { "$aws" --endpoint-url "$AWS_ENDPOINT_URL" --output text "$@"; }
as_root() { AWS_ACCESS_KEY_ID=$root_id AWS_SECRET_ACCESS_KEY=$root_secret asked iam "$@"; }

# cause ARGUMENT...: the cause of a refusal, if it is one, out of what the program logs of the answer's head. `clock` is
# another clock than the machine's.
cause() {
    local log pattern="[Xx]-[Cc]ountersign-[Cc]ause': '([^']*)'"
    if log=$(${clock:+faketime -f "$clock"} "$aws" --debug --endpoint-url "$AWS_ENDPOINT_URL" "$@" 2>&1); then
        echo none
    elif [[ $log =~ $pattern ]]; then
        echo "${BASH_REMATCH[1]}"
    else
        echo "$log" >&2
        return 1
    fi
}

# refused FAULT ARGUMENT...
refused() { echo "refused | $1 | $(cause "${@:2}")"; }
who=(sts get-caller-identity)

as_root create-user --user-name ann --query User.UserName
made() { as_root create-access-key --user-name ann --query 'AccessKey.[AccessKeyId,SecretAccessKey]'; }
read -r key secret < <(made)
read -r new _ < <(made)
export AWS_ACCESS_KEY_ID=$key AWS_SECRET_ACCESS_KEY=$secret AWS_MAX_ATTEMPTS=1
[[ $(cause "${who[@]}") == none ]]

AWS_SECRET_ACCESS_KEY=$secret$'\n' refused 'the secret ends in a newline' "${who[@]}"
AWS_SECRET_ACCESS_KEY=\"$secret\" refused 'the secret is in quotes' "${who[@]}"
refused 'the region is another' "${who[@]}" --region eu-central-1
refused 'the region is a zone' "${who[@]}" --region us-east-1a
refused 'the service is another' sns list-topics
clock=-1h refused 'the clock is an hour behind' "${who[@]}"
clock=+1h refused 'the clock is an hour ahead' "${who[@]}"
clock=+20m refused 'the clock is 20 minutes ahead' "${who[@]}"
AWS_ACCESS_KEY_ID=$new refused 'the key is new, its secret the old one' "${who[@]}"
as_root update-access-key --user-name ann --access-key-id "$key" --status Inactive
refused 'the key was switched off' "${who[@]}"
as_root delete-access-key --user-name ann --access-key-id "$key"
refused 'the key was deleted' "${who[@]}"
echo 'every refusal is explained'
