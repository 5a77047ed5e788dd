// The page: what it is told by the bot, the tools and the wish on it, and the one thing that it sends back.

import { Mask } from "./mask.js";
import { canRead, readPng, writePng } from "./png.js";
import { Tools } from "./tools.js";
import { View } from "./view.js";

const $ = (id) => document.getElementById(id);
const token = location.hash.slice(1);
const asked = new URLSearchParams(location.search).get("lang") ?? navigator.language ?? "en";
const all = (selector) => document.querySelectorAll(selector);

let words = { offline: "The page could not reach the bot. Try again in a minute." }, locale = "en-US", easel, mask, view, tools, price = 0, sending = false, drawn = false;

class Refusal extends Error {
  constructor(status, said) {
    super(said.sentence ?? "");
    this.status = status;
    this.said = said;
  }
}

async function ask(path, body) {
  const headers = { Authorization: `Bearer ${token}`, "X-Language": locale };
  let answer;
  try {
    answer = await fetch(path, { method: body ? "POST" : "GET", headers, body, credentials: "omit", cache: "no-store" });
  } catch {
    throw new Refusal(0, { sentence: words.offline });
  }
  if (answer.ok) return answer;
  const said = await answer.json().catch(() => ({}));
  throw new Refusal(answer.status, { ...said, sentence: said.sentence ?? (answer.status === 429 ? words.busy : words.offline) });
}

const fill = (text, fields) => text.replace(/\{(\w+)\}/g, (whole, name) => fields[name] ?? whole);

// ── in words ────────────────────────────────────────────────────────────────────────────────────────────────

async function learnWords() {
  const answer = await ask(`api/words?lang=${encodeURIComponent(asked)}`);
  ({ words, locale } = await answer.json());
  document.documentElement.lang = locale;
  document.title = words.title;
  for (const one of all("[data-word]")) one.textContent = words[one.dataset.word] ?? "";
  for (const one of all("[data-label]")) {
    one.setAttribute("aria-label", words[one.dataset.label] ?? "");
    if (one.tagName === "BUTTON") one.title = words[one.dataset.label] ?? "";
  }
}

function tell(text) {
  $("said").textContent = text;
}

function shareLine() {
  const share = mask.count / mask.total;
  if (share === 0) return words.nothing;
  if (share === 1) return words.whole;
  const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
  const said = share < 0.005 ? `<${percent.format(0.01)}` : percent.format(Math.min(0.99, share));
  return fill(words.share, { share: said });
}

function over(text, url) {
  $("page").hidden = true;
  $("end").hidden = false;
  $("end-text").textContent = text;
  if (url) {
    $("back").href = url;
    $("back").hidden = false;
  }
  $("end-text").focus();
}

// ── painting ────────────────────────────────────────────────────────────────────────────────────────────────

function changed(finished) {
  if (!drawn) {
    drawn = true;
    requestAnimationFrame(() => {
      drawn = false;
      mask.draw(view.context);
      $("share").textContent = shareLine();
      mayBeSent();
    });
  }
  if (finished) {
    tell(shareLine());
    const can = { undo: tools.past.can(-1), redo: tools.past.can(1) };
    for (const [name, may] of Object.entries(can)) document.querySelector(`[data-do="${name}"]`).disabled = !may;
  }
}

let telling;

function moved(point) {
  clearTimeout(telling);
  const said = { x: Math.round(point.x), y: Math.round(point.y), width: mask.width, height: mask.height };
  telling = setTimeout(() => tell(fill(words.position, said)), 400);
}

function choose(tool) {
  tools.takeBack();
  tools.tool = tool;
  for (const one of all("[data-tool]")) one.setAttribute("aria-pressed", String(one.dataset.tool === tool));
}

function resize(value) {
  $("size").value = value;
  // Slowly at first: a hair's breadth up to a quarter of the picture.
  tools.radius = Math.max(1, (Number($("size").value) / 100) ** 2 * Math.max(mask.width, mask.height) / 4);
  tools.mark();
}

async function start(which) {
  try {
    const answer = await ask(`api/mask/${which}`);
    const pixels = await readPng(new Uint8Array(await answer.arrayBuffer()), mask.width, mask.height);
    if (pixels === null) throw new Refusal(0, { sentence: words.offline });
    mask.take(pixels);
    tools.done();
  } catch (refusal) {
    problem(refusal);
  }
}

const deeds = {
  undo: () => tools.past.go(-1) && changed(true),
  redo: () => tools.past.go(1) && changed(true),
  invert: () => { mask.invert(); tools.done(); },
  clear: () => { mask.clear(); tools.done(); },
  zoomIn: () => view.zoom(1.4),
  zoomOut: () => view.zoom(1 / 1.4),
  zoomFit: () => view.fit(),
  startLast: () => start("last"),
  startOwn: () => start("own"),
};

function shortcut(event) {
  // Single letters mean something only around the picture, so that nobody who dictates or types elsewhere paints.
  if (event.altKey || !(event.target === document.body || event.target.closest("#work"))) return;
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    if (key === "z" || key === "y") {
      event.preventDefault();
      deeds[key === "y" || event.shiftKey ? "redo" : "undo"]();
    }
    return;
  }
  const tool = Tools.toolOf(event.key);
  if (tool) choose(tool);
  else if (key === "[" || key === "]") resize(Number($("size").value) + (key === "]" ? 5 : -5));
  else if (key === "i") deeds.invert();
  else if (key === "+" || key === "=") deeds.zoomIn();
  else if (key === "-") deeds.zoomOut();
  else if (key === "0") deeds.zoomFit();
}

