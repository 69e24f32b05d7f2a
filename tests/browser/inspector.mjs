// Looks at the inspector in a real Chromium: node inspector.mjs FOLDER-OF-PLAYWRIGHT.

import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";

const { ENDPOINT, INSPECTOR, GATEWAY, KEY_ID, SECRET, LOCKED, TOKEN } = process.env;
const { chromium } = createRequire(join(process.argv[2], "of.js"))("playwright-core");
const BROWSER = {
  executablePath: "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};
// How long a refusal may take to appear.
const SOON = 1000;

// Sends a call that is signed with `secret`, and gives the answer's status and the request's name.
async function send(action, secret, agent = "browser-test") {
  const body = `Action=${action}&Version=2010-05-08`;
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const scope = [stamp.slice(0, 8), "us-east-1", "iam", "aws4_request"];
  const hash = (text) => createHash("sha256").update(text).digest("hex");
  const hmac = (key, text) => createHmac("sha256", key).update(text).digest();
  const host = new URL(ENDPOINT).host;
  const type = "application/x-www-form-urlencoded";
  const names = "content-type;host;x-amz-date";
  const request = `POST\n/\n\ncontent-type:${type}\nhost:${host}\nx-amz-date:${stamp}\n\n${names}\n${hash(body)}`;
  const toSign = ["AWS4-HMAC-SHA256", stamp, scope.join("/"), hash(request)].join("\n");
  const signature = createHmac("sha256", scope.reduce(hmac, `AWS4${secret}`)).update(toSign).digest("hex");
  const authorization = `AWS4-HMAC-SHA256 Credential=${KEY_ID}/${scope.join("/")}, SignedHeaders=${names}, Signature=${signature}`;
  const headers = { "content-type": type, "x-amz-date": stamp, authorization, "user-agent": agent };
  const answer = await fetch(ENDPOINT, { method: "POST", headers, body });
  await answer.text();
  return { status: answer.status, id: answer.headers.get("x-amzn-requestid") };
}

const complaints = [];
const browser = await chromium.launch(BROWSER);

async function open(url, options = {}, isExpected = () => false) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...options });
  page.setDefaultTimeout(15000);
  const own = new URL(url).origin;
  page.on("request", (request) => {
    if (!request.url().startsWith(`${own}/`)) complaints.push(`it asks for ${request.url()}`);
  });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !isExpected(message.text())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => complaints.push(`a dialog says ${dialog.message()}`));
  await page.goto(url);
  return page;
}

const row = (page, id) => page.locator(`#list [data-id="${id}"]`);
const live = (page) => page.waitForSelector('#connection[data-state="open"]');

