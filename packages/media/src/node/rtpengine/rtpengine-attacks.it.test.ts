/** Attackers and a real browser at rtpengine. */
import { describe } from 'vitest';
import { attackSuite } from '../testing/attack-suite.ts';
import { chromiumAvailable } from '../testing/chromium-peer.ts';
import { chromiumSuite } from '../testing/chromium-suite.ts';
import { needsRtpengine, rtpengineSubject } from '../testing/rtpengine-subject.ts';

const suite = needsRtpengine('rtpengine under attack');
describe.skipIf(suite.skip)(suite.name, () => attackSuite(rtpengineSubject()));

const browser = needsRtpengine('rtpengine and a browser');
const hasChromium = chromiumAvailable();
describe.skipIf(browser.skip || !hasChromium)(
  hasChromium ? browser.name : `${browser.name} (skipped: chromium not installed)`,
  () => chromiumSuite(rtpengineSubject()),
);
