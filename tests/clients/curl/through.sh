#!/usr/bin/env bash
# What curl is told where a proxy stands between it and the gateway. The environment names the gateway and holds the root
# key; each argument is the name of a proxy's fault and the address of that proxy, as NAME=URL. A line tells the cause that
# the gateway named.
set -euo pipefail

# asked URL ARGUMENT...: the answer with its head.
asked() {
    curl --silent --show-error --include ${follow:-} --max-time 20 --aws-sigv4 aws:amz:us-east-1:iam \
        --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --data Version=2010-05-08 --data UserName=cyd "${@:2}" "$1/"
}

# cause URL: the cause of the refusal of a call by way of this address, if it is one.
cause() {
    local answer line
    answer=$(asked "$1" --data Action=TagUser --data Tags.member.1.Key=seat \
        --data-urlencode 'Tags.member.1.Value=3 + 4 / 5')
    line=$(grep -i '^x-countersign-cause: ' <<< "$answer") || line='x: none'
    [[ $line != 'x: none' || $answer == *'<TagUserResponse'* ]] || line='x: unexplained'
    line=${line%$'\r'}
    echo "${line#*: }"
}

asked "$AWS_ENDPOINT_URL" --data Action=CreateUser --fail >/dev/null
for argument; do
    follow=
    [[ $argument != *redirect* ]] || follow=--location
    echo "refused | ${argument%%=*} | $(cause "${argument#*=}")"
done
echo 'every refusal is explained'
