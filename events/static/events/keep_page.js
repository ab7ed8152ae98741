// Asks the service worker beside a page to keep that page, with its styles and scripts, for when there is no signal.

/** Keep this page. Resolves to whether it opens without a signal from now on. `more`: addresses that it needs later. */
export async function keepPage(more = []) {
  if (!("serviceWorker" in navigator)) return false;
  try {
    await navigator.serviceWorker.register("worker.js", { scope: "./" });
    const { active } = await navigator.serviceWorker.ready;
    return await keptBy(active, [location.pathname, ...parts(), ...more]);
  } catch {
    return false;
  }
}

/** Take away what `keepPage` kept. */
export async function forgetPage() {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.getRegistration("./");
  if (!registration || !registration.scope.endsWith(location.pathname)) return;
  await caches.delete("tongxing " + registration.scope);
  await registration.unregister();
}

/** The styles, scripts and drawings that this page has loaded from here. */
function parts() {
  const loaded = performance.getEntriesByType("resource").map((entry) => new URL(entry.name));
  const own = loaded.filter((url) => url.origin === location.origin && /\.(js|css|svg)$/.test(url.pathname));
  const paths = own.map((url) => url.pathname).filter((path) => !path.startsWith(location.pathname));
  return [...new Set(paths)];
}

function keptBy(worker, addresses) {
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = (event) => resolve(event.data);
    worker.postMessage({ keep: addresses }, [channel.port2]);
  });
}
