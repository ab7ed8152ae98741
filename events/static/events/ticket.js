// The page of a ticket: kept on the phone, so that it opens at a door without a signal.
import { keepPage } from "./keep_page.js";

const words = document.getElementById("kept");
if (await keepPage()) words.hidden = false;
