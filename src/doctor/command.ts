import { loadCiDoctor } from './tool.ts';

/** ci-doctor with all its verbs. */
export const ciDoctor = await loadCiDoctor();
