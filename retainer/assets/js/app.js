// Everything here makes a page that already works more pleasant. Nothing here is needed to do a thing.
import { startAnswers } from "./answers.js";
import { startCharts } from "./charts.js";
import { startClocks } from "./clocks.js";
import { startDraftKeeping, startDrafts } from "./drafts.js";
import { startComposer, startComposing, startCopy, startForms } from "./forms.js";
import { startKeys } from "./keys.js";
import { startLanding } from "./landing.js";
import { startLeaving } from "./leaving.js";
import { startLive } from "./live.js";
import { startOverlays } from "./overlays.js";
import { startPalette } from "./palette.js";
import { startRanges } from "./ranges.js";
import { startSeveral } from "./several.js";
import { startTheme } from "./theme.js";
import { startToasts } from "./toasts.js";
import { startZones } from "./zones.js";

// Parts that come with every swap; each finds its own elements below a root and starts them once.
const parts = [
  startClocks,
  startDrafts,
  startComposer,
  startZones,
  startForms,
  startCharts,
  startRanges,
  startSeveral,
  revealScripted,
];

// Controls that only a script can serve stay hidden without one.
function revealScripted(root) {
  for (const element of root.querySelectorAll("[data-needs-script][hidden]")) element.hidden = false;
  for (const element of root.querySelectorAll("[data-without-script]")) element.hidden = true;
}

function startParts(root) {
  for (const start of parts) start(root);
}

startTheme();
startToasts();
startOverlays();
startPalette();
startLeaving();
startKeys();
startCopy();
startComposing();
startDraftKeeping();
startAnswers();
startLive(startParts);
startParts(document);
startLanding();
