// The list of names on the page, drawn from what the phone knows.

import { clock, isThere, presence } from "./presence.js";

/** Draw everybody with a seat whose name or agency fits `query`. Returns how many are there. */
export function drawRows({ list, queue, session, query, words, door }) {
  const seated = list.people.filter((person) => person.has_seat);
  const rows = door.querySelector("#door-list");
  const asked = query.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (person) => asked.every((word) => person.find.includes(word));
  const focused = document.activeElement?.closest?.("[data-person]")?.dataset.person;
  rows.replaceChildren(...seated.filter(fits).map((person) => row(person, { queue, session, words, door })));
  if (focused) rows.querySelector(`[data-person="${focused}"] button:not([hidden])`)?.focus();
  return {
    there: seated.filter((person) => isThere(presence(person, session, queue))).length,
    seated: seated.length,
  };
}

function row(person, { queue, session, words, door }) {
  const item = door.querySelector("#door-row").content.firstElementChild.cloneNode(true);
  const state = presence(person, session, queue);
  const there = isThere(state);
  item.dataset.person = person.id;
  item.classList.toggle("is-there", there);
  item.querySelector(".door-name").textContent = person.name;
  item.querySelector(".door-agency").textContent = person.agency;
  item.querySelector(".door-state").textContent = there
    ? words.in_since.replace("{time}", clock(state.since))
    : state.until
      ? words.went_at.replace("{time}", clock(state.until))
      : words.not_here;
  const form = item.querySelector("form");
  form.action = door.dataset.personAddress.replace(/00000000-[0-]*/, person.id);
  form.elements.session.value = session;
  const isWaiting = queue.some((entry) => entry.registration === person.id && entry.session === session);
  item.querySelector(".door-in").hidden = there;
  item.querySelector(".door-out").hidden = !there;
  // What is not sent yet cannot be taken back there.
  item.querySelector(".door-void").hidden = state.since === null || isWaiting;
  return item;
}
