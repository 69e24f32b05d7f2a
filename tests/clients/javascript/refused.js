// What the JavaScript SDK is told when it signs wrongly, each time in another way. The environment names the gateway,
// which serves us-east-1 alone, and holds the root key; the first argument is the folder of the SDK. A line says what was
// wrong, and the cause that the gateway named.

import { createRequire } from "node:module";
import { join } from "node:path";

const installed = createRequire(join(process.argv[2], "package.json"));
const iamSdk = installed("@aws-sdk/client-iam");
const { GetCallerIdentityCommand, STSClient } = installed("@aws-sdk/client-sts");

const MINUTE = 60_000;
const root = new iamSdk.IAMClient({ maxAttempts: 1 });
const iam = (name, input) => root.send(new iamSdk[`${name}Command`](input));

// The cause of the refusal of a call.
const cause = async (credentials, settings = {}) => {
  const sts = new STSClient({ maxAttempts: 1, credentials, ...settings });
  try {
    await sts.send(new GetCallerIdentityCommand({}));
  } catch (error) {
    return error.$response.headers["x-countersign-cause"];
  }
  return "none";
};
const refused = async (fault, ...call) => console.log(`refused | ${fault} | ${await cause(...call)}`);

await iam("CreateUser", { UserName: "ann" });
const made = async () => (await iam("CreateAccessKey", { UserName: "ann" })).AccessKey;
const { AccessKeyId, SecretAccessKey } = await made();
const { AccessKeyId: next } = await made();
const pair = (accessKeyId, secretAccessKey) => ({ accessKeyId, secretAccessKey });
const old = pair(AccessKeyId, SecretAccessKey);
if ((await cause(old)) !== "none") throw new Error("a key that is right is refused");

await refused("the secret ends in a newline", pair(AccessKeyId, `${SecretAccessKey}\n`));
await refused("the secret is in quotes", pair(AccessKeyId, `"${SecretAccessKey}"`));
await refused("the region is another", old, { region: "eu-central-1" });
await refused("the region is a zone", old, { region: "us-east-1a" });
await refused("the service is another", old, { signingName: "s3" });
await refused("the clock is an hour behind", old, { systemClockOffset: -60 * MINUTE });
await refused("the clock is an hour ahead", old, { systemClockOffset: 60 * MINUTE });
await refused("the clock is 20 minutes ahead", old, { systemClockOffset: 20 * MINUTE });
await refused("the key is new, its secret the old one", pair(next, SecretAccessKey));
await iam("UpdateAccessKey", { UserName: "ann", AccessKeyId, Status: "Inactive" });
await refused("the key was switched off", old);
await iam("DeleteAccessKey", { UserName: "ann", AccessKeyId });
await refused("the key was deleted", old);
console.log("every refusal is explained");
