import { runEdge } from './node/run-edge.ts';

await runEdge();
