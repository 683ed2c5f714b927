"use strict";
const told = JSON.parse(document.getElementById("told").textContent);
const CHANNELS = ["push", "sms", "email", "inbox", "call"];
const NAMES = { push: "Lock screen", sms: "SMS", email: "Email", inbox: "In the app", call: "Call script" };
const TALL = /^(ar|fa|ur|hi|bn|th|my|km|ta|te)\b/;
const by = (id) => document.getElementById(id);
const join = (chunks) => chunks.map((n) => told.pool[n]).join("");
const shown = new Map();

function made(tag, name, ...inside) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.append(...inside);
  return element;
}

function options(id, values, words = (value) => value) {
  for (const value of values) by(id).append(new Option(words(value), value));
}

function situation(row) {
  const wanted = by("transfer").value || (row.template.includes("/after_loss") ? "sent" : "pending");
  return told.situations.findIndex(([values, transfer, code]) =>
    values === by("values").value && transfer === wanted && code === by("code").checked);
}

function take(row, card) {
  return card.takes["0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".indexOf(card.cases[situation(row)])];
}

const WAYS = {
  push(said, language) {
    const app = made("div", "app", made("b", "", told.firm[0]), told.firm, made("i", "", "now"));
    const bubble = made("div", "bubble", app, made("div", "title said", said.title), made("div", "text said", join(said.text)));
    bubble.classList.toggle("tall", TALL.test(language));
    return [made("time", "", "17:50"), bubble];
  },
  sms(said) {
    const { encoding, units, parts, odd, odd_at } = said.size;
    const room = (encoding === "GSM-7" ? [160, 306] : [70, 134, 201]).find((most) => units <= most) || units;
    const bar = made("meter");
    Object.assign(bar, { min: 0, max: room, value: units });
    bar.setAttribute("aria-label", `${units} of ${room}`);
    const why = odd ? `, by “${odd}” at character ${odd_at}` : "";
    const words = `${parts} part${parts === 1 ? "" : "s"}: ${units} of ${room} units, ${encoding}${why}`;
    const meter = made("div", "meter", bar, words);
    meter.dir = "ltr";
    return [made("div", "from", told.firm), made("div", "talk", made("div", "said", join(said.text))), meter];
  },
  email(said, language) {
    const mail = made("iframe");
    mail.setAttribute("sandbox", "");
    mail.title = said.title;
    mail.srcdoc = join(said.html);
    return [head("From " + told.firm, said.title), mail];
  },
  inbox(said) { return [head("Messages", said.title), words(said)]; },
  call(said) { return [head("Said aloud, by a colleague", said.title), words(said)]; },
};

function head(small, title) { return made("div", "head", made("small", "", small), made("div", "title said", title)); }

function words(said) {
  const box = made("div", "said", join(said.text));
  box.tabIndex = 0; // it scrolls: a keyboard must reach it
  return box;
}

function marked(list, marks) {
  for (const { words, is_bad } of marks) list.append(made("li", is_bad ? "bad" : "", words));
}

function draw(row, article) {
  const cards = made("div", "cards");
  for (const [channel, card] of Object.entries(row.cards)) {
    if (!chosen.channels.has(channel)) continue;
    const said = take(row, card);
    const frame = made("div", "frame");
    const marks = made("ul", "marks");
    const language = told.locales[row.locale];
    frame.lang = row.locale;
    frame.dir = language.dir;
    if (said.refusal) frame.append(made("p", "refusal", said.refusal));
    else frame.append(...WAYS[channel](said, row.locale));
    marked(marks, said.marks);
    marked(marks, card.marks);
    column(cards, channel).append(made("section", "card " + channel, made("h3", "", NAMES[channel]), frame, marks));
  }
  const problems = made("ul", "marks");
  marked(problems, row.problems.map((words) => ({ words, is_bad: true })));
  article.replaceChildren(title(row), problems, cards);
  for (const frame of cards.querySelectorAll(".frame")) cut(frame);
}

