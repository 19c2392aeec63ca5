import { deployAct } from './deploy.ts';
import { doctorAct } from './doctor.ts';
import { statesAct } from './states.ts';
import { submodulesAct } from './submodules.mjs';

/** What an act may use. */
export interface Stage {
  /** Shows a command line, runs the real command, shows what it prints, and answers with its standard output. */
  command(line: readonly string[], env: Record<string, string>, expectedExit?: number): Promise<string>;
  say(text: string): void;
  /** Removed at the end. */
  readonly directory: string;
  onStop(stop: () => Promise<void>): void;
}

/** Plays, and answers with how to reach what it left up. */
export type Act = (stage: Stage) => Promise<string>;

export const acts: Readonly<Record<string, Act>> = {
  doctor: doctorAct,
  states: statesAct,
  deploy: deployAct,
  async submodules({ say }) {
    say('A root with nested submodules and two remotes, and a push that somebody forgot.');
    await submodulesAct();
    return 'The submodules act leaves nothing up.';
  },
};
