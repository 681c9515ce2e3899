import { startKeyboard } from "./keyboard.js";
import { startNotices } from "./notices.js";
import { startPictureSearch } from "./picture-search.js";
import { startSelection } from "./selection.js";
import { startSwipe } from "./swipe.js";
import { startUploads } from "./upload.js";

startNotices();
startKeyboard();
startSelection();
startSwipe();
startPictureSearch();
startUploads();
