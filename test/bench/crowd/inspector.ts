/** Where the inspector of a profiled companion listens, on the relay. */
export const inspectorPort = 9229;
