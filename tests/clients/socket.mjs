// A subscription over graphql-ws, as its documentation has it: the client comes back by itself, with the token of now
// and the cursor of the last change. A line on standard input cuts its connection.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

const { url, query, variables, tokenFile } = JSON.parse(process.argv[2]);
const say = (what, told = {}) => console.log(JSON.stringify({ what, ...told }));
const asked = { query, variables };

const client = createClient({
  url: url.replace('http', 'ws'),
  webSocketImpl: WebSocket,
  connectionParams: () => ({ Authorization: `Bearer ${readFileSync(tokenFile, 'utf8')}` }),
  on: {
    connected: () => say('connected'),
    closed: ({ code, reason }) => say('closed', { why: String(code), reason }),
  },
});

client.subscribe(asked, {
  next: ({ data }) => {
    const [change] = Object.values(data);
    asked.variables.after = change.cursor;
    say('next', { change });
  },
  error: (error) => say('error', { why: JSON.stringify(error) }),
  complete: () => say('complete'),
});

createInterface({ input: process.stdin })
  .on('line', () => client.terminate())
  .on('close', () => process.exit(0));
