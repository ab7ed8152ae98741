// What a QR code says, checked on the phone: it is the same check as in events/ticket.py.

const MARK = "TONGXING1:";
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const CURVE = { name: "ECDSA", namedCurve: "P-256" };

/** The public keys as the list brings them, ready to check with. */
export function readKeys(keys) {
  return Promise.all(
    keys.map((key) => crypto.subtle.importKey("spki", bytesOfBase64(key), CURVE, false, ["verify"]))
  );
}

/**
 * What is in a text that was scanned: { event, registration } of a ticket that we signed,
 * or { no: "not_a_ticket" | "forged" }.
 */
export async function readTicket(text, keys) {
  if (!text.startsWith(MARK)) return { no: "not_a_ticket" };
  const content = bytesOfBase32(text.slice(MARK.length));
  if (content?.length !== 96) return { no: "forged" };
  const message = content.slice(0, 32);
  const signature = content.slice(32);
  for (const key of keys) {
    if (await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, message)) {
      return { event: uuid(message.slice(0, 16)), registration: uuid(message.slice(16)) };
    }
  }
  return { no: "forged" };
}

/** Six plain digits, however they were typed; null when it is something else. */
export function asDigits(text) {
  const digits = text.normalize("NFKC").replace(/[\s-]/g, "");
  return /^[0-9]{6}$/.test(digits) ? digits : null;
}

function bytesOfBase64(text) {
  return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
}

function bytesOfBase32(text) {
  const bytes = [];
  let bits = 0;
  let held = 0;
  for (const sign of text.trim()) {
    const value = ALPHABET.indexOf(sign);
    if (value < 0) return null;
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 0xff);
    }
  }
  return Uint8Array.from(bytes);
}

function uuid(bytes) {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
