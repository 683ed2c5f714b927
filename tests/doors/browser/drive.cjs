// Drives Chromium over the pages of a plan (JSON on stdin) and says what it found (JSON on stdout).
// plan: {chromium, base, shots?, pages: [{name, locale, path, press: [an answer a tab]}],
//        scriptless: [{name, path, value, says: [text]}], silent: [path]}
"use strict";
const fs = require("fs");
const { chromium } = require("playwright-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"];
const plan = JSON.parse(fs.readFileSync(0, "utf8"));
const found = { looked: 0, axe: [], wide: [], small: [], unfocused: [], moving: [], foreign: [], referred: [],
                bare: [], errors: [], silent: [], without_script: [] };
const WANTED = { "referrer-policy": "no-referrer", "cache-control": "no-store", "x-content-type-options": "nosniff",
                 "x-frame-options": "DENY" };

function watch(context, name) {
  context.on("request", (request) => {
    if (!request.url().startsWith(plan.base + "/")) found.foreign.push([name.now, request.url()]);
    if (request.headers()["referer"]) found.referred.push(name.now);
  });
  context.on("response", (response) => {
    const headers = response.headers();
    const policy = headers["content-security-policy"] || "";
    const missing = Object.keys(WANTED).filter((key) => headers[key] !== WANTED[key]);
    if (!policy.startsWith("default-src 'none'") || /unsafe|script|http|\*/.test(policy)) missing.push("policy");
    if (missing.length || headers["set-cookie"]) found.bare.push([name.now, response.status(), missing]);
  });
}

async function reach(context, one) {
  // Each tab is open before the first is answered: as somebody who comes back to an old one.
  const tabs = [];
  for (let n = 0; n < Math.max(1, one.press.length); n++) {
    const tab = await context.newPage();
    tab.on("pageerror", (error) => found.errors.push([one.name, String(error)]));
    tab.on("console", (line) => {
      // A page that is gone or unknown is told in its own words; the browser notes its status.
      if (line.type() === "error" && !/status of (4\d\d)/.test(line.text()))
        found.errors.push([one.name, line.text()]);
    });
    await tab.setViewportSize(PHONE);
    await tab.goto(plan.base + one.path);
    tabs.push(tab);
  }
  for (const [n, value] of one.press.entries()) {
    await tabs[n].click(`button[value="${value}"]`);
    await tabs[n].waitForLoadState("load");
  }
  for (const tab of tabs.slice(0, -1)) await tab.close();
  return tabs[tabs.length - 1];
}

async function accessible(page, name, only) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe);
  const result = await page.evaluate((only) => window.axe.run(document, { runOnly: only }), only);
  found.looked += 1;
  for (const one of result.violations)
    found.axe.push([name, one.id, one.nodes.map((node) => node.target.join(" ") + ": " + node.failureSummary)]);
}

async function fits(page, name) {
  const [content, window_] = await page.evaluate(() => {
    const rights = [...document.querySelectorAll("body *")].map((e) => e.getBoundingClientRect());
    const wide = Math.max(...rights.map((r) => r.right), 0) - Math.min(...rights.map((r) => r.left), 0);
    return [Math.max(document.documentElement.scrollWidth, Math.ceil(wide - 0.5)), window.innerWidth];
  });
  if (content > window_) found.wide.push([name, content, window_]);
}

async function targets(page, name) {
  const small = await page.evaluate(() => [...document.querySelectorAll("button, a, input:not([type=hidden]), textarea, summary")]
    .map((e) => [e.value || e.textContent, e.getBoundingClientRect()])
    .filter(([, r]) => r.width < 24 || r.height < 24).map(([what]) => what));
  for (const what of small) found.small.push([name, what]);
  // Radio buttons of one name are one stop of the keyboard; a link to read on is a stop, too.
  const count = await page.evaluate(() => {
    const stops = [...document.querySelectorAll("button, a[href], textarea, input:not([type=hidden])")];
    return new Set(stops.map((e, n) => (e.type === "radio" ? e.name : n))).size;
  });
  for (let n = 0; n < count; n++) {
    await page.keyboard.press("Tab");
    const ring = await page.evaluate(() => {
      const style = getComputedStyle(document.activeElement);
      return [document.activeElement.tagName, style.outlineStyle, parseFloat(style.outlineWidth)];
    });
    if (ring[0] === "BODY" || ring[1] === "none" || ring[2] < 2) found.unfocused.push([name, n, ring]);
  }
}

async function still(page, name) {
  const moving = await page.evaluate(() => [...document.querySelectorAll("*")].filter((e) => {
    const style = getComputedStyle(e);
    return parseFloat(style.animationDuration) > 0 || parseFloat(style.transitionDuration) > 0;
  }).length);
  if (moving) found.moving.push([name, moving]);
}

async function picture(page, one, way) {
  if (plan.shots) await page.screenshot({ path: `${plan.shots}/${one.name}.${way}.png`.replace(/ /g, "-"), fullPage: true });
}

const PHONE = { width: 360, height: 740 };
const SIZES = [["320 px", 320, 568], ["400 %", 320, 256], ["200 %", 640, 512], ["desktop", 1280, 800]];

async function looked(context, one, name) {
  name.now = one.name;
  const page = await reach(context, one);
  await fits(page, one.name);
  await accessible(page, one.name, TAGS);
  await picture(page, one, "phone");
  await targets(page, one.name);
  await still(page, one.name);
  await page.emulateMedia({ colorScheme: "dark" });
  await accessible(page, `${one.name} dark`, { type: "rule", values: ["color-contrast"] });
  await picture(page, one, "dark");
  for (const [way, width, height] of SIZES) {
    await page.setViewportSize({ width, height });
    await fits(page, `${one.name} ${way}`);
  }
  await picture(page, one, "desktop");
  await page.setViewportSize(PHONE);
  await page.evaluate(() => { document.documentElement.style.fontSize = "200%"; });
  await fits(page, `${one.name} large text`);
  await page.close();
}

async function languages(browser) {
  for (const locale of new Set(plan.pages.map((one) => one.locale))) {
    const name = { now: "" };
    const context = await browser.newContext({ reducedMotion: "reduce", locale });
    watch(context, name);
    for (const one of plan.pages) if (one.locale === locale) await looked(context, one, name);
    await context.close();
  }
}

async function scriptless(browser) {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: PHONE });
  watch(context, { now: "without script" });
  for (const one of plan.scriptless) {
    const page = await context.newPage();
    await page.goto(plan.base + one.path);
    await page.click(`button[value="${one.value}"]`);
    await page.waitForLoadState("load");
    const html = await page.content();
    found.without_script.push([one.name, one.value, one.says.every((text) => html.includes(text))]);
    await page.close();
  }
  await context.close();
}

async function silently(browser) {
  // As a scanner that renders: opens, runs whatever scripts there are, scrolls, hovers, waits, presses nothing.
  const context = await browser.newContext();
  for (const path of plan.silent) {
    const page = await context.newPage();
    const answer = await page.goto(plan.base + path, { waitUntil: "networkidle" });
    await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    for (const link of await page.locator("a").all()) await link.click();
    found.silent.push(answer.status());
    await page.close();
  }
  await context.close();
}

(async () => {
  const browser = await chromium.launch({ executablePath: plan.chromium, args: ["--no-sandbox"] });
  found.browser = browser.version();
  try {
    await languages(browser);
    await scriptless(browser);
    await silently(browser);
  } finally {
    await browser.close();
  }
  process.stdout.write(JSON.stringify(found));
})().catch((error) => { console.error(error); process.exit(1); });
