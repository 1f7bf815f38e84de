/** The calls every engine has to carry, on rtpengine. */
import { describe } from 'vitest';
import { engineSuite } from '../testing/engine-suite.ts';
import { needsRtpengine, rtpengineSubject } from '../testing/rtpengine-subject.ts';

const suite = needsRtpengine('rtpengine');
describe.skipIf(suite.skip)(suite.name, () => engineSuite(rtpengineSubject()));
