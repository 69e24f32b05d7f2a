// Makes elements. Whatever comes from outside becomes text here, and never markup.

// An element with attributes, and with children that are elements or text; what is null is left out.
export function el(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

export const byId = (id) => document.getElementById(id);

// A moment as the clock of the reader shows it.
export function clockTime(at) {
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? at : time.toLocaleTimeString([], { hour12: false });
}

// A duration in the unit that it is read in best.
export function lasted(microseconds) {
  if (microseconds < 1000) return `${microseconds} µs`;
  if (microseconds < 1000000) return `${(microseconds / 1000).toFixed(1)} ms`;
  return `${(microseconds / 1000000).toFixed(1)} s`;
}

// Says something to who does not see the page.
export function announce(text) {
  byId("announce").textContent = text;
}
