// Writing that loses nothing: what is typed is kept in this browser at once, sent when there is a connection, and cleared
// here once the server has it. Without this file the form is an ordinary form with an ordinary button. A form may do
// without sections, without what two change at once, and without a meter of how complete it is.

import { Editor } from "./editor.js";

const PAUSE = 2500; // milliseconds without a key before the form is sent
const RETRY = 15000;

const form = document.querySelector("form[data-writing]");
const words = JSON.parse(document.getElementById("writing-words").textContent);

/** Whether somebody wrote into this field before this file had arrived. On the way back a browser fills fields itself. */
const isFresh = performance.getEntriesByType("navigation")[0]?.type === "navigate";
function isWritten(field) {
  if (!isFresh || field.type === "hidden") return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (!field.options) return field.value !== field.defaultValue;
  const isChosen = [...field.options].some((option) => option.defaultSelected);
  return [...field.options].some((option, i) => option.selected !== (isChosen || field.multiple ? option.defaultSelected : i === 0));
}
const wasWritten = [...form.elements].some((field) => field.name && field.matches("input, select, textarea") && isWritten(field));

const editors = new Map();
for (const holder of form.querySelectorAll("[data-section]")) {
  if (isWritten(holder.querySelector("textarea"))) continue; // stays the plain field that somebody is writing in
  const editor = new Editor(holder, words);
  editors.set(editor.name, editor);
}
if (editors.size) document.documentElement.classList.add("has-editor");

const state = form.querySelector("[data-state]");
const key = form.dataset.writing;
let version = 0; // counts changes
let safe = 0; // the version that the server has
let hasAnswered = false; // whether the last attempt reached the server
let sending = false;
let isLeaving = false;
let timer = 0;
const sentSections = new Map(); // section: what the server has of it, if it was touched here

function say(name, time = "") {
  if (!state) return;
  state.dataset.state = name;
  state.textContent = words[name].replace("{time}", time);
}

