// What this phone keeps of one event: the list of people, and the entries that are not sent yet. In IndexedDB, so that
// a closed browser or an empty battery loses nothing.

const LIST = "list";
const QUEUE = "queue";

const nameOf = (event) => `tongxing door ${event}`;

/** The store of one event. */
export async function openStore(event) {
  const opening = indexedDB.open(nameOf(event), 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore(LIST);
    opening.result.createObjectStore(QUEUE, { keyPath: "key" });
  };
  const database = await done(opening);
  const inside = (store, mode) => database.transaction(store, mode).objectStore(store);
  return {
    list: () => done(inside(LIST, "readonly").get(LIST)),
    keepList: (list) => done(inside(LIST, "readwrite").put(list, LIST)),
    queue: () => done(inside(QUEUE, "readonly").getAll()),
    add: (entry) => done(inside(QUEUE, "readwrite").add(entry)),
    remove: (key) => done(inside(QUEUE, "readwrite").delete(key)),
    /** Take the list of names away. Entries that wait hold no names and stay, until they are sent. */
    forgetPeople: () => done(inside(LIST, "readwrite").clear()),
    async forgetAll() {
      database.close();
      await done(indexedDB.deleteDatabase(nameOf(event)));
    },
  };
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
