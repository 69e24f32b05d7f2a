// Temporary credentials as the JavaScript SDK sees them. The environment names the gateway, holds the root key, and names
// where the gateway's clock is set and where an identity provider's tokens are to be had. The first argument is the folder
// of the SDK.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const installed = createRequire(join(process.argv[2], "package.json"));
const iamSdk = installed("@aws-sdk/client-iam");
const stsSdk = installed("@aws-sdk/client-sts");
const { fromTemporaryCredentials, fromTokenFile, fromWebToken } = installed("@aws-sdk/credential-providers");

const ACCOUNT = process.env.COUNTERSIGN_ACCOUNT;
const control = async (path) => (await fetch(process.env.COUNTERSIGN_CONTROL + path)).text();
const iam = (name, input, credentials) =>
  new iamSdk.IAMClient({ maxAttempts: 1, credentials }).send(new iamSdk[`${name}Command`](input));
const who = (credentials) =>
  new stsSdk.STSClient({ maxAttempts: 1, credentials }).send(new stsSdk.GetCallerIdentityCommand({}));
const policy = (statement) =>
  JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", ...statement } });

await iam("CreateUser", { UserName: "ann" });
const { AccessKey } = await iam("CreateAccessKey", { UserName: "ann" });
const ann = { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
const RoleArn = `arn:aws:iam::${ACCOUNT}:role/deploy`;
const trust = { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/ann` }, Action: "sts:AssumeRole" };
await iam("CreateRole", { RoleName: "deploy", AssumeRolePolicyDocument: policy(trust) });
await iam("PutRolePolicy", {
  RoleName: "deploy",
  PolicyName: "read",
  PolicyDocument: policy({ Action: "iam:List*", Resource: "*" }),
});

// A provider of credentials assumes the role, signs, and renews them when they are about to end.
const assumes = (seconds, name) =>
  fromTemporaryCredentials({
    masterCredentials: ann,
    params: { RoleArn, RoleSessionName: name, DurationSeconds: seconds },
  });
assert.equal((await who(assumes(3600, "js"))).Arn, `arn:aws:sts::${ACCOUNT}:assumed-role/deploy/js`);
assert.deepEqual((await iam("ListUsers", {}, assumes(3600, "js"))).Users.map((user) => user.UserName), ["ann"]);
await assert.rejects(iam("CreateUser", { UserName: "bob" }, assumes(3600, "js")), { name: "AccessDenied" });
const ids = new Set();
let provided = 0;
const counted = () => {
  provided += 1;
  return assumes(900, "js")().then((credentials) => {
    ids.add(credentials.accessKeyId);
    // As if they had been made long ago.
    return provided === 1 ? { ...credentials, expiration: new Date(Date.now() + 1000) } : credentials;
  });
};
const renewing = new stsSdk.STSClient({ maxAttempts: 1, credentials: counted });
for (let call = 0; call < 2; call += 1) await renewing.send(new stsSdk.GetCallerIdentityCommand({}));
assert.equal(ids.size, 2, "credentials that are about to end are renewed");

// A token in a file is enough where a provider vouches.
await iam("CreateOpenIDConnectProvider", { Url: "https://id.example.com", ClientIDList: ["app"] });
const federated = {
  Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/id.example.com` },
  Action: "sts:AssumeRoleWithWebIdentity",
};
await iam("CreateRole", { RoleName: "web", AssumeRolePolicyDocument: policy(federated) });
const webIdentityTokenFile = join(process.env.HOME, "token");
writeFileSync(webIdentityTokenFile, await control("/token"));
const web = fromTokenFile({
  webIdentityTokenFile,
  roleArn: `arn:aws:iam::${ACCOUNT}:role/web`,
  roleSessionName: "file",
});
assert.equal((await who(web)).Arn, `arn:aws:sts::${ACCOUNT}:assumed-role/web/file`);
const webIdentityToken = await control("/token");
const told = fromWebToken({ webIdentityToken, roleArn: `arn:aws:iam::${ACCOUNT}:role/web`, roleSessionName: "told" });
assert.equal((await who(told)).Arn, `arn:aws:sts::${ACCOUNT}:assumed-role/web/told`);

// A client renews by itself what STS says is about to end, and keeps what lasts.
await control("/clock/-840");
const signers = [];
const lasting = new stsSdk.STSClient({ maxAttempts: 1, credentials: assumes(900, "lasting") });
lasting.middlewareStack.add(
  (next) => (call) => {
    signers.push(/Credential=(\w+)/.exec(call.request.headers.authorization)[1]);
    return next(call);
  },
  { step: "finalizeRequest", priority: "low" },
);
const asks = () => lasting.send(new stsSdk.GetCallerIdentityCommand({}));
await asks();
await control("/clock/0");
while (new Set(signers).size < 2 && signers.length < 9) await asks();
await asks();
assert.equal(new Set(signers).size, 2, "credentials with a minute left are renewed, those with a quarter of an hour are not");

// Credentials end, and say so.
await control("/clock/-840");
const last = await assumes(900, "late")();
const { expiration, ...fixed } = last;
assert.ok(expiration instanceof Date);
await who(fixed);
await control("/clock/120");
await assert.rejects(who(fixed), { name: "ExpiredToken" });
await assert.rejects(iam("ListUsers", {}, fixed), { name: "ExpiredToken" });
console.log("the life of a session is complete");
