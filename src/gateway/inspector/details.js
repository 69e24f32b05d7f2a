// One request with all that is known of it.

import { byId, clockTime, el, lasted } from "./elements.js";
import { stagesOf } from "./stages.js";
import { ask } from "./stream.js";

const SURE = {
  proven: "Proven",
  seen: "Seen in the request",
  "not-proven": "Not proven",
};

let shown = null;

// Shows the request of that name; a newer call wins over one that still waits.
export async function show(id, onClose) {
  shown = id;
  const pane = byId("details");
  pane.setAttribute("aria-busy", "true");
  let content;
  try {
    const answer = await ask(`/inspector/requests/${encodeURIComponent(id)}.json`);
    const told = await answer.json();
    content = answer.ok ? whole(told) : missing(id, told.error);
  } catch {
    content = missing(id, "the gateway does not answer: start it again, its requests are gone then");
  }
  if (shown !== id) return;
  pane.removeAttribute("aria-busy");
  const back = el("button", { type: "button", class: "back" }, "← Back to the list");
  back.addEventListener("click", onClose);
  pane.replaceChildren(back, ...content);
  document.body.dataset.details = "open";
  pane.scrollTop = 0;
}

export function hide() {
  shown = null;
  delete document.body.dataset.details;
  byId("details").replaceChildren(hint());
}

export function hint() {
  return el("p", { class: "empty" }, "Choose a request to see what happened to it.");
}

function missing(id, why) {
  return [el("h2", {}, "This request is not here"), el("p", {}, el("code", {}, id)), el("p", {}, why)];
}

function whole(record) {
  return [
    el("h2", {}, title(record)),
    happened(record),
    fix(record),
    signs(record),
    decision(record),
    stagesOf(record),
    facts(record),
  ].filter((part) => part !== null);
}

function title(record) {
  const name = record.action ?? record.method;
  return record.service && record.action ? `${record.service}:${name}` : name;
}

// What happened, in one sentence.
function happened(record) {
  const kind = record.refused ? "refused" : "accepted";
  const head = el("p", { class: "verdict" }, el("strong", {}, `${record.status} ${record.code}`), " ", sentence(record));
  return el("section", { class: `happened ${kind}` }, head, cause(record), said(record));
}

function sentence(record) {
  if (record.diagnosis) return record.diagnosis.sentence;
  const denied = record.decision.find((one) => !one.allowed);
  if (denied) return `Denied ${denied.action} on ${denied.resource}: ${denied.because}.`;
  if (record.code === "Aborted") return "The caller hung up before the answer was there.";
  if (!record.refused) return `Answered in ${lasted(record.microseconds)}.`;
  return record.message ?? "Refused without an error document, as AWS does it.";
}

function cause(record) {
  const diagnosis = record.diagnosis;
  const name = diagnosis?.cause ?? record.cause;
  if (!name) return null;
  const parts = ["Cause: ", el("code", {}, name)];
  if (diagnosis?.and) parts.push(" and ", el("code", {}, diagnosis.and));
  if (diagnosis) {
    parts.push(el("span", { class: `sure ${diagnosis.proof}` }, SURE[diagnosis.proof] ?? diagnosis.proof));
  }
  const because = diagnosis?.because ? el("p", { class: "because" }, diagnosis.because, tried(diagnosis)) : null;
  return el("div", { class: "cause" }, el("p", {}, parts), because);
}

function tried(diagnosis) {
  return diagnosis.proof === "proven" && diagnosis.tried > 0 ? ` It was found among ${diagnosis.tried} that were tried.` : null;
}

// What AWS says, where another sentence stands above it.
function said(record) {
  if (!record.message || record.message === sentence(record)) return null;
  return el("p", { class: "said" }, "The caller was told: ", el("q", {}, record.message));
}

function fix(record) {
  const text = record.diagnosis?.fix ?? remedy(record);
  if (!text) return null;
  return el("section", { class: "fix" }, el("h3", {}, "What to do"), el("p", { class: "text" }, text));
}

function remedy(record) {
  const denied = record.decision.find((one) => !one.allowed);
  if (!denied) return null;
  const deny = denied.statements.find((one) => one.effect === "Deny");
  if (deny) return `Change the statement in ${deny.policy}${place(deny)}, which denies it, or ask as somebody whom it does not concern.`;
  const keys = denied.missing.length > 0 ? ` The request had no ${denied.missing.join(", ")}, which policies ask for.` : "";
  return `Give the caller a policy that allows ${denied.action} on ${denied.resource}.${keys}`;
}

function signs(record) {
  const all = record.diagnosis?.signs ?? [];
  if (all.length === 0) return null;
  const items = all.map((sign) => el("li", {}, sign.sentence, " ", el("code", {}, sign.cause)));
  return el("section", {}, el("h3", {}, "What else is odd"), el("ul", {}, items));
}

function decision(record) {
  if (record.decision.length === 0) return null;
  const leaves = record.decision.map((one) =>
    el(
      "li",
      { class: one.allowed ? "allowed" : "denied" },
      el("p", {}, el("strong", {}, one.allowed ? "Allowed" : "Denied"), " ", el("code", {}, one.action), " on ", el("code", {}, one.resource)),
      el("p", { class: "because" }, `${one.because[0]?.toUpperCase() ?? ""}${one.because.slice(1)}.`),
      statements(one),
      one.missing.length > 0 ? el("p", { class: "because" }, "Keys that policies ask for and the request has not: ", one.missing.map((key) => [el("code", {}, key), " "])) : null,
    ),
  );
  return el("section", { class: "decision" }, el("h3", {}, "What the policies decided"), el("ul", {}, leaves));
}

function statements(one) {
  if (one.statements.length === 0) return one.allowed ? null : el("p", { class: "because" }, "No statement applied.");
  const rows = one.statements.map((statement) =>
    el(
      "tr",
      {},
      el("td", { class: statement.effect === "Allow" ? "allowed" : "denied" }, statement.effect),
      el("td", {}, statement.policy),
      el("td", {}, statement.line === null ? "cannot be read" : `${statement.line}:${statement.column}`),
      el("td", {}, statement.kind),
    ),
  );
  const heads = ["Effect", "Policy", "Line", "Kind"].map((name) => el("th", { scope: "col" }, name));
  return el("div", { class: "wide", tabindex: "0" }, el("table", {}, el("thead", {}, el("tr", {}, heads)), el("tbody", {}, rows)));
}

const place = (statement) => (statement.line === null ? "" : ` at ${statement.line}:${statement.column}`);

function facts(record) {
  const scope = [record.region, record.signedFor].filter(Boolean).join(" · ");
  const size = (bytes) => (bytes === null ? null : `${bytes} bytes`);
  const pairs = [
    ["Request id", record.id],
    ["Time", `${clockTime(record.at)} (${record.at})`],
    ["Took", lasted(record.microseconds)],
    ["From", record.peer && `${record.peer}${record.isSecure ? ", over TLS" : ""}`],
    ["Client", record.agent],
    ["Key", record.key],
    ["Caller", record.caller],
    ["Signed", [record.form, record.algorithm].filter(Boolean).join(", ")],
    ["For", scope || null],
    ["Request", `${record.method} ${record.target}`],
    ["Body", size(record.received) && `${size(record.received)}, not kept`],
    ["Answer", size(record.sent)],
    ["Refused as", record.reason],
  ];
  const known = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  const list = known.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]);
  return el("section", {}, el("h3", {}, "Facts"), el("dl", { class: "facts" }, list));
}
