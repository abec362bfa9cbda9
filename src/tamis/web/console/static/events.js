// The page of events: the latest ones live, a chart with the numbers of single days, and descriptions edited in place.

import "./edit-in-place.js";
import "./live.js";
import "./day-chart.js";
