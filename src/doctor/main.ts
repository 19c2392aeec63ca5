import { main } from '../common/command.ts';
import { terminalIo } from '../common/terminal.ts';
import { loadCiDoctor } from './tool.ts';

await main(await loadCiDoctor(process.argv[2]), terminalIo());
