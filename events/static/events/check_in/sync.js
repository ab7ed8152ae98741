// Between the phone and the portal: fetch the list, send what waits. Every entry has a key that the phone made, so
// sending it again changes nothing there.

const MOST_AT_ONCE = 200;

/** Nobody is signed in, or this event is no longer theirs. */
export class SignedOut extends Error {}

/** The list as it is now. Throws SignedOut, or what `fetch` throws without a signal. */
export async function fetchPeople(words) {
  return answerOf(await fetch(words.people, { headers: { Accept: "application/json" } }));
}

/**
 * Send what waits and return { list, refused }: the list as it is then, and sentences about what was not noted down.
 * An entry leaves the store only once the portal has answered for it.
 */
export async function send(store, words) {
  const refused = [];
  let list = await fetchPeople(words);
  let waiting = await store.queue();
  while (waiting.length) {
    const some = waiting.slice(0, MOST_AT_ONCE);
    list = await post(words.sync, list.csrf, some);
    for (const { key } of some) {
      if (list.answers[key]) refused.push(list.answers[key]);
      await store.remove(key);
    }
    waiting = waiting.slice(MOST_AT_ONCE);
  }
  return { list, refused };
}

async function post(address, csrf, entries) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
    body: JSON.stringify({ sent_at: new Date().toISOString(), entries }),
  });
  return answerOf(answer);
}

async function answerOf(answer) {
  const isData = answer.headers.get("Content-Type")?.startsWith("application/json");
  if (answer.redirected || answer.status === 404) throw new SignedOut();
  if (!answer.ok || !isData) throw new Error(`${answer.status} ${answer.url}`);
  return answer.json();
}
