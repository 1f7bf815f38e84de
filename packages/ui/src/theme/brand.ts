/**
 * Trunkline's accent: a calm petrol, sixteen shades from darkest to lightest as Fluent expects
 * them. Shade 80 carries white text at 5.4:1, shade 100 stands on dark grey at 5.1:1.
 */
export const brand = {
  10: '#011a20',
  20: '#05262e',
  30: '#07333e',
  40: '#083f4d',
  50: '#094c5c',
  60: '#0a596c',
  70: '#0b667c',
  80: '#0c738c',
  90: '#2c8ba5',
  100: '#4aa5be',
  110: '#62b4ca',
  120: '#7cc2d5',
  130: '#97d0df',
  140: '#b2dee9',
  150: '#cfebf2',
  160: '#ebf7fa',
} as const;
