// What the JavaScript SDK is told where a proxy stands between it and the gateway. The environment names the gateway and
// holds the root key. The first argument is the folder of the SDK, each other one the name of a proxy's fault and the
// address of that proxy, as NAME=URL. A line tells the cause that the gateway named.

import { createRequire } from "node:module";
import { join } from "node:path";

const installed = createRequire(join(process.argv[2], "package.json"));
const { CreateUserCommand, IAMClient, TagUserCommand } = installed("@aws-sdk/client-iam");

// The cause of the refusal of a call by way of this address.
const cause = async (endpoint) => {
  const iam = new IAMClient({ maxAttempts: 1, endpoint });
  try {
    await iam.send(new TagUserCommand({ UserName: "bob", Tags: [{ Key: "seat", Value: "3 + 4 / 5" }] }));
  } catch (error) {
    return error.$response.headers["x-countersign-cause"] ?? "unexplained";
  }
  return "none";
};

await new IAMClient({ maxAttempts: 1 }).send(new CreateUserCommand({ UserName: "bob" }));
for (const argument of process.argv.slice(3)) {
  const [fault, url] = argument.split(/=(.*)/);
  console.log(`refused | ${fault} | ${await cause(url)}`);
}
console.log("every refusal is explained");
