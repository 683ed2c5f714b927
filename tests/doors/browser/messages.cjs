// Drives Chromium over galleries of messages (JSON on stdin) and says what it found (JSON on stdout).
// plan: {chromium, shots?, pages: [{name, url, locales: [tag]}], widths: [px], values: [word], transfers: [word]}
"use strict";
const fs = require("fs");
const { chromium } = require("playwright-core");
const axe = fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"];
const plan = JSON.parse(fs.readFileSync(0, "utf8"));
const found = { cards: 0, mails: 0, over: [], wide: [], foreign: [], errors: [], axe: [], turned: [], refused: 0 };

function watch(page, name) {
  page.on("request", (request) => {
    if (!/^(file|about|data):/.test(request.url())) found.foreign.push([name, request.url()]);
  });
  page.on("pageerror", (error) => found.errors.push([name, String(error)]));
  page.on("console", (line) => { if (line.type() === "error") found.errors.push([name, line.text()]); });
}

// Every card drawn, whether or not it is near the screen, and what of it a person could not see.
function measured() {
  near.disconnect();
  for (const [article, row] of shown) draw(row, article);
  const over = [], turned = [];
  for (const card of document.querySelectorAll(".card")) {
    const name = `${card.closest("article").querySelector("h2").textContent} ${card.classList[1]}`;
    const frame = card.querySelector(".frame");
    for (const e of [frame, ...frame.querySelectorAll("*")]) {
      const style = getComputedStyle(e);
      if (style.display === "inline" || e.tagName === "METER" || e.tagName === "IFRAME") continue;
      if (e.scrollWidth > e.clientWidth + 1) over.push([name, e.className, "wide", e.scrollWidth, e.clientWidth]);
      if (style.overflowY === "hidden" && e.scrollHeight > e.clientHeight + 1)
        over.push([name, e.className, "tall", e.scrollHeight, e.clientHeight]);
    }
    const right = /\((ar|fa|ur|he)\)/.test(name);
    if ((getComputedStyle(frame).direction === "rtl") !== right) turned.push(name);
  }
  return { cards: document.querySelectorAll(".card").length, refused: document.querySelectorAll(".refusal").length,
           over, turned, wide: document.documentElement.scrollWidth - window.innerWidth };
}

// Each mail again, as wide as its frame, in a frame that one can look into; those of the page are shut off.
async function mails(browser, page, name) {
  const inside = await page.evaluate(() => [...document.querySelectorAll(".email iframe")].map((mail) =>
    [mail.closest("article").querySelector("h2").textContent, mail.srcdoc, mail.clientWidth,
     getComputedStyle(mail).direction]));
  const alone = await browser.newPage();
  watch(alone, name);
  const seen = await alone.evaluate((inside) => Promise.all(inside.map(([of, html, width, way]) =>
    new Promise((done) => {
      const mail = Object.assign(document.createElement("iframe"), { srcdoc: html });
      mail.style.cssText = `width: ${width}px; height: 500px; border: 0; display: block`;
      mail.onload = () => {
        const root = mail.contentDocument.documentElement;
        done([of, root.scrollWidth, root.clientWidth, root.dir === way]);
      };
      document.body.append(mail);
    }))), inside);
  for (const [of, content, room, is_turned_well] of seen) {
    found.mails += 1;
    if (content > room + 1) found.over.push([name, of, "mail", "wide", content, room]);
    if (!is_turned_well) found.turned.push([name, of, "mail"]);
  }
  await alone.close();
}

async function looked(browser, one, locale, width, values, transfer) {
  const name = `${one.name} ${locale} ${width} ${values} ${transfer}`;
  const page = await browser.newPage({ viewport: { width, height: 900 } });
  watch(page, name);
  await page.goto(`${one.url}#${new URLSearchParams({ locale, values, transfer })}`);
  await page.addStyleTag({ content: "article { content-visibility: visible !important; }" });
  const seen = await page.evaluate(measured);
  found.cards += seen.cards;
  found.refused += seen.refused;
  for (const one of seen.over) found.over.push([name, ...one]);
  for (const one of seen.turned) found.turned.push([name, one]);
  if (seen.wide > 0) found.wide.push([name, seen.wide]);
  await mails(browser, page, name);
  if (plan.shots) await page.screenshot({ path: `${plan.shots}/${name.replace(/ /g, "-")}.png` });
  await page.close();
}

async function accessible(browser, one) {
  for (const colorScheme of ["light", "dark"]) {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, colorScheme });
    await page.goto(`${one.url}#${new URLSearchParams({ locale: one.locales[0] })}`);
    await page.evaluate(axe); // by the debugger, which a page's policy does not bind
    const result = await page.evaluate((only) => window.axe.run(document, { runOnly: only, iframes: false }), TAGS);
    for (const two of result.violations)
      found.axe.push([one.name, colorScheme, two.id, two.nodes.slice(0, 3).map((node) => node.failureSummary)]);
    await page.close();
  }
}

(async () => {
  const browser = await chromium.launch({ executablePath: plan.chromium, args: ["--no-sandbox"] });
  found.browser = browser.version();
  for (const one of plan.pages) {
    for (const locale of one.locales) for (const width of plan.widths) for (const values of plan.values)
      for (const transfer of plan.transfers) await looked(browser, one, locale, width, values, transfer);
    await accessible(browser, one);
  }
  await browser.close();
  process.stdout.write(JSON.stringify(found));
})().catch((error) => { console.error(error); process.exit(1); });
