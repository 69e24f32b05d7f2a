#!/usr/bin/env bash
# What curl is told when it signs wrongly, each time in another way. The environment names the gateway, which serves
# us-east-1 alone, and holds the root key. A line says what was wrong, and the cause that the gateway named.
set -euo pipefail

root=$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY
form='Action=GetCallerIdentity&Version=2011-06-15'

# asked PAIR SCOPE ARGUMENT...: the answer with its head. `clock` is another clock than the machine's.
asked() {
    local pair=$1 scope=$2
    shift 2
    ${clock:+faketime -f "$clock"} curl --silent --show-error --include --max-time 20 --aws-sigv4 "aws:amz:$scope" \
        --user "$pair" "$@" "$AWS_ENDPOINT_URL/"
}

# cause PAIR [SCOPE]: the cause of a refusal, if it is one.
cause() {
    local line
    line=$(asked "$1" "${2:-us-east-1:sts}" --data "$form" | grep -i '^x-countersign-cause: ') || line='x: none'
    line=${line%$'\r'}
    echo "${line#*: }"
}

# refused FAULT PAIR [SCOPE]
refused() { echo "refused | $1 | $(cause "${@:2}")"; }

# iam ACTION PAIRS: root asks, and is not refused.
iam() { asked "$root" us-east-1:iam --fail --data "Action=$1&Version=2010-05-08&UserName=ann$2"; }

# element NAME TEXT: what the first such element holds.
element() {
    local rest=${2#*"<$1>"}
    echo "${rest%%"</$1>"*}"
}

iam CreateUser '' >/dev/null
old=$(iam CreateAccessKey '')
new=$(iam CreateAccessKey '')
key=$(element AccessKeyId "$old")
secret=$(element SecretAccessKey "$old")
[[ $(cause "$key:$secret") == none ]]

refused 'the secret ends in a newline' "$key:$secret"$'\n'
refused 'the secret is in quotes' "$key:\"$secret\""
refused 'the region is another' "$key:$secret" eu-central-1:sts
refused 'the region is a zone' "$key:$secret" us-east-1a:sts
refused 'the service is another' "$key:$secret" us-east-1:s3
clock=-1h refused 'the clock is an hour behind' "$key:$secret"
clock=+1h refused 'the clock is an hour ahead' "$key:$secret"
clock=+20m refused 'the clock is 20 minutes ahead' "$key:$secret"
refused 'the key is new, its secret the old one' "$(element AccessKeyId "$new"):$secret"
iam UpdateAccessKey "&AccessKeyId=$key&Status=Inactive" >/dev/null
refused 'the key was switched off' "$key:$secret"
iam DeleteAccessKey "&AccessKeyId=$key" >/dev/null
refused 'the key was deleted' "$key:$secret"
echo 'every refusal is explained'
