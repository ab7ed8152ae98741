// The answer at the door: large, green or red, with a sound and a buzz, so that nobody needs to read it.

const TONES = { yes: [880], again: [660, 660], no: [220, 180] }; // hertz, one after the other
const BUZZES = { yes: [60], again: [60, 60, 60], no: [300] }; // milliseconds

let sound;

/** Browsers let a page sound only after somebody touched it. */
export function wakeSound() {
  sound ??= globalThis.AudioContext && new AudioContext();
  sound?.resume();
}

/** Show it. `kind` is yes, again or no. */
export function show(place, kind, sentence, detail = "") {
  place.className = `answer ${kind}`;
  place.hidden = false;
  const small = document.createElement("span");
  small.className = "small";
  small.textContent = detail;
  place.replaceChildren(sentence, small);
  navigator.vibrate?.(BUZZES[kind]);
  if (sound?.state === "running") TONES[kind].forEach((hertz, n) => beep(hertz, n * 0.18));
}

function beep(hertz, after) {
  const [tone, loudness] = [sound.createOscillator(), sound.createGain()];
  tone.frequency.value = hertz;
  loudness.gain.value = 0.15;
  tone.connect(loudness).connect(sound.destination);
  tone.start(sound.currentTime + after);
  tone.stop(sound.currentTime + after + 0.14);
}
