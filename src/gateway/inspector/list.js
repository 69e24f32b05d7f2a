// The list of requests: what is in it, what of it is shown, and which one is chosen.

import { announce, byId, clockTime, el, lasted } from "./elements.js";

// As many as the gateway keeps.
const MOST = 500;
const MOST_CAUSES = 6;

const records = [];
const state = { words: [], show: "all", cause: null, chosen: null, paused: false, waiting: [], notKept: 0 };
let choose = () => {};

export function start(onChoice) {
  choose = onChoice;
  byId("list").addEventListener("click", (event) => {
    const row = event.target.closest("[role=option]");
    if (row) open(row.dataset.id);
  });
  byId("filter").addEventListener("input", (event) => filter(event.target.value));
  byId("unfilter").addEventListener("click", unfilter);
  byId("pause").addEventListener("click", pause);
  byId("clear").addEventListener("click", clear);
  for (const chip of document.querySelectorAll("[data-show]")) {
    chip.addEventListener("click", () => showOnly(chip.dataset.show));
  }
  render();
}

export function add(record) {
  if (state.paused) {
    state.waiting.push(record);
    counted();
    return;
  }
  put(record);
  trim();
  summarize();
}

function put(record) {
  records.unshift(record);
  const row = rowOf(record);
  row.hidden = !matches(record);
  byId("list").prepend(row);
  if (record.refused) announce(`Refused: ${record.action ?? record.method}, ${record.cause ?? record.code}`);
}

function trim() {
  while (records.length > MOST) {
    const last = records.pop();
    byId("list").lastElementChild.remove();
    if (state.chosen === last.id) state.chosen = null;
  }
}

export function clear() {
  records.length = 0;
  state.waiting.length = 0;
  state.chosen = null;
  byId("list").removeAttribute("aria-activedescendant");
  render();
}

export function notKept(count) {
  state.notKept = count;
  counted();
}

export function pause() {
  state.paused = !state.paused;
  byId("pause").setAttribute("aria-pressed", state.paused);
  byId("pause").textContent = state.paused ? "Go on" : "Pause";
  if (!state.paused) {
    for (const record of state.waiting.splice(0)) put(record);
    trim();
  }
  announce(state.paused ? "The list is held still" : "The list goes on");
  summarize();
}

export function step(by) {
  const rows = shownRows();
  if (rows.length === 0) return;
  const at = rows.findIndex((row) => row.dataset.id === state.chosen);
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(Math.max(at + by, 0), rows.length - 1);
  mark(rows[next]);
}

export function edge(last) {
  const rows = shownRows();
  if (rows.length > 0) mark(last ? rows[rows.length - 1] : rows[0]);
}

export function openChosen() {
  if (state.chosen !== null) open(state.chosen);
}

export function select(id) {
  const row = byId("list").querySelector(`[data-id="${CSS.escape(id)}"]`);
  if (row) mark(row, false);
}

function open(id) {
  select(id);
  choose(id);
}

function mark(row, scroll = true) {
  for (const one of byId("list").querySelectorAll("[aria-selected=true]")) one.setAttribute("aria-selected", "false");
  row.setAttribute("aria-selected", "true");
  state.chosen = row.dataset.id;
  byId("list").setAttribute("aria-activedescendant", row.id);
  if (scroll) row.scrollIntoView({ block: "nearest" });
}

function shownRows() {
  return [...byId("list").children].filter((row) => !row.hidden);
}

export function filter(text) {
  byId("filter").value = text;
  state.words = text.toLowerCase().split(/\s+/).filter(Boolean);
  apply();
}

function unfilter() {
  state.cause = null;
  showOnly("all");
  filter("");
}

function showOnly(which) {
  state.show = which;
  for (const chip of document.querySelectorAll("[data-show]")) {
    chip.setAttribute("aria-pressed", chip.dataset.show === which);
  }
  apply();
}

function matches(record) {
  if (state.show === "refused" && !record.refused) return false;
  if (state.show === "accepted" && record.refused) return false;
  if (state.cause !== null && record.cause !== state.cause) return false;
  const places = {
    key: `${record.key ?? ""} ${record.caller ?? ""}`,
    action: `${record.service ?? ""}:${record.action ?? record.method}`,
    cause: `${record.cause ?? ""} ${record.code}`,
    status: `${record.status}`,
    id: record.id,
  };
  return state.words.every((word) => {
    const [, place, rest] = /^(key|action|cause|status):(.*)$/.exec(word) ?? [null, null, word];
    const text = place ? places[place] : Object.values(places).join(" ");
    return text.toLowerCase().includes(rest);
  });
}

function apply() {
  const byName = new Map(records.map((record) => [record.id, record]));
  for (const row of byId("list").children) row.hidden = !matches(byName.get(row.dataset.id));
  summarize();
}

function render() {
  byId("list").replaceChildren(...records.map(rowOf));
  apply();
}

function summarize() {
  const any = records.length > 0;
  const shown = shownRows().length;
  byId("nothing").hidden = any;
  byId("list").hidden = !any;
  byId("no-match").hidden = !any || shown > 0;
  chips();
  counted();
}

function counted() {
  const shown = shownRows().length;
  const parts = [];
  if (records.length > 0) parts.push(shown === records.length ? `${shown} requests` : `${shown} of ${records.length} requests`);
  if (state.paused) parts.push(`held still, ${state.waiting.length} waiting`);
  if (state.notKept > 0) parts.push(`${state.notKept} more were not kept: too many came at once`);
  const text = parts.join(" · ");
  if (byId("counted").textContent !== text) byId("counted").textContent = text;
}

// The causes there are, the most frequent first, to be chosen by a click.
function chips() {
  const counts = new Map();
  for (const { cause } of records) if (cause) counts.set(cause, (counts.get(cause) ?? 0) + 1);
  const most = [...counts].sort((one, other) => other[1] - one[1]).slice(0, MOST_CAUSES);
  if (state.cause !== null && !most.some(([cause]) => cause === state.cause)) most.push([state.cause, 0]);
  const focused = document.activeElement?.dataset?.cause;
  byId("causes").replaceChildren(...most.map(([cause, count]) => {
    const pressed = cause === state.cause;
    const chip = el("button", { type: "button", "data-cause": cause, "aria-pressed": `${pressed}` }, `${cause} ${count}`);
    chip.addEventListener("click", () => {
      state.cause = pressed ? null : cause;
      apply();
    });
    return chip;
  }));
  if (focused) byId("causes").querySelector(`[data-cause="${CSS.escape(focused)}"]`)?.focus();
}

function rowOf(record) {
  const chosen = record.id === state.chosen;
  const what = record.action ?? `${record.method} ${record.service ?? ""}`.trim();
  const who = record.caller?.split(":").slice(5).join(":") || record.key || record.form;
  return el(
    "li",
    {
      role: "option",
      id: `request-${record.number}`,
      "data-id": record.id,
      "data-refused": `${record.refused}`,
      "aria-selected": `${chosen}`,
    },
    el("span", { class: "status" }, `${record.status}`),
    el("span", { class: "what" }, what),
    el("span", { class: "why" }, record.refused ? (record.cause ?? record.code) : "OK"),
    el("span", { class: "who" }, who),
    el("time", { datetime: record.at, title: record.at }, clockTime(record.at)),
    el("span", { class: "lasted" }, lasted(record.microseconds)),
  );
}