// How much lighter the lighter of text and ground is (WCAG 2.2, contrast ratio).
const contrast = (page, selector) =>
  page.locator(selector).first().evaluate((element) => {
    const numbers = (color) => color.match(/[\d.]+/g).map(Number);
    const light = ([r, g, b]) => {
      const part = (c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
      return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
    };
    let ground = element;
    const isClear = (one) => (numbers(getComputedStyle(one).backgroundColor)[3] ?? 1) === 0;
    while (ground.parentElement && isClear(ground)) ground = ground.parentElement;
    const both = [getComputedStyle(element).color, getComputedStyle(ground).backgroundColor].map(numbers).map(light);
    return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
  });

// Who has no request yet is told how to send one.
const page = await open(INSPECTOR);
await live(page);
assert.ok((await page.textContent("#example")).includes(`--endpoint-url ${ENDPOINT}`));
assert.ok(await page.isVisible("#nothing"));

// A refusal is there within a second, and shows its cause.
const markup = '<img src=x onerror="alert(1)"><b>bold</b>';
const wrong = await send("ListUsers", "guessed", markup);
assert.equal(wrong.status, 403);
await row(page, wrong.id).waitFor({ timeout: SOON });
const { requests } = await (await fetch(`${INSPECTOR}inspector/requests.json`)).json();
const { cause } = requests.find((request) => request.id === wrong.id);
assert.ok(cause);
assert.equal(await row(page, wrong.id).locator(".why").textContent(), cause);
assert.equal(await page.isVisible("#nothing"), false);

// An accepted one comes above it.
const right = await send("ListGroups", SECRET);
assert.equal(right.status, 200);
await row(page, right.id).waitFor({ timeout: SOON });
assert.equal(await page.locator("#list li").first().getAttribute("data-id"), right.id);

// Keys: down to the refusal, its details, and back.
const chosen = () => page.locator("#list [aria-selected=true]").getAttribute("data-id");
await page.keyboard.press("j");
assert.equal(await chosen(), right.id);
await page.keyboard.press("ArrowDown");
assert.equal(await chosen(), wrong.id);
await page.keyboard.press("k");
assert.equal(await chosen(), right.id);
await page.keyboard.press("G");
assert.equal(await chosen(), wrong.id);
await page.keyboard.press("Enter");
await page.waitForSelector("#details .happened.refused");
const details = await page.textContent("#details");
for (const told of ["403 SignatureDoesNotMatch", cause, "Canonical request", "String to sign", markup, wrong.id]) {
  assert.ok(details.includes(told), `${told} is not in ${details}`);
}
assert.equal(await page.locator("#details img, #details b").count(), 0);
assert.ok(page.url().endsWith(`#${wrong.id}`));
assert.equal(await page.evaluate(() => document.activeElement.id), "details");
await page.keyboard.press("Escape");
assert.equal(await page.locator("#details .happened").count(), 0);
assert.equal(await page.evaluate(() => document.activeElement.id), "list");
assert.equal(await page.getAttribute("#list", "aria-activedescendant"), await row(page, wrong.id).getAttribute("id"));

// The filter, by keys and by chips.
const shown = () => page.locator("#list li:visible").count();
await page.keyboard.press("/");
await page.keyboard.type("status:403 action:users");
assert.equal(await shown(), 1);
await page.keyboard.press("ControlOrMeta+a");
await page.keyboard.type("nothing-is-called-so");
assert.equal(await shown(), 0);
assert.ok(await page.isVisible("#no-match"));
await page.click("#unfilter");
assert.equal(await shown(), 2);
await page.click("[data-show=accepted]");
assert.equal(await shown(), 1);
await page.click("[data-show=all]");
await page.click(`[data-cause="${cause}"]`);
assert.equal(await shown(), 1);
await page.click(`[data-cause="${cause}"]`);
assert.equal(await shown(), 2);

// Held still, the list waits; let go, it has everything.
await page.locator("#list").focus();
await page.keyboard.press("p");
const held = await send("ListRoles", "guessed");
await page.waitForFunction(() => document.getElementById("counted").textContent.includes("1 waiting"));
assert.equal(await row(page, held.id).count(), 0);
await page.keyboard.press("p");
await row(page, held.id).waitFor();

// The help comes and goes by keys.
await page.keyboard.press("?");
assert.ok(await page.isVisible("#help"));
await page.keyboard.press("Escape");
assert.equal(await page.isVisible("#help"), false);

// A link leads to one request, and says so where it is gone.
const linked = await open(`${INSPECTOR}#${wrong.id}`);
await linked.waitForSelector("#details .happened.refused");
await linked.close();
const gone = await open(`${INSPECTOR}#not-there`, {}, (text) => text.includes("404"));
await gone.getByText("This request is not here").waitFor();
await gone.close();

// Light and dark can be read, and are not the same.
const grounds = [];
for (const colorScheme of ["light", "dark"]) {
  const scheme = await open(`${INSPECTOR}#${wrong.id}`, { colorScheme });
  await scheme.waitForSelector("#details .happened.refused");
  grounds.push(await scheme.evaluate(() => getComputedStyle(document.body).backgroundColor));
  for (const selector of ["h1", "h1 span", "#list .why", "#list .who", "#list time", ".verdict strong", ".hint", ".facts dt", "[data-show=all]", "#counted", "#connection"]) {
    const ratio = await contrast(scheme, selector);
    assert.ok(ratio >= 4.5, `${selector} in ${colorScheme}: ${ratio}`);
  }
  await scheme.close();
}
assert.notEqual(grounds[0], grounds[1]);

// On a phone nothing is wider than the screen, and details take the place of the list.
for (const width of [390, 360]) {
  const phone = await open(INSPECTOR, { viewport: { width, height: 740 }, hasTouch: true });
  const isWithin = () => phone.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
  await row(phone, wrong.id).waitFor();
  assert.ok(await isWithin(), `the list at ${width}`);
  await row(phone, wrong.id).tap();
  await phone.waitForSelector("#details .happened.refused");
  assert.ok(await isWithin(), `details at ${width}`);
  assert.equal(await phone.isVisible("#requests"), false);
  await phone.click(".back");
  assert.ok(await phone.isVisible("#requests"));
  await phone.close();
}

// Where other machines look, the token comes first.
const locked = await open(LOCKED, {}, (text) => text.includes("401"));
await locked.waitForSelector("#login:not([hidden])");
await locked.keyboard.type("not the token at all");
await locked.keyboard.press("Enter");
await locked.getByText("This is not the token.").waitFor();
await locked.fill("#token", TOKEN);
await locked.keyboard.press("Enter");
await live(locked);
assert.equal(await locked.isVisible("#login"), false);
await locked.close();

// A gateway that is gone is missed; what the browser says of that itself is to be expected.
assert.deepEqual(complaints, []);
process.kill(Number(GATEWAY), "SIGTERM");
await page.waitForSelector('#connection[data-state="lost"]');
await browser.close();
console.log("the inspector is as it should be");
