// Drives Chromium over the report page (plan as JSON on stdin: {chromium, base, paths: [path]}): empty, sent
// empty, and sent filled, without scripts and on a small phone; what axe and the eye of a ruler found on stdout.
"use strict";
const fs = require("fs");
const { chromium } = require("playwright-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"];
const plan = JSON.parse(fs.readFileSync(0, "utf8"));
const found = { looked: 0, axe: [], wide: [], small: [], foreign: [], kept: 0, sent: 0 };

async function look(page, name) {
  await page.evaluate(axe);
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme });
    const result = await page.evaluate((only) => window.axe.run(document, { runOnly: only }), TAGS);
    found.looked += 1;
    for (const one of result.violations) found.axe.push([name, scheme, one.id, one.nodes.map((n) => n.target.join(" "))]);
  }
  for (const width of [320, 360, 1280]) {
    await page.setViewportSize({ width, height: 640 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
    if (wide) found.wide.push([name, width]);
  }
  const small = await page.evaluate(() => [...document.querySelectorAll("button, input, select, textarea, summary, a")]
    .filter((e) => !e.closest("[aria-hidden]") && e.type !== "hidden").map((e) => [e.id || e.tagName, e.getBoundingClientRect()])
    .filter(([, r]) => r.width > 0 && (r.width < 24 || r.height < 24)).map(([what]) => what));
  for (const what of small) found.small.push([name, what]);
}

async function fill(page) {
  await page.selectOption("#happened", "investment");
  await page.check("#money_left-yes");
  await page.fill("#where", "0x52908400098527886E0F7030069857D2E4169EE7");
  await page.fill("#amount", "1,200.50");
  await page.fill("#currency", "USD");
}

(async () => {
  const browser = await chromium.launch({ executablePath: plan.chromium, args: ["--no-sandbox"] });
  for (const path of plan.paths) {
    // axe runs in pages whose own scripts may not: the page itself has none, and none is allowed.
    const context = await browser.newContext({ bypassCSP: true, reducedMotion: "reduce" });
    context.on("request", (r) => { if (!r.url().startsWith(plan.base + "/")) found.foreign.push(r.url()); });
    const page = await context.newPage();
    await page.goto(plan.base + path);
    await look(page, `${path} empty`);
    await page.fill("#words", "what I typed");
    await page.click("button");
    await page.waitForLoadState("load");
    await look(page, `${path} wrong`);
    if ((await page.inputValue("#words")) === "what I typed") found.kept += 1;
    await context.close();
    const plain = await browser.newContext({ javaScriptEnabled: false });
    const sent = await plain.newPage();
    await sent.goto(plan.base + path);
    await fill(sent);
    await sent.click("button");
    await sent.waitForLoadState("load");
    if (/<bdi>[0-9A-Z]{6}<\/bdi>/.test(await sent.content())) found.sent += 1;
    const html = await sent.content();
    await plain.close();
    const after = await browser.newPage();
    await after.setContent(html);
    await look(after, `${path} thanks`);
    await after.close();
  }
  await browser.close();
  process.stdout.write(JSON.stringify(found));
})();
