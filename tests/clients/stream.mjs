// A subscription over graphql-sse, as its documentation has it: the client comes back by itself when the network fails;
// when it is told that its access has expired, it asks again. A line on standard input cuts its connection.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createClient } from 'graphql-sse';

const { url, query, variables, tokenFile } = JSON.parse(process.argv[2]);
const say = (what, told = {}) => console.log(JSON.stringify({ what, ...told }));
const asked = { query, variables };
let cut = new AbortController();

const client = createClient({
  url,
  headers: () => ({ Authorization: `Bearer ${readFileSync(tokenFile, 'utf8')}` }),
  // Every request can be cut from outside; to the client that is the network.
  fetchFn: (address, init) => {
    cut = new AbortController();
    return fetch(address, { ...init, signal: AbortSignal.any([init.signal, cut.signal]) });
  },
  on: { connected: () => say('connected'), connecting: (again) => again && say('closed', { why: 'network' }) },
});

const subscribe = () => {
  let expired = false;
  client.subscribe(asked, {
    next: ({ data, errors }) => {
      if (errors) {
        expired = errors.every(({ extensions }) => extensions.code === 'TOKEN_EXPIRED');
        say('closed', { why: errors.map(({ extensions }) => extensions.code).join() });
        return;
      }
      const [change] = Object.values(data);
      asked.variables.after = change.cursor;
      say('next', { change });
    },
    error: (error) => say('error', { why: String(error) }),
    complete: () => (expired ? subscribe() : say('complete')),
  });
};
subscribe();

createInterface({ input: process.stdin })
  .on('line', () => cut.abort())
  .on('close', () => process.exit(0));
