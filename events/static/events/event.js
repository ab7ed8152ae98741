// Makes the page of an event a little smoother. Everything on it is right without this file.
"use strict";

// Whose clocks show something else than the event's also reads the time on their own.
for (const time of document.querySelectorAll("time[data-zone]")) {
  const moment = new Date(time.dateTime);
  const clock = (timeZone) =>
    new Intl.DateTimeFormat("en", { timeZone, dateStyle: "short", timeStyle: "short" }).format(moment);
  if (clock(time.dataset.zone) === clock(undefined)) continue;
  const words = new Intl.DateTimeFormat(document.documentElement.lang, {
    dateStyle: "long",
    timeStyle: "short",
  }).format(moment);
  const beside = document.createElement("span");
  beside.className = "muted small";
  beside.textContent = " " + time.dataset.yours.replace("%(time)s", words);
  time.after(beside);
}

// A question that depends on the answer to another is shown with that answer only.
for (const form of document.forms) {
  const dependent = [...form.querySelectorAll("[data-only-if]")];
  if (!dependent.length) continue;
  const field = (element) => element.closest(".field");
  const said = (name) =>
    [...form.querySelectorAll(`[name="${name}"]`)]
      .filter((input) => !field(input).hidden && (input.checked || input.matches("select")))
      .map((input) => input.value);
  const show = () => {
    for (const element of dependent) {
      const box = field(element);
      box.hidden = !said(element.dataset.onlyIf).includes(element.dataset.onlyAnswer);
      box.style.display = box.hidden ? "none" : "";
    }
  };
  form.addEventListener("change", show);
  show();
}
