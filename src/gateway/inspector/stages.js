// The stages of a signature, ours beside the client's, with what differs marked: lines, and in them bytes.

import { el } from "./elements.js";

// Letters that cannot be seen, as something that can.
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00a0\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;
const MOST_COMPARED = 1500;

export function stagesOf(record) {
  const ours = record.ours;
  if (!ours) return null;
  const theirs = record.diagnosis?.theirs ?? null;
  const hidden = record.diagnosis?.differHidden ?? { canonicalRequest: [], stringToSign: [] };
  const parts = [
    ["Canonical request", "canonicalRequest"],
    ["String to sign", "stringToSign"],
  ].map(([title, key]) => stage(title, ours[key], theirs?.[key] ?? null, hidden[key]));
  return el("section", { class: "stages" }, el("h3", {}, "Stages of the signature"), note(record, theirs), parts);
}

function note(record, theirs) {
  if (theirs) return el("p", { class: "hint" }, "What differs is marked. The client's side is proven: it makes exactly the signature that was sent.");
  if (record.caller || !record.refused) return el("p", { class: "hint" }, "The client has signed the same: the signature is good.");
  if (record.diagnosis?.proof === "proven") return el("p", { class: "hint" }, "The client has signed the same, but with another key.");
  return el("p", { class: "hint" }, "As the gateway sees them. What the client has signed instead is not known; compare with what your client logs.");
}

function stage(title, ours, theirs, hidden) {
  const heading = el("h4", {}, title);
  if (theirs === null) return el("div", { class: "stage" }, heading, side("Ours", lines(ours).map((line) => [line, null])));
  if (ours === theirs && hidden.length === 0) {
    return el("div", { class: "stage" }, heading, side("Both, the same", lines(ours).map((line) => [line, null])));
  }
  const rows = aligned(lines(ours), lines(theirs), new Set(hidden));
  return el(
    "div",
    { class: "stage" },
    heading,
    el(
      "div",
      { class: "sides" },
      side("Ours", rows.map(([mine, other, differs]) => [mine, other, differs])),
      side("The client's", rows.map(([mine, other, differs]) => [other, mine, differs])),
    ),
  );
}

const lines = (text) => text.split("\n");

function side(title, rows) {
  const list = rows.map(([line, other, differs]) => {
    if (line === null) return el("li", { class: "absent", "aria-label": "no such line here" }, "\u00a0");
    const changed = differs === true || (other !== null && other !== undefined && other !== line);
    const only = differs === "only";
    const content = changed && other !== null && other !== line ? bytes(line, other) : [seen(line)];
    const tail = differs === true && other === line ? el("em", {}, " differs in what is hidden") : null;
    return el("li", { class: changed || only ? "differs" : null }, content, tail);
  });
  return el("figure", {}, el("figcaption", {}, title), el("ol", { tabindex: "0", "aria-label": `${title}, line by line` }, list));
}

// Pairs of lines: those that both have stand side by side, those that one alone has opposite to nothing.
function aligned(ours, theirs, hidden) {
  const pairs = common(ours, theirs);
  const rows = [];
  let [i, j] = [0, 0];
  for (const [a, b] of [...pairs, [ours.length, theirs.length]]) {
    while (i < a && j < b) rows.push([ours[i++], theirs[j++], true]);
    while (i < a) rows.push([ours[i++], null, "only"]);
    while (j < b) rows.push([null, theirs[j++], "only"]);
    if (i < ours.length && j < theirs.length) rows.push([ours[i], theirs[j], i === j && hidden.has(i)]);
    i += 1;
    j += 1;
  }
  return rows;
}

// The longest run of lines that both have in this order, by their places. Texts are some dozens of lines.
function common(ours, theirs) {
  if (ours.length * theirs.length > 250000) return ours.map((_, at) => [at, at]).filter(([at]) => ours[at] === theirs[at]);
  const best = Array.from({ length: ours.length + 1 }, () => new Uint32Array(theirs.length + 1));
  for (let i = ours.length - 1; i >= 0; i -= 1) {
    for (let j = theirs.length - 1; j >= 0; j -= 1) {
      best[i][j] = ours[i] === theirs[j] ? best[i + 1][j + 1] + 1 : Math.max(best[i + 1][j], best[i][j + 1]);
    }
  }
  const pairs = [];
  let [i, j] = [0, 0];
  while (i < ours.length && j < theirs.length) {
    if (ours[i] === theirs[j]) pairs.push([i++, j++]);
    else if (best[i + 1][j] >= best[i][j + 1]) i += 1;
    else j += 1;
  }
  return pairs;
}

// A line with what it does not share with the other one marked.
function bytes(line, other) {
  const [mine, theirs] = [[...line], [...other]];
  const most = Math.min(mine.length, theirs.length);
  let start = 0;
  while (start < most && mine[start] === theirs[start]) start += 1;
  let end = 0;
  while (end < most - start && mine[mine.length - 1 - end] === theirs[theirs.length - 1 - end]) end += 1;
  const middle = mine.slice(start, mine.length - end).slice(0, MOST_COMPARED).join("");
  const before = seen(mine.slice(0, start).join(""));
  const after = seen(mine.slice(mine.length - end).join(""));
  const mark = middle === "" ? el("mark", { class: "gap", title: "here the other side has more" }, "\u2038") : el("mark", {}, seen(middle));
  return [before, mark, after];
}

function seen(text) {
  return text.replace(UNSEEN, (letter) => {
    const code = letter.codePointAt(0);
    if (code < 32) return String.fromCodePoint(0x2400 + code);
    return `[U+${code.toString(16).toUpperCase().padStart(4, "0")}]`;
  });
}
