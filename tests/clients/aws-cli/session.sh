#!/usr/bin/env bash
# Temporary credentials as the aws command sees them: $1 is the program. The environment names the gateway, holds the root
# key, and names where the gateway's clock is set and where an identity provider's tokens are to be had.
set -euo pipefail

aws=$1
account=$COUNTERSIGN_ACCOUNT

# aws-cli v2 reads the endpoint from the environment only in its newer releases, hence the option. What it assumes a
# profile's role with, it looks for in the profile.
asked() { "$aws" --endpoint-url "$AWS_ENDPOINT_URL" --output text "$@"; }
as_profile() {
    local profile=$1
    shift
    env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY AWS_PROFILE="$profile" "$aws" --endpoint-url "$AWS_ENDPOINT_URL" \
        --output text "$@"
}
control() { python3 -c 'import sys, urllib.request; sys.stdout.write(urllib.request.urlopen(sys.argv[1]).read().decode())' "$COUNTERSIGN_CONTROL$1"; }

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

trusting() {
    echo "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Principal\":$1,\"Action\":\"$2\"}}"
}

allowing='{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'
asked iam create-user --user-name ann --query User.UserName
asked iam put-user-policy --user-name ann --policy-name all --policy-document "$allowing"
read -r key secret < <(asked iam create-access-key --user-name ann --query 'AccessKey.[AccessKeyId,SecretAccessKey]')
asked iam create-role --role-name deploy --query Role.RoleName \
    --assume-role-policy-document "$(trusting "{\"AWS\":\"arn:aws:iam::$account:user/ann\"}" sts:AssumeRole)"
asked iam put-role-policy --role-name deploy --policy-name all --policy-document "$allowing"
asked iam create-role --role-name audit --query Role.RoleName \
    --assume-role-policy-document "$(trusting "{\"AWS\":\"arn:aws:iam::$account:role/deploy\"}" sts:AssumeRole)"
asked iam create-open-id-connect-provider --url https://id.example.com --client-id-list app \
    --thumbprint-list 0000000000000000000000000000000000000000
asked iam create-role --role-name web --query Role.RoleName --assume-role-policy-document \
    "$(trusting "{\"Federated\":\"arn:aws:iam::$account:oidc-provider/id.example.com\"}" sts:AssumeRoleWithWebIdentity)"

# By hand: the credentials are taken into the environment.
assume() { AWS_ACCESS_KEY_ID=$key AWS_SECRET_ACCESS_KEY=$secret asked sts assume-role --role-arn "arn:aws:iam::$account:role/deploy" "$@"; }
names='Credentials.[AccessKeyId,SecretAccessKey,SessionToken]'
read -r id hidden token < <(assume --role-session-name hand --query "$names")
as_session() { AWS_ACCESS_KEY_ID=$id AWS_SECRET_ACCESS_KEY=$hidden AWS_SESSION_TOKEN=$token asked "$@"; }
is "$(as_session sts get-caller-identity --query Arn)" "arn:aws:sts::$account:assumed-role/deploy/hand"
is "$(as_session iam list-users --query 'Users[].UserName')" ann
AWS_ACCESS_KEY_ID=$id AWS_SECRET_ACCESS_KEY=$hidden refused InvalidClientTokenId asked sts get-caller-identity
refused 'Cannot call GetSessionToken with session credentials' as_session sts get-session-token

# By profiles: a role, a role of that role, a process that knows credentials, and a file with a token.
cat > "$HOME/process.sh" <<'END'
#!/usr/bin/env bash
"$1" --endpoint-url "$AWS_ENDPOINT_URL" sts assume-role --role-arn "$2" --role-session-name process --output json \
    --query '{Version: `1`, AccessKeyId: Credentials.AccessKeyId, SecretAccessKey: Credentials.SecretAccessKey, SessionToken: Credentials.SessionToken, Expiration: Credentials.Expiration}'
END
chmod +x "$HOME/process.sh"
cat > "$HOME/config" <<END
[profile ann]
aws_access_key_id = $key
aws_secret_access_key = $secret

[profile deploy]
role_arn = arn:aws:iam::$account:role/deploy
role_session_name = profile
source_profile = ann

[profile audit]
role_arn = arn:aws:iam::$account:role/audit
role_session_name = chained
source_profile = deploy

[profile process]
credential_process = env AWS_PROFILE=ann $HOME/process.sh $aws arn:aws:iam::$account:role/deploy

[profile web]
role_arn = arn:aws:iam::$account:role/web
role_session_name = file
web_identity_token_file = $HOME/token
END
export AWS_CONFIG_FILE=$HOME/config
control /token > "$HOME/token"
profiles=(deploy/profile:deploy audit/chained:audit deploy/process:process web/file:web)
# Before 2.13 the program asks AWS itself for the role of a profile, whatever the environment says.
[[ $("$aws" --version 2>&1) =~ ^aws-cli/2\.([0-9]|1[0-2])\. ]] && profiles=(deploy/process:process)
for profile in "${profiles[@]}"; do
    is "$(as_profile "${profile#*:}" sts get-caller-identity --query Arn)" "arn:aws:sts::$account:assumed-role/${profile%:*}"
done

# By the environment alone, as a pod has it; a token that nobody signed is not believed.
as_pod() {
    env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY AWS_ROLE_ARN="arn:aws:iam::$account:role/web" \
        AWS_ROLE_SESSION_NAME=pod AWS_WEB_IDENTITY_TOKEN_FILE="$HOME/token" \
        "$aws" --endpoint-url "$AWS_ENDPOINT_URL" --output text "$@"
}
if [[ ${#profiles[@]} -gt 1 ]]; then
    is "$(as_pod sts get-caller-identity --query Arn)" "arn:aws:sts::$account:assumed-role/web/pod"
    signed=$(< "$HOME/token")
    echo "${signed%.*}.AAAA" > "$HOME/token"
    refused '(InvalidIdentityToken)' as_pod sts get-caller-identity
fi

# Credentials end, and say so.
control /clock/-840
read -r id hidden token < <(assume --role-session-name late --duration-seconds 900 --query "$names")
as_session sts get-caller-identity --query Arn
control /clock/120
refused '(ExpiredToken)' as_session sts get-caller-identity
refused '(ExpiredToken)' as_session iam list-users
echo "the life of a session is complete"
