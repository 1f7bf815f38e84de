import { runControlPlane } from './node/run-control-plane.ts';

await runControlPlane();