function clock(date = new Date()) {
  return date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

// -- Kept in this browser ----------------------------------------------------------------------------------------------

/** Every field of the form as it is now, but for the key of the session. */
function values() {
  const found = {};
  for (const [name, value] of new FormData(form)) {
    if (name !== "csrfmiddlewaretoken" && name !== "then" && name !== "part") (found[name] ||= []).push(value);
  }
  return found;
}

function keep() {
  try {
    localStorage.setItem(key, JSON.stringify({ at: new Date().toISOString(), values: values() }));
    return true;
  } catch {
    return false;
  }
}

function forget() {
  try {
    localStorage.removeItem(key);
  } catch {
    // There is none.
  }
}

function kept() {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}

/** Put back what could not be sent, with what its writer had seen, so that the server judges it rightly. */
function restore(stored) {
  for (const field of form.elements) {
    if (!field.name || ["csrfmiddlewaretoken", "then", "part"].includes(field.name)) continue;
    const given = stored.values[field.name];
    if (field.type === "checkbox" || field.type === "radio") field.checked = Boolean(given?.includes(field.value));
    else if (field.multiple) for (const option of field.options) option.selected = Boolean(given?.includes(option.value));
    else if (given && !editors.has(field.name) && !field.name.endsWith("-as")) field.value = given[0];
  }
  for (const [name, editor] of editors) {
    if (stored.values[`${name}-as`]?.[0] === "html") editor.show(stored.values[name]?.[0] || "");
  }
  say("restored", clock(new Date(stored.at)));
}

// -- Sending -----------------------------------------------------------------------------------------------------------

function body() {
  const data = new FormData(form);
  data.delete("then");
  data.delete("part");
  const unchanged = [];
  for (const [name, editor] of editors) {
    if (editor.isTouched && sentSections.get(name) !== editor.area.value) continue;
    unchanged.push(name);
    data.delete(name);
    data.delete(`${name}-as`);
  }
  data.set("unchanged", unchanged.join(","));
  return data;
}

/** Send what is there. Resolves to whether the server has everything. */
async function save() {
  if (sending || !form.dataset.autosave) return false;
  sending = true;
  clearTimeout(timer);
  const sent = version;
  const sections = new Map([...editors].map(([name, editor]) => [name, editor.area.value]));
  say("saving");
  hasAnswered = false;
  let response;
  try {
    response = await fetch(form.dataset.autosave, { method: "POST", body: body(), credentials: "same-origin", signal: AbortSignal.timeout(20000) });
  } catch {
    return held();
  }
  hasAnswered = true;
  if (response.redirected || response.status === 403) return held("signed_out");
  if (response.status === 409) return held("review");
  if (!response.ok) return held();
  const answer = await response.json().catch(() => null);
  if (!answer) return held();
  sending = false;
  if (answer.seen) {
    form.elements.seen.value = JSON.stringify(answer.seen);
    form.elements.began_from.value = answer.began_from;
  }
  const both = new Set(answer.both.map((one) => one.field));
  for (const [name, text] of sections) if (!both.has(name) && !(name in answer.refused)) sentSections.set(name, text);
  tell(answer);
  const isWhole = answer.state === "saved" && !Object.keys(answer.refused).length;
  if (version !== sent) later();
  else if (isWhole) {
    safe = sent;
    forget();
  }
  if (version !== sent || !isWhole) keep();
  if (answer.state === "both") say("both");
  else if (version === sent) say(isWhole ? "saved" : "waiting", answer.at);
  return isWhole && version === sent;
}

function held(why = "kept") {
  sending = false;
  say(keep() ? why : "lost", clock());
  if (why === "kept") timer = setTimeout(save, RETRY);
  return false;
}

function later() {
  clearTimeout(timer);
  timer = setTimeout(save, PAUSE);
}

/** What the answer says about the whole: how complete it is, what was refused, what two changed at once. */
function tell(answer) {
  const meter = document.getElementById("completeness");
  if (meter) {
    meter.value = answer.percent;
    document.querySelector("[data-percent]").textContent = `${answer.percent} %`;
  }
  const missing = document.querySelector("[data-missing]");
  if (missing) missing.replaceChildren(...answer.missing.map((sentence) => Object.assign(document.createElement("li"), { textContent: sentence })));
  for (const old of form.querySelectorAll(".refusal.live")) old.remove();
  for (const [name, sentences] of Object.entries(answer.refused)) {
    const field = form.elements[name];
    const box = (field instanceof RadioNodeList ? field[0] : field)?.closest?.(".field");
    box?.append(Object.assign(document.createElement("p"), { className: "refusal live", textContent: sentences.join(" ") }));
  }
  beside(answer.both);
}

/** Both texts of each part that two changed at once, side by side, until the writer decides. */
function beside(both) {
  const place = form.querySelector("[data-both]");
  if (!place) return;
  place.replaceChildren();
  place.hidden = !both.length;
  for (const one of both) {
    const card = element("section", "beside-card");
    card.append(element("h3", "", one.label));
    const pair = element("div", "beside");
    for (const [title, text] of [[words.theirs, one.theirs], [words.mine, one.mine]]) {
      const side = element("div");
      side.append(element("h4", "", title), element("pre", "theirs", text || "—"));
      pair.append(side);
    }
    const actions = element("p", "actions cluster");
    const mine = element("button", "button quiet", words.keep_mine);
    const theirs = element("button", "button quiet", words.take_theirs);
    mine.type = theirs.type = "button";
    mine.addEventListener("click", () => decide(one, null));
    theirs.addEventListener("click", () => decide(one, one.theirs));
    actions.append(mine, theirs);
    card.append(pair, actions);
    place.append(card);
  }
}

function decide(one, theirs) {
  const seen = JSON.parse(form.elements.seen.value);
  form.elements.seen.value = JSON.stringify({ ...seen, [one.field]: one.seen });
  if (theirs !== null) {
    const field = form.elements[one.field];
    if (editors.has(one.field)) editors.get(one.field).show(one.theirs_html);
    else if (field instanceof HTMLTextAreaElement || (field instanceof HTMLInputElement && field.type === "text")) field.value = theirs;
    else {
      // Too much of a choice to be copied here: the page shows theirs when it is loaded anew.
      forget();
      isLeaving = true;
      return location.reload();
    }
  }
  version += 1;
  keep();
  save();
}

function element(name, className = "", text = "") {
  return Object.assign(document.createElement(name), { className, textContent: text });
}

// -- When --------------------------------------------------------------------------------------------------------------

let keeping = 0;
function changed() {
  version += 1;
  if (state?.dataset.state !== "both") say("waiting");
  clearTimeout(keeping);
  keeping = setTimeout(keep, 250);
  later();
}

if (form.dataset.autosave) {
  form.addEventListener("input", changed);
  form.addEventListener("change", (event) => event.target.matches("select, input") && changed());
  addEventListener("online", () => version && save());
  addEventListener("pagehide", () => !isLeaving && version !== safe && keep());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden" || isLeaving || !state || !["waiting", "kept"].includes(state.dataset.state)) return;
    keep();
    save();
  });
  addEventListener("beforeunload", (event) => state?.dataset.state === "lost" && !isLeaving && event.preventDefault());
  const stored = kept();
  if (stored && form.hasAttribute("data-answered")) forget(); // the form carries what was typed already
  else if (stored) {
    restore(stored);
    version += 1;
    later();
  } else if (wasWritten) changed();
}

// A button of the form: first what was typed is brought to safety, then the page goes where the button says.
let isSafe = false;
form.addEventListener("submit", async (event) => {
  if (isSafe || !form.dataset.autosave) {
    isLeaving = true;
    return;
  }
  event.preventDefault();
  const button = event.submitter;
  keep();
  while (sending) await new Promise((resolve) => setTimeout(resolve, 50));
  await save();
  if (!hasAnswered || ["signed_out", "review"].includes(state.dataset.state)) {
    button?.removeAttribute("aria-disabled");
    return;
  }
  isSafe = true;
  form.requestSubmit(button);
});

// Suggested keywords become buttons that add them.
for (const box of document.querySelectorAll("[data-suggest]")) {
  const field = document.getElementById(box.dataset.suggest);
  for (const chip of box.querySelectorAll(".chip")) {
    const button = element("button", "chip", `+ ${chip.textContent}`);
    button.type = "button";
    button.lang = chip.lang;
    button.addEventListener("click", () => {
      field.value = [field.value.trim(), chip.textContent].filter(Boolean).join("，");
      button.remove();
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    chip.replaceWith(button);
  }
}
