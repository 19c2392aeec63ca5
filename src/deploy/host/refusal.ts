import { ToolError } from '../../common/errors.ts';

/** The way in said no, and will say so again: a key that is not let in, a host key that is not the pinned one, no such container. */
export class Refusal extends ToolError {
  constructor(message: string, fix: string, cause?: unknown) {
    super('unknown', message, fix, cause);
  }
}