// ── the wish ────────────────────────────────────────────────────────────────────────────────────────────────

function options(select, choices, chosen) {
  const all = choices.some(([value]) => value === chosen) ? choices : [...choices, [chosen, chosen]];
  select.replaceChildren(...all.map(([value, text]) => new Option(text, value, false, value === chosen)));
}

function offer(quality, size, n) {
  const model = easel.models.find((one) => one.name === $("model").value) ?? { quality: [], sizes: [], most: 1 };
  options($("quality"), [["", words.usual], ...model.quality.map((one) => [one, one])], quality);
  options($("result-size"), [["", words.usual], ["same", words.same_size], ...model.sizes.map((one) => [one, one])], size);
  const counts = Array.from({ length: Math.min(10, model.most) }, (_, at) => [String(at + 1), String(at + 1)]);
  options($("count"), counts, String(Math.min(n, model.most)));
}

function wish() {
  return {
    prompt: $("prompt").value, model: $("model").value, quality: $("quality").value, size: $("result-size").value,
    n: Number($("count").value), seen_price: price,
  };
}

let pricing, turn = 0;

function priced() {
  clearTimeout(pricing);
  mayBeSent();
  pricing = setTimeout(async () => {
    const mine = ++turn;
    if (!$("prompt").value.trim()) return void ($("price").textContent = "");
    try {
      const said = await (await ask("api/price", JSON.stringify(wish()))).json();
      if (mine !== turn) return;
      price = said.micro_usd;
      $("price").textContent = `· ${said.text}`;
      $("problem").textContent = "";
    } catch (refusal) {
      if (mine !== turn) return;
      $("price").textContent = "";
      problem(refusal);
    }
  }, 400);
}

function mayBeSent() {
  const count = mask.count;
  $("send").disabled = sending || count === 0 || count === mask.total || !$("prompt").value.trim();
}

function problem(refusal) {
  if (!(refusal instanceof Refusal)) throw refusal;
  if (refusal.status === 404) over(words.bad_link);
  else if (refusal.said.state === "already") over(words.already);
  else $("problem").textContent = refusal.message;
}

async function send(event) {
  event.preventDefault();
  if ($("send").disabled) return;
  sending = true;
  mayBeSent();
  $("send").textContent = words.sending;
  $("problem").textContent = "";
  tell(words.sending);
  try {
    const said = new TextEncoder().encode(JSON.stringify(wish())), length = new DataView(new ArrayBuffer(4));
    length.setUint32(0, said.length);
    const body = new Blob([length.buffer, said, await writePng(mask)], { type: "application/octet-stream" });
    const done = await (await ask("api/edit", body)).json();
    over(done.state === "asked" ? words.asked : words.sent, done.url);
  } catch (refusal) {
    problem(refusal);
  } finally {
    sending = false;
    $("send").textContent = words.send;
    mayBeSent();
  }
}

// ── from the beginning ──────────────────────────────────────────────────────────────────────────────────────

function countDown(until) {
  const left = Math.max(0, Math.round((until - performance.now()) / 60_000));
  const time = new Intl.NumberFormat(locale, { style: "unit", unit: "minute", unitDisplay: "short" }).format(left);
  $("ends").textContent = left ? fill(words.ends, { time }) : words.bad_link;
}

async function begin() {
  await learnWords();
  easel = await (await ask("api/easel")).json();
  if (easel.state !== "open") return over(words.already);
  $("page").hidden = false;
  const until = performance.now() + easel.ends_in * 1000;
  countDown(until);
  setInterval(() => countDown(until), 20_000);
  $("prompt").value = easel.wish.prompt;
  options($("model"), easel.models.map((one) => [one.name, one.name]), easel.wish.model);
  offer(easel.wish.quality, easel.wish.size, easel.wish.n);
  const picture = $("picture");
  picture.src = URL.createObjectURL(await (await ask("api/picture")).blob());
  await picture.decode();
  $("loading").hidden = true;
  view = new View($("stage"), $("sheet"), picture, $("overlay"), $("guide"));
  mask = new Mask(picture.naturalWidth, picture.naturalHeight);
  view.show(mask.width, mask.height);
  tools = new Tools(view, mask, changed, moved);
  listen();
  choose("brush");
  resize($("size").value);
  changed(true);
  tell(words.intro);
  priced();
}

function listen() {
  for (const one of all("[data-tool]")) one.addEventListener("click", () => choose(one.dataset.tool));
  for (const one of all("[data-do]")) one.addEventListener("click", deeds[one.dataset.do]);
  document.querySelector('[data-do="startLast"]').hidden = !easel.last || !canRead();
  document.querySelector('[data-do="startOwn"]').hidden = !easel.own || !canRead();
  $("size").addEventListener("input", () => resize($("size").value));
  $("opacity").addEventListener("input", () => { $("overlay").style.opacity = $("opacity").value / 100; });
  $("model").addEventListener("change", () => { offer("", "", Number($("count").value)); priced(); });
  for (const id of ["quality", "result-size", "count"]) $(id).addEventListener("change", priced);
  $("prompt").addEventListener("input", priced);
  $("wish").addEventListener("submit", send);
  addEventListener("keydown", shortcut);
}

addEventListener("hashchange", () => location.reload());
begin().catch((refusal) => {
  if (refusal instanceof Refusal && refusal.status !== 404) return over(refusal.message || words.offline);
  if (refusal instanceof Refusal) return over(words.bad_link);
  over(words.offline);
  throw refusal;
});
