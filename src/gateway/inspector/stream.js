// The requests as they come, by fetch and not by EventSource, which cannot show a token.

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 5000;
// The server says that it is still here three times within this.
const SILENCE = 45000;

let token = null;

export function showToken(shown) {
  token = shown;
}

export function ask(path, headers = {}, signal = undefined) {
  const shown = token === null ? {} : { Authorization: `Bearer ${token}` };
  return fetch(path, { headers: { ...headers, ...shown }, cache: "no-store", signal });
}

// Tells `hear.event(name, data)` of every event and `hear.state(name)` of the connection, for as long as the page
// is there. A connection that is lost is made again, and nothing is missed that is still kept.
export async function listen(hear) {
  let seen = "";
  let pause = FIRST_PAUSE;
  for (;;) {
    const silence = new AbortController();
    try {
      const answer = await ask("/inspector/events", seen ? { "Last-Event-ID": seen } : {}, silence.signal);
      if (answer.status === 401) {
        hear.state("locked");
        return;
      }
      if (!answer.ok) throw new Error(await why(answer));
      hear.state("open");
      pause = FIRST_PAUSE;
      for await (const event of events(answer.body, silence)) {
        if (event.id) seen = event.id;
        if (event.name) hear.event(event.name, JSON.parse(event.data));
      }
      hear.state("lost");
    } catch (error) {
      hear.state("lost", error instanceof TypeError || error.name === "AbortError" ? "" : error.message);
    }
    await new Promise((wake) => setTimeout(wake, pause));
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }
}

async function why(answer) {
  try {
    return (await answer.json()).error;
  } catch {
    return `the gateway answers ${answer.status}`;
  }
}

async function* events(body, silence) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const timer = setTimeout(() => silence.abort(), SILENCE);
    const { done, value } = await reader.read();
    clearTimeout(timer);
    if (done) return;
    text += value;
    const whole = text.split("\n\n");
    text = whole.pop();
    for (const one of whole) yield read(one);
  }
}

function read(text) {
  const event = { id: "", name: "", data: "" };
  for (const line of text.split("\n")) {
    if (line.startsWith("id: ")) event.id = line.slice(4);
    if (line.startsWith("event: ")) event.name = line.slice(7);
    if (line.startsWith("data: ")) event.data += line.slice(6);
  }
  return event;
}
