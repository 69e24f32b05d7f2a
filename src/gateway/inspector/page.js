// The page: puts list, details and connection together, and listens to keys.

import * as details from "./details.js";
import { byId } from "./elements.js";
import * as list from "./list.js";
import { listen, showToken } from "./stream.js";

const STATES = {
  open: ["open", "live"],
  lost: ["lost", "connection lost; trying again"],
  locked: ["locked", "locked"],
};

let run = null;

const hear = {
  event(name, data) {
    if (name === "hello") hello(data);
    if (name === "request") list.add(data);
    if (name === "not-kept") list.notKept(data);
  },
  state(name, why) {
    const [state, text] = STATES[name];
    byId("connection").dataset.state = state;
    byId("connection").textContent = why ? `${text}: ${why}` : text;
    if (name === "locked") lock();
  },
};

// Another start of the gateway counts anew, and knows nothing of what was before.
function hello(data) {
  if (run !== null && run !== data.run) list.clear();
  run = data.run;
  byId("example").textContent = `aws sts get-caller-identity --endpoint-url ${data.endpoint}`;
  byId("wrong-example").textContent = `AWS_SECRET_ACCESS_KEY=guessed aws sts get-caller-identity --endpoint-url ${data.endpoint}`;
}

function lock() {
  byId("login-fault").textContent = byId("token").value ? "This is not the token." : "";
  byId("login").hidden = false;
  byId("main").hidden = true;
  byId("token").focus();
}

byId("login").addEventListener("submit", (event) => {
  event.preventDefault();
  showToken(byId("token").value.trim());
  byId("login").hidden = true;
  byId("main").hidden = false;
  list.clear();
  listen(hear);
  follow();
});

// What stands behind the # is the request that is shown, so that a link leads to it.
function follow() {
  const id = decodeURIComponent(location.hash.slice(1));
  if (id === "" || id === "list") {
    details.hide();
    return;
  }
  list.select(id);
  details.show(id, close).then(() => {
    if (location.hash !== "") byId("details").focus({ preventScroll: true });
  });
}

function choose(id) {
  const hash = `#${encodeURIComponent(id)}`;
  if (location.hash === hash) follow();
  else location.hash = hash;
}

function close() {
  history.replaceState(null, "", location.pathname);
  details.hide();
  byId("list").focus({ preventScroll: true });
}

const KEYS = {
  j: () => list.step(1),
  ArrowDown: () => list.step(1),
  k: () => list.step(-1),
  ArrowUp: () => list.step(-1),
  g: () => list.edge(false),
  Home: () => list.edge(false),
  G: () => list.edge(true),
  End: () => list.edge(true),
  Enter: () => list.openChosen(),
  Escape: close,
  p: () => list.pause(),
  "/": () => byId("filter").focus(),
  "?": () => byId("help").showModal(),
};

// In the details arrows scroll, and what is a button is pressed: only letters go to the list from there.
function isForPage(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || byId("help").open) return false;
  const at = event.target;
  if (at.matches("input")) return false;
  const moves = event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End";
  if (moves && byId("details").contains(at)) return false;
  return event.key !== "Enter" || !at.matches("button, a");
}

document.addEventListener("keydown", (event) => {
  if (event.target.matches("#filter") && (event.key === "Escape" || event.key === "Enter" || event.key === "ArrowDown")) {
    event.preventDefault();
    byId("list").focus();
    if (event.key !== "Escape") list.edge(false);
    return;
  }
  const act = KEYS[event.key];
  if (!act || !isForPage(event)) return;
  event.preventDefault();
  act();
});

byId("help-button").addEventListener("click", () => byId("help").showModal());
window.addEventListener("hashchange", follow);

list.start(choose);
listen(hear);
follow();