// The phone beside the mail beside the app and the call: three columns, or one on a small screen.
function column(cards, channel) {
  const name = { push: "phone", sms: "phone", email: "mail" }[channel] || "app";
  const found = cards.querySelector(".column." + name) || made("div", "column " + name);
  cards.append(found);
  return found;
}

function title(row) {
  return made("h2", "", row.template + " ", made("span", "", `${told.locales[row.locale].name} (${row.locale})`));
}

function cut(frame) {
  // What a phone would not show of it; mails and scripts scroll.
  const over = [...frame.querySelectorAll(".title, .text, .talk")].filter((e) => e.scrollHeight > e.clientHeight + 1);
  if (!over.length) return;
  frame.classList.add("cut");
  marked(frame.parentElement.querySelector(".marks"), [{ words: "cut off: more than the screen shows", is_bad: true }]);
}

function hasMarks(row) {
  return row.problems.length > 0 || Object.entries(row.cards).some(([channel, card]) =>
    chosen.channels.has(channel) && (card.marks.length || take(row, card).marks.length || take(row, card).refusal));
}

const chosen = { channels: new Set(CHANNELS) };
const near = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    near.unobserve(entry.target);
    draw(shown.get(entry.target), entry.target);
  }
}, { rootMargin: "900px" });

function show() {
  near.disconnect();
  shown.clear();
  chosen.channels = new Set([...by("channels").querySelectorAll("input:checked")].map((input) => input.value));
  const [template, locale] = [by("template").value, by("locale").value];
  const fits = told.rows.filter((row) => (!template || row.template === template || row.template.startsWith(template + "/"))
    && (!locale || row.locale === locale));
  const bad = fits.filter(hasMarks);
  const rows = by("marked").checked ? bad : fits;
  by("summary").textContent = `${rows.length} messages shown; ${bad.length} of ${fits.length} are marked.`;
  const articles = rows.map((row) => {
    const article = made("article", "", title(row));
    shown.set(article, row);
    return article;
  });
  by("messages").replaceChildren(...articles);
  for (const article of articles) near.observe(article);
  keep();
}

function keep() {
  const kept = new URLSearchParams();
  for (const select of document.querySelectorAll("select")) if (select.value) kept.set(select.id, select.value);
  for (const id of ["code", "marked"]) kept.set(id, by(id).checked ? 1 : 0);
  kept.set("channels", [...chosen.channels].join("."));
  history.replaceState(null, "", "#" + kept);
}

function recall() {
  const kept = new URLSearchParams(location.hash.slice(1));
  for (const select of document.querySelectorAll("select"))
    if ([...select.options].some((option) => option.value === kept.get(select.id))) select.value = kept.get(select.id);
  for (const id of ["code", "marked"]) if (kept.has(id)) by(id).checked = kept.get(id) === "1";
  const channels = (kept.get("channels") || CHANNELS.join(".")).split(".");
  for (const input of by("channels").querySelectorAll("input")) input.checked = channels.includes(input.value);
}

function begin() {
  const templates = [...new Set(told.rows.map((row) => row.template))];
  options("template", [...new Set(templates.flatMap((name) => [name.split("/")[0], name]))]);
  options("locale", Object.keys(told.locales), (tag) => `${told.locales[tag].name} (${tag})`);
  options("values", [...new Set(told.situations.map(([values]) => values))]);
  options("transfer", [...new Set(told.situations.map(([, transfer]) => transfer))]);
  for (const channel of CHANNELS.filter((name) => told.rows.some((row) => name in row.cards))) {
    const input = Object.assign(made("input"), { type: "checkbox", value: channel, checked: true });
    by("channels").append(made("label", "", input, channel));
  }
  for (const [name, tags] of Object.entries(told.missing))
    by("missing").append(made("p", "", `✖ ${name} is missing in ${tags.join(", ")}`));
  recall();
  by("choices").addEventListener("change", show);
  show();
}

begin();
