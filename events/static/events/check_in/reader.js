// Reads QR codes from the camera or from a photo: by the browser where it can, else by zxing-wasm, which comes from here.

let reader; // made once, when it is first needed

/** The texts of the QR codes in a picture (a video, an image, a canvas). */
async function read(picture, door) {
  reader ??= makeReader(door);
  return (await reader)(picture);
}

async function makeReader(door) {
  const formats = (await globalThis.BarcodeDetector?.getSupportedFormats?.()) ?? [];
  if (formats.includes("qr_code")) {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    return async (picture) => (await detector.detect(picture)).map((found) => found.rawValue);
  }
  await loadScript(door.dataset.reader);
  ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => door.dataset.wasm } });
  return async (picture) => {
    const options = { formats: ["QRCode"], tryHarder: true };
    const found = await ZXingWASM.readBarcodes(pixels(picture), options);
    return found.filter((one) => one.isValid).map((one) => one.text);
  };
}

function loadScript(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = resolve;
    script.onerror = reject;
    document.head.append(script);
  });
}

/** The picture as pixels, no larger than reading needs. */
function pixels(picture, most = 1600) {
  const width = picture.videoWidth || picture.width;
  const height = picture.videoHeight || picture.height;
  const scale = Math.min(1, most / Math.max(width, height));
  const canvas = new OffscreenCanvas(Math.max(1, width * scale), Math.max(1, height * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** The first QR code on a photo that was taken or chosen; null when there is none. */
export async function readPhoto(file, door) {
  const picture = await createImageBitmap(file);
  try {
    return (await read(picture, door))[0] ?? null;
  } finally {
    picture.close();
  }
}

/** Look through the camera until `stop` is called on what this returns; `found` gets each text. Throws without one. */
export async function watch(video, door, found) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  video.srcObject = stream;
  video.hidden = false;
  await video.play();
  let isOn = true;
  const look = async () => {
    if (!isOn) return;
    if (video.videoWidth) for (const text of await read(video, door)) await found(text);
    setTimeout(look, 150);
  };
  look();
  return {
    stop() {
      isOn = false;
      video.hidden = true;
      for (const track of stream.getTracks()) track.stop();
    },
  };
}
