/** Entry of the dashboard's pages. */

import { readBoot } from "./boot";
import { startInbox } from "./inbox";
import { improveLogin } from "./login";
import { followTheme, rememberZone } from "./preferences";

followTheme();
rememberZone();
improveLogin();

const boot = readBoot();
if (boot) startInbox(boot);
