import { startBack } from "./back.js";
import { startCopying } from "./copy.js";
import { startKeyboard } from "./keyboard.js";
import { startNotices } from "./notices.js";
import { startPanel } from "./panel.js";
import { startPictureSearch } from "./picture-search.js";
import { startSelection } from "./selection.js";
import { startSwipe } from "./swipe.js";
import { startUploads } from "./upload.js";

startNotices();
startKeyboard();
startBack();
startPanel();
startSelection();
startSwipe();
startPictureSearch();
startUploads();
startCopying();
