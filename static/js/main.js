import { startBack } from "./back.js";
import { startCompletions } from "./completions.js";
import { startCopying } from "./copy.js";
import { startDuplicates } from "./duplicates.js";
import { startJobs } from "./jobs.js";
import { startKeyboard } from "./keyboard.js";
import { startMotion } from "./motion.js";
import { startNotices } from "./notices.js";
import { startPanel } from "./panel.js";
import { startParts } from "./part.js";
import { startPictureSearch } from "./picture-search.js";
import { startPopovers } from "./popovers.js";
import { startSelection } from "./selection.js";
import { startSuggestions } from "./suggestions.js";
import { startSwipe } from "./swipe.js";
import { startUnderstanding } from "./understanding.js";
import { startUploads } from "./upload.js";

startNotices();
startParts(); // before the keys of the page: Escape closes it first
startPopovers(); // and these
startKeyboard();
startDuplicates();
startJobs();
startBack();
startPanel();
startMotion();
startSelection();
startSwipe();
startSuggestions();
startPictureSearch();
startUnderstanding();
startUploads();
startCopying();
startCompletions();
