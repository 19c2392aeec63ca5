import type { Io } from '../../common/io.ts';
import { bytes, count, duration } from '../../common/output/words.ts';
import type { Reporter } from '../deploy.ts';
import type { Watcher } from './rollout.ts';

interface Line {
  text: string;
  since: number;
  /** Bytes of the file, and when the transfer began. */
  transfer: { done: number; total: number; since: number } | null;
}

/** Progress of a fleet: a line a host that stays in its place on a terminal, lines with the time of day anywhere else. */
export function fleetProgress(io: Io, now: () => Date = () => new Date()): Reporter & Watcher & { finish(): void } {
  const { faint, bad, strong } = io.view.style;
  const lines = new Map<string, Line>();
  let drawnAt = 0;
  /** Where no terminal is watched, each host has its turn. */
  const saidAt = new Map<string, number>();
  const say = (text: string) => io.note(io.live ? text : `${now().toISOString().slice(11, 19)} ${text}`);
  const draw = () => {
    if (!io.live) return;
    const width = Math.max(0, ...[...lines.keys()].map((host) => host.length));
    io.live([...lines].map(([host, line]) => `  ${host.padEnd(width)}  ${line.text}${faint(rateOf(line))}`));
    drawnAt = performance.now();
  };
  const change = (host: string, text: string) => {
    lines.set(host, { text, since: performance.now(), transfer: null });
    draw();
  };
  return {
    begin: (host, title) => change(host, title),
    end(host, title, ms, detail, error) {
      const time = faint(`${(ms / 1000).toFixed(1)} s`);
      say(
        error === undefined
          ? `${host}: ${title}${detail ? ` (${detail})` : ''} ${time}`
          : `${host}: ${bad('failed:')} ${title} ${time}`,
      );
      change(host, error === undefined ? title : `${bad('failed:')} ${title}`);
    },
    progress(host, done, total) {
      const line = lines.get(host) ?? { text: 'transfer', since: performance.now(), transfer: null };
      line.transfer = { done, total, since: line.transfer?.since ?? line.since };
      lines.set(host, line);
      const moment = performance.now();
      if (io.live) {
        if (moment - drawnAt >= 100) draw();
      } else if (moment - (saidAt.get(host) ?? line.transfer.since) >= 5_000) {
        saidAt.set(host, moment);
        say(faint(`${host}: ${rateOf(line).trim()}`));
      }
    },
    batch(service, number, of, hosts, canary) {
      lines.clear();
      say(strong(`${service}, batch ${number} of ${of}${canary ? ', canary' : ''}: ${count(hosts.length, 'host')}`));
      for (const host of hosts) change(host, 'connecting');
    },
    settling(service, hosts, ms) {
      say(`${service}: watching ${hosts.join(', ')} for ${duration(ms / 1000)}`);
      for (const host of hosts) change(host, 'settling');
    },
    word: (text) => say(text),
    finish: () => io.live?.([]),
  };
}

function rateOf({ transfer }: Line): string {
  if (!transfer) return '';
  const { done, total, since } = transfer;
  const seconds = (performance.now() - since) / 1000;
  const rate = seconds > 0 ? done / seconds : 0;
  const left = rate > 0 && done < total ? `, ${duration((total - done) / rate)} left` : '';
  return ` ${bytes(done)} of ${bytes(total)}, ${bytes(Math.round(rate))}/s${left}`;
}
