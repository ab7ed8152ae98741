// Who is in: what the portal said last, and on top of it what this phone saw since and has not sent yet.

/** How a person stands at a session: { since, until }, times as numbers; `until` is null while they are in. */
export function presence(person, session, queue) {
  const known = person?.here[session];
  let since = known ? Date.parse(known.since) : null;
  let until = known?.until ? Date.parse(known.until) : null;
  const own = queue.filter((entry) => entry.registration === person?.id && entry.session === session);
  for (const entry of own.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))) {
    const at = Date.parse(entry.at);
    const isIn = since !== null && until === null;
    if (entry.way === "in" && !isIn) [since, until] = [at, null];
    else if (entry.way === "out" && isIn && at > since) until = at;
  }
  return { since, until };
}

export const isThere = ({ since, until }) => since !== null && until === null;

/** Hours and minutes where the phone is. */
export function clock(time) {
  return new Date(time).toLocaleTimeString(document.documentElement.lang, {
    hour: "2-digit",
    minute: "2-digit",
    hour12: false,
  });
}
