/** Services so that each comes behind all it needs; otherwise as they are written. `needs` has no circles. */
export function inOrder(
  services: Readonly<Record<string, { readonly needs?: readonly string[] | undefined }>>,
): string[] {
  const order: string[] = [];
  const take = (name: string) => {
    for (const need of services[name]?.needs ?? []) take(need);
    if (!order.includes(name)) order.push(name);
  };
  for (const name of Object.keys(services)) take(name);
  return order;
}

/**
 * Hosts in batches: the canaries first, then by `sizes`, whose last one repeats. A share is one of all hosts, rounded up.
 *
 * @param sizes counts, shares (`25%`) or `max`
 */
export function inBatches<Host>(hosts: readonly Host[], sizes: readonly string[], canaries = 0): Host[][] {
  const batches: Host[][] = canaries > 0 && hosts.length > 0 ? [hosts.slice(0, canaries)] : [];
  for (let at = canaries, index = 0; at < hosts.length; index++) {
    const size = sizeOf(sizes[Math.min(index, sizes.length - 1)] ?? '1', hosts.length);
    batches.push(hosts.slice(at, at + size));
    at += size;
  }
  return batches;
}

const sizeOf = (size: string, all: number): number =>
  size === 'max' ? all : size.endsWith('%') ? Math.ceil((all * Number.parseInt(size, 10)) / 100) : Number(size);
