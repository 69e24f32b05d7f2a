// The life of an access key as the JavaScript SDK sees it. The environment names the gateway and holds the root key.
// The SDK is looked for where the tests have installed it: the first argument is that folder.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";

const installed = createRequire(join(process.argv[2], "package.json"));
const {
  CreateAccessKeyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  GetAccessKeyLastUsedCommand,
  GetUserCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListUserTagsCommand,
  ListUsersCommand,
  TagUserCommand,
  UntagUserCommand,
  UpdateAccessKeyCommand,
  UpdateUserCommand,
  paginateListUsers,
} = installed("@aws-sdk/client-iam");
const { GetCallerIdentityCommand, STSClient } = installed("@aws-sdk/client-sts");

const ACCOUNT = process.env.COUNTERSIGN_ACCOUNT;
const UserName = "Ann";

const refused = (call, name, status, message) =>
  assert.rejects(call, (error) => {
    assert.equal(error.name, name, error.message);
    assert.equal(error.$metadata.httpStatusCode, status);
    if (message) assert.equal(error.message, message);
    return true;
  });

const root = new IAMClient({ maxAttempts: 1 });
const iam = (Command, input) => root.send(new Command(input));
const who = (credentials) => new STSClient({ maxAttempts: 1, credentials }).send(new GetCallerIdentityCommand({}));

assert.equal((await who()).Arn, `arn:aws:iam::${ACCOUNT}:root`);

// A user with a key: the key signs, and may do nothing else.
const { User } = await iam(CreateUserCommand, { UserName, Path: "/staff/", Tags: [{ Key: "team", Value: "röd" }] });
assert.equal(User.Arn, `arn:aws:iam::${ACCOUNT}:user/staff/Ann`);
assert.ok(Math.abs(Date.now() - User.CreateDate) < 60_000);
const { AccessKey } = await iam(CreateAccessKeyCommand, { UserName });
const { AccessKeyId } = AccessKey;
const ann = { accessKeyId: AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
const me = await who(ann);
assert.deepEqual([me.Arn, me.Account, me.UserId], [User.Arn, ACCOUNT, User.UserId]);
await refused(
  new IAMClient({ maxAttempts: 1, credentials: ann }).send(new ListUsersCommand({})),
  "AccessDenied",
  403,
  `User: ${User.Arn} is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::${ACCOUNT}:user/ ` +
    "because no identity-based policy allows the iam:ListUsers action",
);
const wrong = ann.secretAccessKey.split("").reverse().join("");
await refused(who({ ...ann, secretAccessKey: wrong }), "SignatureDoesNotMatch", 403);

// Disabled, refused; enabled, back.
const invalid = "The security token included in the request is invalid.";
await iam(UpdateAccessKeyCommand, { UserName, AccessKeyId, Status: "Inactive" });
const { AccessKeyMetadata } = await iam(ListAccessKeysCommand, { UserName });
assert.deepEqual(AccessKeyMetadata.map((key) => [key.AccessKeyId, key.Status]), [[AccessKeyId, "Inactive"]]);
await refused(who(ann), "InvalidClientTokenId", 403, invalid);
await iam(UpdateAccessKeyCommand, { UserName, AccessKeyId, Status: "Active" });
assert.equal((await who(ann)).Arn, User.Arn);
const { AccessKeyLastUsed } = await iam(GetAccessKeyLastUsedCommand, { AccessKeyId });
assert.equal(AccessKeyLastUsed.ServiceName, "sts");

// A new name: the same key, the new ARN at once.
await iam(UpdateUserCommand, { UserName, NewUserName: "Ann.Smith" });
assert.equal((await who(ann)).Arn, `arn:aws:iam::${ACCOUNT}:user/staff/Ann.Smith`);

// Tags and pages.
await iam(TagUserCommand, { UserName: "Ann.Smith", Tags: [{ Key: "seat", Value: "3 + 4 = 7 @ ü" }] });
const { Tags } = await iam(ListUserTagsCommand, { UserName: "Ann.Smith" });
assert.equal(Tags.find((tag) => tag.Key === "seat").Value, "3 + 4 = 7 @ ü");
assert.equal(Tags.find((tag) => tag.Key === "team").Value, "röd");
await iam(UntagUserCommand, { UserName: "Ann.Smith", TagKeys: ["seat"] });
await iam(CreateUserCommand, { UserName: "bob" });
const pages = [];
for await (const page of paginateListUsers({ client: root, pageSize: 1 }, {})) {
  pages.push(page.Users.map((user) => user.UserName));
}
assert.deepEqual(pages, [["Ann.Smith"], ["bob"]]);

// The end: the key first, then the user.
await refused(iam(DeleteUserCommand, { UserName: "Ann.Smith" }), "DeleteConflictException", 409);
await iam(DeleteAccessKeyCommand, { UserName: "Ann.Smith", AccessKeyId });
await refused(who(ann), "InvalidClientTokenId", 403, invalid);
await iam(DeleteUserCommand, { UserName: "Ann.Smith" });
await refused(
  iam(GetUserCommand, { UserName: "Ann.Smith" }),
  "NoSuchEntityException",
  404,
  "The user with name Ann.Smith cannot be found.",
);
console.log("the life of a key is complete");
