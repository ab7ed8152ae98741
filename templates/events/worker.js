// Keeps one page with its styles and scripts, so that it opens without a signal. Its scope is that page alone: the
// rest of the portal never passes through here.
"use strict";

const KEPT = "tongxing " + self.registration.scope;
const PAGE = new URL(self.registration.scope).pathname;
const PATIENCE = 4000; // milliseconds that a weak signal may take before the kept page is shown

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// The page says what it is made of; the answer tells it whether all of that is kept.
self.addEventListener("message", (event) => {
  const done = (isKept) => event.ports[0]?.postMessage(isKept);
  event.waitUntil(keep(event.data.keep).then(() => done(true), () => done(false)));
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") {
    if (url.pathname === PAGE) event.respondWith(page(event.request));
  } else if (/\.(js|css|wasm|svg)$/.test(url.pathname)) {
    event.respondWith(part(event.request));
  }
});

async function keep(addresses) {
  const cache = await caches.open(KEPT);
  await cache.addAll(addresses);
}

// The page from the network when it comes in time, else as it was kept.
async function page(request) {
  const cache = await caches.open(KEPT);
  const fresh = fetch(request).then(async (answer) => {
    if (answer.ok) await cache.put(PAGE, answer.clone());
    // Signed out, or no longer allowed: then nothing of it stays here.
    else if (answer.type === "opaqueredirect" || answer.status === 404) await caches.delete(KEPT);
    return answer;
  });
  const kept = await cache.match(PAGE);
  if (!kept) return fresh;
  const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE, kept.clone()));
  return Promise.race([fresh, patience]).catch(() => kept);
}

// A style or script: at once as it was kept, and fetched anew for the next time.
async function part(request) {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(request);
  const fresh = fetch(request).then(async (answer) => {
    if (answer.ok && kept) await cache.put(request, answer.clone());
    return answer;
  });
  if (!kept) return fresh;
  fresh.catch(() => {});
  return kept;
}
