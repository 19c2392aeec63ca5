// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what a person writes into deploy.yaml.
import { usage } from '../../common/errors.ts';
import { nearest } from '../../common/nearest.ts';
import { hideSecret } from '../../common/redact.ts';

export interface Known {
  /** The process's environment: what comes from it may be a secret, and is never shown. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly variables: Readonly<Record<string, string>>;
  /** `${env:NAME}` and `$${` stay as they are written, for whoever fills them in elsewhere. */
  readonly keepEnv?: boolean;
}

/**
 * Puts values in the place of `${env:NAME}` and `${var:NAME}` in every text of a value. `$${` stands for `${`.
 *
 * @param where names the value in errors: `deploy.yaml:12: services.botserver.source`
 * @throws ToolError of kind `usage` for a reference to nothing
 */
export function expand<T>(value: T, known: Known, where: string): T {
  const { env, variables, keepEnv } = known;
  if (Array.isArray(value)) return value.map((one) => expand(one, known, where)) as T;
  if (typeof value !== 'string') return value;
  return value.replace(/\$?\$\{([^}]*)\}?/g, (whole, inside: string) => {
    if (whole.startsWith('$$')) return keepEnv ? whole : whole.slice(1);
    const [, kind, name] = /^(env|var):(\w+)$/.exec(inside) ?? [];
    if (kind === undefined || name === undefined || !whole.endsWith('}'))
      throw usage(
        `${where} holds ${whole}, which stands for nothing.`,
        'Write ${env:NAME} for an environment variable, ${var:NAME} for one of the variables of the environment, $${ for itself.',
      );
    if (kind === 'env' && keepEnv) return whole;
    const found = kind === 'env' ? env[name] : variables[name];
    if (kind === 'env') hideSecret(found);
    if (found !== undefined && (kind === 'var' || found !== '')) return found;
    if (kind === 'env')
      throw usage(
        `${where} takes ${name} from the environment, where it is not set.`,
        `Set ${name}; in a workflow: env: with a secret.`,
      );
    const close = nearest(name, Object.keys(variables));
    throw usage(
      `${where} takes ${name} from the variables, which have no such name${close ? `; did you mean "${close}"?` : '.'}`,
      'Add it to variables of the environment, or of every host.',
    );
  }) as T;
}
