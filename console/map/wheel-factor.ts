/** The factor of one step of a mouse's wheel, which is also the most that one event zooms. */
const STEP = 1.12;
/** The pixels of one step; a line is a third of one, as in Firefox, and a page is more than one. */
const STEP_PIXELS = 100;
const PIXELS = [1, STEP_PIXELS / 3, STEP_PIXELS] as const;
/** Browsers send the pinch of a trackpad as turns of a wheel with Ctrl, in hundredths of its growth. */
const PINCH = 10;

/**
 * Returns the factor of a turn of the wheel: above 1 for a turn away from the user. A wheel turns by steps; a trackpad sends sixty events a
 * second with a few pixels each, which count for as much as they are.
 */
export function wheelFactor({
  deltaY,
  deltaMode,
  ctrlKey,
}: Pick<WheelEvent, 'deltaY' | 'deltaMode' | 'ctrlKey'>): number {
  const pixels = deltaY * (PIXELS[deltaMode] ?? 1) * (ctrlKey ? PINCH : 1);
  const steps = Math.min(1, Math.max(-1, pixels / STEP_PIXELS));
  return STEP ** -steps;
}
