// Puts cases of the tests, a line of JSON each, to a foreign simulator of AWS's policies, and answers each with a line:
// what it decides and which keys of the context it would not hear of, or why it does not take the case.
// The simulator is looked for where the tests have installed it: the first argument is that folder.

import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const installed = createRequire(join(process.argv[2], "package.json"));
const { runSimulation } = await import(pathToFileURL(installed.resolve("@cloud-copilot/iam-simulate")));

const DECISIONS = { Allowed: "allowed", ExplicitlyDenied: "explicitDeny", ImplicitlyDenied: "implicitDeny" };

const named = (policies = []) => policies.map((policy, at) => ({ name: `P${at}`, policy }));
const levels = (given = []) =>
  given.map((policies, at) => ({
    orgIdentifier: `level-${at}`,
    policies: policies.map((policy, place) => ({ name: `P${at}-${place}`, policy })),
  }));

const principal = ({ type, service, arn }) =>
  type === "Anonymous" ? { type: "Anonymous" } : type === "Service" ? service : arn;

const simulation = ({ policies, caller, request }) => ({
  request: {
    principal: principal(caller),
    action: request.action,
    resource: { resource: request.resource, accountId: request.resource_account },
    contextVariables: request.context,
  },
  identityPolicies: named(policies.identity),
  sessionPolicy: policies.session?.[0],
  permissionBoundaryPolicies: policies.boundary && named([policies.boundary]),
  resourcePolicy: policies.resource,
  serviceControlPolicies: levels(policies.scp),
  resourceControlPolicies: levels(policies.rcp),
});

const answer = async (line) => {
  try {
    const { resultType, errors, result } = await runSimulation(simulation(JSON.parse(line)), { simulationMode: "Strict" });
    return resultType === "single"
      ? { decision: DECISIONS[result.analysis.result], ignored: result.ignoredContextKeys }
      : { error: errors ?? resultType };
  } catch (error) {
    return { error: String(error) };
  }
};

for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await answer(line)));
}
