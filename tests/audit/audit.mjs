// The original server audits of graphql-http against one address.
// usage: node audit.mjs URL [AUTHORIZATION]     (expects graphql-http beside it or above it in node_modules)
import { serverAudits } from 'graphql-http';

const [url, authorization] = process.argv.slice(2);
if (!url) {
  console.error('usage: node audit.mjs URL [AUTHORIZATION]');
  process.exit(2);
}

const signedIn = (address, init = {}) =>
  fetch(address, { ...init, headers: { ...init.headers, ...(authorization ? { authorization } : {}) } });

const audits = serverAudits({ url, fetchFn: signedIn });
const failed = [];
for (const audit of audits) {
  const result = await audit.fn();
  if (result.status !== 'ok') failed.push({ audit, result });
}

for (const { audit, result } of failed) {
  console.log(`${result.status.padEnd(6)} ${audit.id} ${audit.name}\n       ${result.reason} (HTTP ${result.response?.status})`);
}
console.log(`${audits.length - failed.length} of ${audits.length} audits passed at ${url}`);
process.exit(failed.length || !audits.length ? 1 : 0);
