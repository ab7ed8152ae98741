// The door of an event on a phone. The page does its job without this file; with it, it scans tickets and needs no
// signal: what happens is kept here first, shown at once, and sent when the portal can be reached.

import { forgetPage, keepPage } from "../keep_page.js";
import { show, wakeSound } from "./answer.js";
import { clock, isThere, presence } from "./presence.js";
import { readPhoto, watch } from "./reader.js";
import { drawRows } from "./rows.js";
import { openStore } from "./store.js";
import { fetchPeople, send, SignedOut } from "./sync.js";
import { asDigits, readKeys, readTicket } from "./ticket.js";

const EVERY = 20_000; // milliseconds between two tries to reach the portal
const SAME_CODE = 4_000; // so long a ticket that is held before the camera counts once
const LATE = 12 * 3_600_000; // after the end, a door may still send

const door = document.getElementById("door");
if (door && globalThis.indexedDB && globalThis.crypto?.subtle) await start();

async function start() {
  const words = JSON.parse(document.getElementById("door-words").textContent);
  const part = (name) => document.getElementById(`door-${name}`);
  const store = await openStore(words.event);
  let list = await store.list();
  let queue = await store.queue();
  let keys = list ? await readKeys(list.keys) : [];
  let session = Number(new URLSearchParams(location.search).get("session")) || Number(door.dataset.session);
  let isKept = false;
  let isSending = false;
  let isAskedAgain = false; // something was noted down while the last report was under way
  let lastScan = { text: "", at: 0 };

  const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
  const say = (kind, sentence, values = {}, detail = "") =>
    show(part("answer"), kind, fill(words[sentence], values), detail);

  /** Of a session that is over the portal made the rows: who was there is noted down from a list that was signed. */
  const isPast = () => Boolean(door.dataset.over) && session === Number(door.dataset.session);
  const hasEnded = (one) => Date.parse(list?.ends?.[one]) <= Date.now();

  function draw() {
    if (!list || isPast()) return;
    const counts = drawRows({ list, queue, session, query: part("q").value, words, door });
    part("count").textContent = fill(words.counted, counts);
  }

  function tell(state) {
    const waiting = queue.length === 1 ? words.waiting_one : fill(words.waiting, { number: queue.length });
    const sentences = [words[state], queue.length ? waiting : words.all_sent, isKept ? words.ready : ""];
    part("signal").textContent = sentences.filter(Boolean).join(" ");
    part("signal").dataset.waiting = queue.length;
    part("signal").dataset.kept = isKept;
    part("signal").hidden = false;
  }

  async function take(fresh) {
    list = fresh;
    keys = await readKeys(list.keys);
    await store.keepList(list);
  }

  /** Fetch the list and send what waits. */
  async function meet() {
    if (isSending) return (isAskedAgain = true);
    isSending = true;
    isAskedAgain = false;
    try {
      if ((await store.queue()).length) {
        const { list: fresh, refused } = await send(store, words);
        await take(fresh);
        if (refused.length) say("no", "refused", { sentence: refused.join(" ") });
        else if (isPast()) return location.reload();
      } else {
        await take(await fetchPeople(words));
      }
      queue = await store.queue();
      if (isOver() && !queue.length) return await leaveNothing();
      draw();
      tell("online");
    } catch (error) {
      queue = await store.queue();
      if (error instanceof SignedOut) {
        await store.forgetPeople();
        await forgetPage();
        list = undefined;
        part("list").replaceChildren();
        tell("signed_out");
      } else {
        tell("offline");
      }
    } finally {
      isSending = false;
      if (isAskedAgain) meet();
    }
  }

  const isOver = () => list?.ends_at && Date.parse(list.ends_at) + LATE < Date.now();

  async function leaveNothing() {
    clearInterval(timer);
    await store.forgetAll();
    await forgetPage();
    part("signal").textContent = words.over;
    part("signal").hidden = false;
  }

  /** One entry: kept here first, shown, then sent. */
  async function note(id, way, source) {
    const person = list?.people.find((one) => one.id === id);
    const name = person?.name ?? "";
    const state = presence(person, session, queue);
    if (person && !person.has_seat) return say("no", "no_seat", { name, status: person.status }, person.agency);
    if (way === "in" && hasEnded(session)) return say("no", "session_over", { name }, person?.agency);
    if (way === "in" && person && isThere(state)) {
      return say("again", "already", { name, time: clock(state.since) }, person.agency);
    }
    if (way === "out" && person && !isThere(state)) return say("again", "not_in", { name }, person.agency);
    const at = new Date().toISOString();
    await store.add({ key: crypto.randomUUID(), registration: id, session, way, source, at });
    queue = await store.queue();
    if (!person) say("yes", "valid_unknown");
    else say("yes", way === "in" ? "is_in" : "is_out", { name }, person.agency);
    draw();
    tell(navigator.onLine ? "online" : "offline");
    meet();
  }

  async function scanned(text, way = "in") {
    const ticket = await readTicket(text, keys);
    if (ticket.no) return say("no", ticket.no);
    if (ticket.event !== words.event) return say("no", "other_event");
    return note(ticket.registration, way, "qr");
  }

  async function typed(text, way) {
    if (text.trim().startsWith("TONGXING1:")) return scanned(text.trim(), way);
    const digits = asDigits(text);
    if (!digits) return say("no", "six_digits");
    const person = list.people.find((one) => one.code === digits);
    return person ? note(person.id, way, "code") : say("no", "no_such_code");
  }

  // -- What people do ---------------------------------------------------------------------------------------------

  door.addEventListener("submit", (event) => {
    const form = event.target;
    const way = event.submitter?.value;
    if (isPast()) return;
    if (form.id === "door-search") {
      event.preventDefault();
      draw();
    } else if (list && (way === "in" || way === "out")) {
      event.preventDefault();
      wakeSound();
      const item = form.closest("[data-person]");
      if (item) return note(item.dataset.person, way, "list");
      typed(part("digits").value, way);
      part("digits").value = "";
      setTimeout(() => form.querySelectorAll("button").forEach((b) => b.removeAttribute("aria-disabled")), 10);
    }
  });
  part("q").addEventListener("input", draw);
  part("session")?.addEventListener("change", (event) => {
    event.stopPropagation();
    const chosen = Number(event.target.value);
    if (isPast() || hasEnded(chosen)) return location.assign(`?session=${chosen}`);
    session = chosen;
    for (const field of door.querySelectorAll("input[name=session]")) field.value = session;
    history.replaceState(null, "", `?session=${session}`);
    draw();
  });
  part("photo").addEventListener("change", async (event) => {
    wakeSound();
    const text = await readPhoto(event.target.files[0], door).catch(() => null);
    event.target.value = "";
    if (text) await scanned(text);
    else say("no", "nothing_on_photo");
  });

  let camera = null;
  part("camera").addEventListener("click", async () => {
    wakeSound();
    if (camera) {
      camera.stop();
      camera = null;
    } else {
      camera = await watch(part("video"), door, seen).catch(() => null);
      if (!camera) say("no", "no_camera");
    }
    part("camera").setAttribute("aria-pressed", String(Boolean(camera)));
  });

  async function seen(text) {
    const isHeld = text === lastScan.text && Date.now() - lastScan.at < SAME_CODE;
    lastScan = { text, at: Date.now() };
    if (!isHeld) await scanned(text);
  }

  // Signing out takes everything of the portal off this phone, what waits to be sent too.
  document.querySelector("a[href$='/accounts/logout/']")?.addEventListener("click", (event) => {
    if (queue.length && !confirm(words.unsent_sign_out)) event.preventDefault();
  });
  window.addEventListener("online", meet);
  window.addEventListener("offline", () => tell("offline"));
  document.addEventListener("visibilitychange", () => document.hidden || meet());

  const timer = setInterval(meet, EVERY);
  part("scanner").hidden = false;
  if (isOver() && !queue.length) return leaveNothing();
  draw();
  await meet();
  if (list && !isOver()) {
    isKept = await keepPage([door.dataset.reader, door.dataset.wasm]);
    tell(navigator.onLine ? "online" : "offline");
  }
}
