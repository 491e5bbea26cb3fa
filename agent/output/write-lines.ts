// The telemetry of the agent finds the writer here, beside its other outputs.
export { writeTo, type WriteLines } from '../../common/output/write-lines.ts';
